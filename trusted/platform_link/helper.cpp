#include "trusted/platform_link/helper.h"

#include "edl/base/check.h"
#include "edl/base/codec.h"

namespace passport::platform_link {
namespace {

bool IsOp(std::uint8_t op) { return op >= 1 && op <= 7; }

}  // namespace

Bytes HelperRequest::Encode() const {
  PASSPORT_CHECK(body.size() < kHelperBytesMax);
  Writer out(body.size() + 1);
  out.U8(static_cast<std::uint8_t>(op)).Raw(body);
  return out.Take();
}

Result<HelperRequest> HelperRequest::Parse(ByteSpan input) {
  if (input.empty() || input.size() > kHelperBytesMax || !IsOp(input[0])) return Fail(Status::kMalformed);
  return HelperRequest{static_cast<Op>(input[0]), input.subspan(1)};
}

Bytes HelperAnswer::Encode() const {
  PASSPORT_CHECK(body.size() < kHelperBytesMax - 1);
  Writer out(body.size() + 2);
  out.U8(static_cast<std::uint8_t>(op)).U8(ok ? 0 : 1).Raw(body);
  return out.Take();
}

Result<HelperAnswer> HelperAnswer::Parse(ByteSpan input) {
  if (input.size() < 2 || input.size() > kHelperBytesMax || !IsOp(input[0]) || input[1] > 1)
    return Fail(Status::kMalformed);
  return HelperAnswer{static_cast<Op>(input[0]), input[1] == 0, input.subspan(2)};
}

Bytes EncodeProbes(const std::vector<Probe>& probes) {
  PASSPORT_CHECK(probes.size() <= kProbesMax);
  Writer out;
  out.U8(static_cast<std::uint8_t>(probes.size()));
  for (const Probe& probe : probes) {
    PASSPORT_CHECK(probe.text.size() <= kProbeTextMax && IsPlainText(probe.text));
    out.U8(probe.provider).Bool(probe.available).U8(static_cast<std::uint8_t>(probe.text.size()));
    out.Raw(AsBytes(probe.text));
  }
  return out.Take();
}

Result<std::vector<Probe>> ParseProbes(ByteSpan input) {
  Reader in(input);
  const std::uint8_t count = in.U8();
  if (count > kProbesMax) return Fail(Status::kMalformed);
  std::vector<Probe> probes(count);
  for (Probe& probe : probes) {
    probe.provider = in.U8();
    probe.available = in.Bool();
    const std::uint8_t size = in.U8();
    if (size > kProbeTextMax) return Fail(Status::kMalformed);
    probe.text = std::string(AsText(in.Raw(size)));
    if (!IsPlainText(probe.text)) return Fail(Status::kMalformed);
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return probes;
}

}  // namespace passport::platform_link
