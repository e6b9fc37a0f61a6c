// A run of real processes with seeded enclaves, recorded at every node's boundary, and over when tests look
// at it.
#pragma once

#include <vector>

#include "tests/replay/live_run.h"
#include "untrusted/enclave/recorder.h"

namespace passport::replay {

struct BoundaryRecord {
  host::enclave::Direction direction = host::enclave::Direction::kToEnclave;
  Bytes bytes;
};

// A scope, an account, and a signature asked of two nodes each; then stopped.
class RecordedRun : public LiveRun {
 public:
  RecordedRun();
  std::vector<BoundaryRecord> RecordsOf(std::uint16_t party) const;
};

// The run that all tests of this program look at: made at the first call.
const RecordedRun& SharedRun();

}  // namespace passport::replay
