// DerReader: the few DER elements inside vendors' certificate extensions.
#pragma once

#include "edl/base/bytes.h"

namespace passport::verifier {

inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerOctets = 0x04;
inline constexpr std::uint8_t kDerOid = 0x06;
inline constexpr std::uint8_t kDerSequence = 0x30;

// Reads one element after the other from borrowed bytes; lengths in their shortest form, below 65,536. After
// a failed read all later ones fail: ask failed() or Done() once.
class DerReader {
 public:
  explicit DerReader(ByteSpan input) : rest_(input) {}

  ByteSpan Element(std::uint8_t tag);  // its content; fails if the next element has another tag
  ByteSpan Any();                      // whatever the next element is
  DerReader Sequence() { return DerReader(Element(kDerSequence)); }
  std::uint64_t Unsigned(std::uint64_t max);  // a minimal INTEGER from 0 to max
  bool AtEnd() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  ByteSpan Next(std::uint8_t& tag);
  void Reject() {
    failed_ = true;
    rest_ = {};
  }
  ByteSpan rest_;
  bool failed_ = false;
};

}  // namespace passport::verifier
