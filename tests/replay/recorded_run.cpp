#include "tests/replay/recorded_run.h"

#include <stdexcept>

#include "edl/base/codec.h"
#include "edl/base/frame.h"

namespace passport::replay {

RecordedRun::RecordedRun() : LiveRun(PASSPORT_ENCLAVE_SEEDED) {
  MakeAccount();
  for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{2}}) {
    const auto signed_by = Sign(party);
    if (!signed_by.ok()) throw std::runtime_error(signed_by.error());
  }
  Stop();
}

std::vector<BoundaryRecord> RecordedRun::RecordsOf(std::uint16_t party) const {
  const Bytes file = ReadBytes(NodeFolder(party) / kRecordFile);
  Reader in(file);
  std::vector<BoundaryRecord> out;
  while (in.remaining() > 0 && !in.failed()) {
    const auto direction = static_cast<host::enclave::Direction>(in.U8());
    out.push_back({direction, ToBytes(in.Var(kRecordBytesMax))});
  }
  if (in.failed()) throw std::runtime_error("the record file ends within a record");
  return out;
}

const RecordedRun& SharedRun() {
  static const RecordedRun run;
  return run;
}

}  // namespace passport::replay
