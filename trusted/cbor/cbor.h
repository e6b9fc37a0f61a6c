// CborReader: the part of CBOR (RFC 8949) that attestation documents and passkeys are made of, strictly and
// bounded.
#pragma once

#include <optional>

#include "edl/base/bytes.h"

namespace passport::cbor {

// Reads one item after the other from borrowed bytes. Only unsigned and negative integers, byte and text
// strings, arrays, maps, null, and inside what is skipped booleans; every number in its shortest form, every
// string of definite length. Like Reader, a failed read makes all later ones fail, so ask Done() once.
// Nesting is the caller's, but for Skip, which goes so deep as it is told.
class CborReader {
 public:
  explicit CborReader(ByteSpan input) : rest_(input) {}

  std::uint64_t Unsigned();
  std::int64_t Integer();                       // between -2^63 and 2^63 - 1
  ByteSpan String(std::size_t size_max);        // a byte string
  std::string_view Text(std::size_t size_max);  // not checked to be UTF-8: it is compared, never shown
  std::optional<ByteSpan> StringOrNull(std::size_t size_max);
  std::size_t Array(std::size_t count_max);  // how many items follow
  std::size_t Map(std::size_t count_max);    // how many pairs follow

  // A map of definite length, or of indefinite length, which some producers use for the outermost map; then
  // whether another pair follows is NextPair's answer.
  class OpenMap {
   public:
    bool NextPair(CborReader& in);

   private:
    friend class CborReader;
    std::optional<std::size_t> left_;  // empty: until the break
  };
  OpenMap MapOfAnyLength(std::size_t count_max);

  // Reads over one item of any kind, whose containers are at most `depth_max` deep and hold at most
  // kSkippedCountMax items each.
  void Skip(unsigned depth_max);
  static constexpr std::size_t kSkippedCountMax = 64;
  bool NextIsString() const { return !rest_.empty() && rest_[0] >> 5 == 2; }  // a byte string
  // What has not been read yet.
  ByteSpan rest() const { return rest_; }

  void Reject() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  bool Done() const { return !failed_ && rest_.empty(); }

 private:
  enum class Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };
  std::uint64_t Head(Major expected);  // the argument of an item of that type
  ByteSpan Take(std::size_t size);
  ByteSpan rest_;
  bool failed_ = false;
};

// A byte string of CBOR around these bytes: what a COSE signature is over.
Bytes CborString(ByteSpan bytes);

}  // namespace passport::cbor
