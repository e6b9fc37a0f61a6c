#include "trusted/claims/claims.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::claims {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kTextBytesMax = 128;
constexpr std::uint32_t kLayersMax = 64;
constexpr std::string_view kReportDomain = "passport-attest-v1";
constexpr std::string_view kRequestDomain = "passport/attest-request";
constexpr std::string_view kChannelDomain = "passport/attest-channel";

// Text that goes into JSON and onto a terminal as it is.
std::string ReadText(Reader& in) {
  const std::string_view text = in.Text(kTextBytesMax);
  const bool plain =
      std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!plain) in.Reject();
  return std::string(text);
}

template <class Enum>
Enum ReadEnum(Reader& in, Enum min, Enum max) {
  const std::uint8_t value = in.U8();
  if (value < static_cast<std::uint8_t>(min) || value > static_cast<std::uint8_t>(max)) in.Reject();
  return static_cast<Enum>(value);
}

template <class Enum>
void WriteEnum(Writer& out, Enum value) {
  out.U8(static_cast<std::uint8_t>(value));
}

void Write(Writer& out, const Release& r) { out.Raw(r.signer).U16(r.product_id).U32(r.svn); }

void Write(Writer& out, const Configuration& c) {
  out.Raw(c.manifest_hash).Raw(c.policy_hash).U64(c.policy_version);
  out.U32(c.sessions_max).U32(c.presignatures_max);
}

Release ReadRelease(Reader& in) { return {in.Array<32>(), in.U16(), in.U32()}; }

Configuration ReadConfiguration(Reader& in) {
  return {in.Array<32>(), in.Array<32>(), in.U64(), in.U32(), in.U32()};
}

std::vector<LayerClaim> ReadLayers(Reader& in) {
  std::vector<LayerClaim> out;
  for (std::uint32_t left = in.Count(kLayersMax); left > 0 && !in.failed(); --left) {
    LayerClaim claim{ReadText(in), ReadText(in)};
    if (std::ranges::count(out, claim.layer, &LayerClaim::layer) > 0) in.Reject();  // one word on each
    out.push_back(std::move(claim));
  }
  return out;
}

}  // namespace

bool IsMissing(const LayerClaim& claim) {
  return claim.state == "off" || claim.state.starts_with("unavailable");
}

Bytes Claims::Encode() const {
  Writer out;
  out.U8(kFormat);
  WriteEnum(out, platform);
  WriteEnum(out, provider);
  out.Bool(simulated).Bool(debug);
  WriteEnum(out, measured_by);
  out.Raw(measurement);
  Write(out, release);
  out.Text(build).U32(edl_schema).Raw(filter_sha256);
  Write(out, configuration);
  out.U16(node.value).U64(epoch).Raw(identity_key).Raw(channel_key).Raw(instance_key);
  out.Raw(envelope_key_sha256).Raw(boot.bytes).U64(boot_counter).U64(head_counter).Raw(head_hash);
  out.U32(static_cast<std::uint32_t>(layers.size()));
  for (const LayerClaim& claim : layers) out.Text(claim.layer).Text(claim.state);
  out.U8(key_sources).U32(key_epoch);
  WriteEnum(out, rollback);
  return out.Raw(verifier_nonce).Take();
}

Result<Claims> Claims::Parse(ByteSpan input) {
  if (input.size() > kClaimsBytesMax) return Fail(Status::kMalformed);
  Reader in(input);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  Claims out;
  out.platform = ReadEnum(in, Platform::kProcess, Platform::kProcess);
  out.provider = ReadEnum(in, attest::Provider::kNone, attest::Provider::kNitro);
  out.simulated = in.Bool();
  out.debug = in.Bool();
  out.measured_by = ReadEnum(in, MeasuredBy::kHardware, MeasuredBy::kSelf);
  out.measurement = in.Array<32>();
  out.release = ReadRelease(in);
  out.build = ReadText(in);
  out.edl_schema = in.U32();
  out.filter_sha256 = in.Array<32>();
  out.configuration = ReadConfiguration(in);
  out.node.value = in.U16();
  out.epoch = in.U64();
  out.identity_key = in.Array<32>();
  out.channel_key = in.Array<32>();
  out.instance_key = in.Array<32>();
  out.envelope_key_sha256 = in.Array<32>();
  out.boot.bytes = in.Array<16>();
  out.boot_counter = in.U64();
  out.head_counter = in.U64();
  out.head_hash = in.Array<32>();
  out.layers = ReadLayers(in);
  out.key_sources = in.U8();
  out.key_epoch = in.U32();
  out.rollback = ReadEnum(in, Rollback::kNone, Rollback::kPeersAndCounter);
  out.verifier_nonce = in.Array<32>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

ByteArray<64> ReportData(ByteSpan encoded_claims) {
  return crypto::HashSha512({AsBytes(kReportDomain), encoded_claims});
}

Hash32 HashOf(const Configuration& configuration) {
  Writer out;
  Write(out, configuration);
  return crypto::HashSha256(out.bytes());
}

Hash32 AnswerHash(const ByteArray<32>& nonce, ByteSpan encoded_claims, ByteSpan encoded_evidence) {
  Writer parts;
  parts.Var(encoded_claims).Var(encoded_evidence);
  return crypto::TaggedHash(crypto::tag::kAttestAnswer, nonce, {parts.bytes()});
}

ByteArray<32> RequestNonce(const ByteArray<32>& nonce) {
  return crypto::HashSha256({AsBytes(kRequestDomain), nonce});
}

ByteArray<32> ChannelNonce(ByteSpan handshake_hash, std::uint8_t role) {
  const ByteArray<1> end{role};
  return crypto::HashSha256({AsBytes(kChannelDomain), handshake_hash, end});
}

}  // namespace passport::claims
