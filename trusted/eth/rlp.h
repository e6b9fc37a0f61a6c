// Recursive length prefix encoding (Ethereum Yellow Paper, appendix B). Encoding only: nothing here reads
// RLP.
#pragma once

#include <cstdint>

#include "edl/base/bytes.h"
#include "trusted/eth/quantity.h"

namespace passport::eth {

// One list, built item by item.
class RlpList {
 public:
  RlpList& AddBytes(ByteSpan bytes);
  RlpList& AddUint(std::uint64_t value) { return AddUint(U256::From(value)); }
  RlpList& AddUint(const U256& value) { return AddBytes(value.Trimmed()); }  // zero is the empty string
  RlpList& AddList(const RlpList& list);

  Bytes Encode() const;  // with the list's own header

 private:
  Bytes payload_;
};

}  // namespace passport::eth
