#include "trusted/attest/findings.h"

#include "edl/base/codec.h"

namespace passport::attest {
namespace {

constexpr std::uint8_t kVersion = 1;

bool HasShape(const Findings& findings) {
  if (findings.measurement.size() > kFindingBytesMax || findings.signer.size() > kFindingBytesMax)
    return false;
  if (findings.tcb.size() > kTcbComponentsMax || findings.registers.size() > kRegistersMax) return false;
  if (findings.not_before_s > findings.not_after_s) return false;
  for (std::size_t i = 0; i < findings.registers.size(); ++i) {
    if (findings.registers[i].value.size() > kFindingBytesMax) return false;
    if (i > 0 && findings.registers[i].index <= findings.registers[i - 1].index) return false;
  }
  return true;
}

void WriteClock(Writer& out, const std::optional<TpmClock>& clock) {
  out.Bool(clock.has_value());
  if (!clock) return;
  out.U64(clock->clock_ms).U32(clock->reset_count).U32(clock->restart_count).Bool(clock->safe);
}

std::optional<TpmClock> ReadClock(Reader& in) {
  if (!in.Bool()) return std::nullopt;
  TpmClock out;
  out.clock_ms = in.U64();
  out.reset_count = in.U32();
  out.restart_count = in.U32();
  out.safe = in.Bool();
  return out;
}

}  // namespace

Bytes Findings::Encode() const {
  PASSPORT_CHECK(HasShape(*this));
  Writer out;
  out.U8(kVersion).U8(static_cast<std::uint8_t>(provider)).Bool(debug).Bool(simulated).Bool(tcb_current);
  out.Raw(report_data).Var(measurement).Raw(enclave_image).Var(signer);
  out.U32(static_cast<std::uint32_t>(tcb.size()));
  for (const std::uint16_t component : tcb) out.U16(component);
  out.Raw(attester).Raw(root).U64(not_before_s).U64(not_after_s);
  out.U32(static_cast<std::uint32_t>(registers.size()));
  for (const Register& one : registers) out.U8(one.index).Var(one.value);
  WriteClock(out, tpm_clock);
  return out.Take();
}

Result<Findings> Findings::Parse(ByteSpan input) {
  Reader in(input);
  if (in.U8() != kVersion) return Fail(Status::kMalformed);
  const std::uint8_t provider = in.U8();
  if (provider >= kProviderCount) return Fail(Status::kMalformed);
  Findings out;
  out.provider = static_cast<Provider>(provider);
  out.debug = in.Bool();
  out.simulated = in.Bool();
  out.tcb_current = in.Bool();
  out.report_data = in.Array<64>();
  out.measurement = ToBytes(in.Var(kFindingBytesMax));
  out.enclave_image = in.Array<32>();
  out.signer = ToBytes(in.Var(kFindingBytesMax));
  const std::uint32_t components = in.Count(kTcbComponentsMax);
  for (std::uint32_t i = 0; i < components; ++i) out.tcb.push_back(in.U16());
  out.attester = in.Array<32>();
  out.root = in.Array<32>();
  out.not_before_s = in.U64();
  out.not_after_s = in.U64();
  const std::uint32_t registers = in.Count(kRegistersMax);
  for (std::uint32_t i = 0; i < registers; ++i) {
    const std::uint8_t index = in.U8();
    out.registers.push_back({index, ToBytes(in.Var(kFindingBytesMax))});
  }
  out.tpm_clock = ReadClock(in);
  if (!in.Done() || !HasShape(out)) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::attest
