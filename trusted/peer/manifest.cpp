#include "trusted/peer/manifest.h"

#include <algorithm>
#include <set>

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::peer {
namespace {

constexpr std::uint8_t kEncodingVersion = 1;
constexpr std::size_t kManifestBytesMax = 110000;
constexpr std::string_view kFileHeader = "passport-manifest-1";
constexpr std::size_t kFileLineChars = 76;

void EncodeRow(Writer& writer, const ManifestRow& row) {
  writer.U16(row.party.value).Raw(row.identity_key).Raw(row.channel_key).Raw(row.operator_key);
  writer.Text(row.peer_address).Text(row.api_address);
  writer.U32(static_cast<std::uint32_t>(row.measurements.size()));
  for (const Hash32& measurement : row.measurements) writer.Raw(measurement);
}

ManifestRow ParseRow(Reader& reader) {
  ManifestRow row;
  row.party.value = reader.U16();
  row.identity_key = reader.Array<32>();
  row.channel_key = reader.Array<32>();
  row.operator_key = reader.Array<32>();
  row.peer_address = reader.Text(kAddressBytesMax);
  row.api_address = reader.Text(kAddressBytesMax);
  const std::uint32_t measurements = reader.Count(kMeasurementsMax);
  for (std::uint32_t i = 0; i < measurements; ++i) row.measurements.push_back(reader.Array<32>());
  return row;
}

// An enum whose values are 0 and 1.
template <class Choice>
Choice ParseChoice(Reader& reader) {
  return reader.Bool() ? Choice{1} : Choice{0};
}

Profile ParseProfile(Reader& reader) {
  const std::uint8_t profile = reader.U8();
  if (profile > static_cast<std::uint8_t>(Profile::kClosed)) reader.Reject();
  return static_cast<Profile>(profile);
}

Result<Unit> ValidateRow(const ManifestRow& row, Profile profile, std::set<ByteArray<32>>& keys) {
  for (const auto& key : {row.identity_key, row.channel_key, row.operator_key}) {
    if (key == ByteArray<32>{} || !keys.insert(key).second) return Fail(Status::kManifestKeys);
  }
  if (row.peer_address.empty() || row.peer_address.size() > kAddressBytesMax || row.api_address.empty() ||
      row.api_address.size() > kAddressBytesMax)
    return Fail(Status::kManifestAddress);
  if (row.measurements.size() > kMeasurementsMax || (row.measurements.empty() && profile != Profile::kDevnet))
    return Fail(Status::kManifestMeasurements);
  return Ok();
}

// How many operators of `signers` signed; kManifestSignature if one signature is wrong, or by a stranger.
Result<std::size_t> CountSignatures(const SignedManifest& signed_manifest, const Manifest& signers) {
  const Hash32 statement = ManifestStatement(signed_manifest.manifest.Hash());
  PartyIndex last;
  for (const OperatorSignature& entry : signed_manifest.signatures) {
    const ManifestRow* row = signers.Row(entry.party);
    if (entry.party <= last || row == nullptr ||
        !crypto::VerifyEd25519(row->operator_key, statement, entry.signature))
      return Fail(Status::kManifestSignature);
    last = entry.party;
  }
  return signed_manifest.signatures.size();
}

}  // namespace

std::string NameOf(Profile profile) {
  if (profile == Profile::kClosed) return "closed";
  return profile == Profile::kDevnet ? "devnet" : "production";
}

Bytes Manifest::Encode() const {
  Writer writer;
  writer.U8(kEncodingVersion).Raw(network_id).U64(epoch).Raw(previous);
  writer.U16(n).U16(t).U16(keygen_quorum);
  writer.U8(static_cast<std::uint8_t>(rollback)).U8(static_cast<std::uint8_t>(profile));
  writer.U32(static_cast<std::uint32_t>(rows.size()));
  for (const ManifestRow& row : rows) EncodeRow(writer, row);
  return writer.Take();
}

Result<Manifest> Manifest::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kEncodingVersion) return Fail(Status::kMalformed);
  Manifest manifest;
  manifest.network_id = reader.Array<16>();
  manifest.epoch = reader.U64();
  manifest.previous = reader.Array<32>();
  manifest.n = reader.U16();
  manifest.t = reader.U16();
  manifest.keygen_quorum = reader.U16();
  manifest.rollback = ParseChoice<RollbackRule>(reader);
  manifest.profile = ParseProfile(reader);
  const std::uint32_t rows = reader.Count(kPartiesMax);
  for (std::uint32_t i = 0; i < rows; ++i) manifest.rows.push_back(ParseRow(reader));
  if (!reader.Done()) return Fail(Status::kMalformed);
  return manifest;
}

Hash32 Manifest::Hash() const { return crypto::TaggedHash(crypto::tag::kManifest, Hash32{}, {Encode()}); }

std::uint16_t Manifest::W() const {
  const int majority = n / 2 + 1;
  return static_cast<std::uint16_t>(std::max(majority, n - t + 1));
}

const ManifestRow* Manifest::Row(PartyIndex party) const {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const ManifestRow& each) { return each.party == party; });
  return row == rows.end() ? nullptr : &*row;
}

Result<Unit> Manifest::Validate() const {
  if (n == 0 || n > kPartiesMax) return Fail(Status::kManifestSize);
  if (t < 2 || t > n) return Fail(Status::kManifestThreshold);
  if (2 * t <= n) return Fail(Status::kManifestOverlap);  // rules.md 21: any two signing sets share a node
  if (keygen_quorum < t || keygen_quorum > n) return Fail(Status::kManifestQuorum);
  if (rows.size() != n) return Fail(Status::kManifestParties);
  std::set<ByteArray<32>> keys;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].party.value != i + 1) return Fail(Status::kManifestParties);
    PASSPORT_TRY_VOID(ValidateRow(rows[i], profile, keys));
  }
  return Ok();
}

Hash32 ManifestStatement(const Hash32& manifest_hash) {
  return crypto::TaggedHash(crypto::tag::kManifestStatement, manifest_hash, {});
}

Hash32 ScopeTokenStatement(const NetworkId& network, ByteSpan owner) {
  return crypto::TaggedHash(crypto::tag::kScopeToken, Hash32{}, {network, owner});
}

Bytes SignedManifest::Encode() const {
  Writer writer;
  writer.U8(kEncodingVersion).Var(manifest.Encode());
  writer.U32(static_cast<std::uint32_t>(signatures.size()));
  for (const OperatorSignature& entry : signatures) writer.U16(entry.party.value).Raw(entry.signature);
  return writer.Take();
}

Result<SignedManifest> SignedManifest::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kEncodingVersion) return Fail(Status::kMalformed);
  const ByteSpan encoded = reader.Var(kManifestBytesMax);
  SignedManifest out;
  const std::uint32_t signatures = reader.Count(kPartiesMax);
  for (std::uint32_t i = 0; i < signatures; ++i) {
    OperatorSignature entry;
    entry.party.value = reader.U16();
    entry.signature = reader.Array<64>();
    if (i > 0 && entry.party <= out.signatures.back().party) reader.Reject();
    out.signatures.push_back(entry);
  }
  if (!reader.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.manifest, Manifest::Parse(encoded));
  return out;
}

void SignedManifest::Sign(PartyIndex party, const crypto::SigningKey& operator_key) {
  const OperatorSignature entry{party, operator_key.Sign(ManifestStatement(manifest.Hash()))};
  const auto at =
      std::lower_bound(signatures.begin(), signatures.end(), party,
                       [](const OperatorSignature& each, PartyIndex wanted) { return each.party < wanted; });
  if (at != signatures.end() && at->party == party) {
    *at = entry;
  } else {
    signatures.insert(at, entry);
  }
}

Result<Unit> VerifyGenesis(const SignedManifest& first) {
  const Manifest& manifest = first.manifest;
  PASSPORT_TRY_VOID(manifest.Validate());
  if (manifest.epoch != 0 || manifest.previous != Hash32{}) return Fail(Status::kManifestSuccessor);
  PASSPORT_TRY(const std::size_t signatures, CountSignatures(first, manifest));
  if (signatures != manifest.n) return Fail(Status::kManifestSigners);
  return Ok();
}

Result<Unit> VerifySuccessor(const Manifest& current, const SignedManifest& next) {
  const Manifest& manifest = next.manifest;
  PASSPORT_TRY_VOID(manifest.Validate());
  if (manifest.network_id != current.network_id || current.epoch == UINT64_MAX ||
      manifest.epoch != current.epoch + 1 || manifest.previous != current.Hash())
    return Fail(Status::kManifestSuccessor);
  PASSPORT_TRY(const std::size_t signatures, CountSignatures(next, current));
  if (signatures < current.t) return Fail(Status::kManifestSigners);
  return Ok();
}

std::string EncodeFile(const SignedManifest& signed_manifest, std::string_view summary) {
  std::string out(kFileHeader);
  out += '\n';
  while (!summary.empty()) {
    const std::size_t end = std::min(summary.find('\n'), summary.size());
    out += "# ";
    out += summary.substr(0, end);
    out += '\n';
    summary.remove_prefix(std::min(end + 1, summary.size()));
  }
  const std::string base64 = ToBase64(signed_manifest.Encode());
  for (std::size_t at = 0; at < base64.size(); at += kFileLineChars) {
    out += base64.substr(at, kFileLineChars);
    out += '\n';
  }
  return out;
}

Result<SignedManifest> ParseFile(std::string_view text) {
  if (text.size() > kManifestFileBytesMax) return Fail(Status::kTooLong);
  std::string base64;
  for (bool first = true; !text.empty(); first = false) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return Fail(Status::kMalformed);  // cut short
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (first && line != kFileHeader) return Fail(Status::kMalformed);
    if (!first && !line.starts_with('#')) base64 += line;
  }
  PASSPORT_TRY(const Bytes encoded, ParseBase64(base64));
  return SignedManifest::Parse(encoded);
}

}  // namespace passport::peer
