#include "trusted/platform/launch_info.h"

#include "edl/base/codec.h"

namespace passport::platform {
namespace {

constexpr std::uint32_t kInfoMagic = 0x494c5050;    // "PPLI"
constexpr std::uint32_t kReportMagic = 0x52535050;  // "PPSR"
constexpr std::uint8_t kInfoVersion = 2;
constexpr std::uint8_t kReportVersion = 1;

void WriteLimit(Writer& out, const std::optional<std::uint32_t>& limit) {
  out.Bool(limit.has_value()).U32(limit.value_or(0));
}

std::optional<std::uint32_t> ReadLimit(Reader& in) {
  const bool given = in.Bool();
  const std::uint32_t limit = in.U32();
  if (!given && limit != 0) in.Reject();
  return given ? std::optional(limit) : std::nullopt;
}

}  // namespace

crypto::SecretBytes LaunchInfo::Encode() const {
  const Bytes record = launch.Encode();
  Writer head;
  head.U32(kInfoMagic).U8(kInfoVersion).Bool(development).U32(svn).Raw(measurement);
  WriteLimit(head, limits.sessions);
  WriteLimit(head, limits.presignatures);
  head.Var(record);
  // Sized once, so that no copy of a key stays behind in freed memory.
  crypto::SecretBytes out{Bytes(head.bytes().size() + 64)};
  Bytes& bytes = out.ExposeMutable();
  auto next = std::copy(head.bytes().begin(), head.bytes().end(), bytes.begin());
  next = std::copy(unique_key.Expose().begin(), unique_key.Expose().end(), next);
  std::copy(product_key.Expose().begin(), product_key.Expose().end(), next);
  return out;
}

Result<LaunchInfo> LaunchInfo::Parse(ByteSpan input) {
  Reader in(input);
  LaunchInfo info;
  if (in.U32() != kInfoMagic || in.U8() != kInfoVersion) return Fail(Status::kMalformed);
  info.development = in.Bool();
  info.svn = in.U32();
  info.measurement = in.Array<32>();
  info.limits.sessions = ReadLimit(in);
  info.limits.presignatures = ReadLimit(in);
  const ByteSpan record = in.Var(kLaunchInfoBytesMax);
  info.unique_key.ExposeMutable() = in.Array<32>();
  info.product_key.ExposeMutable() = in.Array<32>();
  if (!in.Done()) return Fail(Status::kMalformed);
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
  const std::uint8_t missing = in.U8();
  if (in.failed() || missing < 1 || missing > kLayerCount) return Fail(Status::kMalformed);
  report.missing = static_cast<Layer>(missing);
  PASSPORT_TRY(report.confinement, ConfinementRecord::Parse(in.Raw(in.remaining())));
  return report;
}

}  // namespace passport::platform
