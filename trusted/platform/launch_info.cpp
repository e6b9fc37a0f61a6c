#include "trusted/platform/launch_info.h"

#include "edl/base/codec.h"

namespace passport::platform {
namespace {

constexpr std::uint32_t kInfoMagic = 0x494c5050;    // "PPLI"
constexpr std::uint32_t kReportMagic = 0x52535050;  // "PPSR"
constexpr std::uint8_t kInfoVersion = 3;
constexpr std::uint8_t kReportVersion = 2;

void WriteLimit(Writer& out, const std::optional<std::uint32_t>& limit) {
  out.Bool(limit.has_value()).U32(limit.value_or(0));
}

std::optional<std::uint32_t> ReadLimit(Reader& in) {
  const bool given = in.Bool();
  const std::uint32_t limit = in.U32();
  if (!given && limit != 0) in.Reject();
  return given ? std::optional(limit) : std::nullopt;
}

void WriteRelease(Writer& out, const Release& release) {
  out.Raw(release.signer_sha256).U16(release.product_id).U32(release.svn).Text(release.build);
}

Release ReadRelease(Reader& in) {
  Release release{in.Array<32>(), in.U16(), in.U32(), std::string(in.Text(kBuildTextMax))};
  if (!IsPlainText(release.build)) in.Reject();
  return release;
}

LayerSet ReadLayers(Reader& in) {
  const std::uint64_t bits = in.U64();
  if (!LayerSet::IsKnown(bits)) in.Reject();
  return in.failed() ? LayerSet() : LayerSet::FromBits(bits);
}

// Everything but keys.
Bytes EncodeOpenPart(const LaunchInfo& info) {
  Writer out;
  out.U32(kInfoMagic).U8(kInfoVersion).Bool(info.development).Raw(info.measurement);
  WriteRelease(out, info.release);
  WriteLimit(out, info.limits.sessions);
  WriteLimit(out, info.limits.presignatures);
  out.Var(platform_link::EncodeProbes(info.providers));
  out.Bool(info.counter.has_value()).U64(info.counter.value_or(0));
  out.U64(info.required.bits()).U64(info.without.bits()).Var(info.launch.Encode());
  out.U8(info.keys.source_mask).U32(info.keys.key_epoch).Bool(info.previous.has_value());
  if (info.previous) out.U8(info.previous->source_mask).U32(info.previous->key_epoch);
  return out.Take();
}

void ReadKeyFacts(Reader& in, SealingKeys& keys) {
  keys.source_mask = in.U8();
  keys.key_epoch = in.U32();
}

void ReadKeys(Reader& in, SealingKeys& keys) {
  keys.unique.ExposeMutable() = in.Array<32>();
  keys.product.ExposeMutable() = in.Array<32>();
}

// The keys of a record, in the order of the encoding.
std::vector<const crypto::SecretKey32*> KeysOf(const LaunchInfo& info) {
  std::vector<const crypto::SecretKey32*> keys = {&info.platform_key, &info.keys.unique, &info.keys.product};
  if (info.previous) keys.insert(keys.end(), {&info.previous->unique, &info.previous->product});
  return keys;
}

}  // namespace

crypto::SecretBytes LaunchInfo::Encode() const {
  const Bytes open_part = EncodeOpenPart(*this);
  const std::vector<const crypto::SecretKey32*> all_keys = KeysOf(*this);
  // Sized once, so that no copy of a key stays behind in freed memory.
  crypto::SecretBytes out{Bytes(open_part.size() + 32 * all_keys.size())};
  auto next = std::copy(open_part.begin(), open_part.end(), out.ExposeMutable().begin());
  for (const crypto::SecretKey32* key : all_keys)
    next = std::copy(key->Expose().begin(), key->Expose().end(), next);
  return out;
}

Result<LaunchInfo> LaunchInfo::Parse(ByteSpan input) {
  Reader in(input);
  LaunchInfo info;
  if (in.U32() != kInfoMagic || in.U8() != kInfoVersion) return Fail(Status::kMalformed);
  info.development = in.Bool();
  info.measurement = in.Array<32>();
  info.release = ReadRelease(in);
  info.limits.sessions = ReadLimit(in);
  info.limits.presignatures = ReadLimit(in);
  const ByteSpan probes = in.Var(kLaunchInfoBytesMax);
  const bool counted = in.Bool();
  const std::uint64_t counter = in.U64();
  if (counted) info.counter = counter;
  info.required = ReadLayers(in);
  info.without = ReadLayers(in);
  const ByteSpan record = in.Var(kLaunchInfoBytesMax);
  ReadKeyFacts(in, info.keys);
  if (in.Bool()) ReadKeyFacts(in, info.previous.emplace());
  info.platform_key.ExposeMutable() = in.Array<32>();
  ReadKeys(in, info.keys);
  if (info.previous) ReadKeys(in, *info.previous);
  if (!in.Done() || (!counted && counter != 0)) return Fail(Status::kMalformed);
  if (!info.without.empty() && !info.development) return Fail(Status::kMalformed);
  PASSPORT_TRY(info.providers, platform_link::ParseProbes(probes));
  PASSPORT_TRY(info.launch, ConfinementRecord::Parse(record));
  return info;
}

Bytes StartReport::Encode() const {
  Writer out;
  out.U32(kReportMagic)
      .U8(kReportVersion)
      .Bool(ready)
      .U8(static_cast<std::uint8_t>(missing))
      .Raw(confinement.Encode());
  return out.Take();
}

Result<StartReport> StartReport::Parse(ByteSpan input) {
  Reader in(input);
  StartReport report;
  if (in.U32() != kReportMagic || in.U8() != kReportVersion) return Fail(Status::kMalformed);
  report.ready = in.Bool();
  const std::optional<Layer> missing = FindLayer(in.U8());
  if (in.failed() || !missing) return Fail(Status::kMalformed);
  report.missing = *missing;
  PASSPORT_TRY(report.confinement, ConfinementRecord::Parse(in.Raw(in.remaining())));
  return report;
}

}  // namespace passport::platform
