// Reader and Writer: the only binary serialiser of the project. Little endian, no padding, no trailing bytes.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstring>
#include <string_view>

#include "edl/base/bytes.h"

namespace passport {

// Appends fields. Var is a u32 length and that many bytes.
class Writer {
 public:
  Writer() = default;
  // For a long message: room for size bytes at once, so that what is written is not moved as it grows.
  explicit Writer(std::size_t size) { out_.reserve(size); }
  Writer& U8(std::uint8_t v) { return Int(v); }
  Writer& U16(std::uint16_t v) { return Int(v); }
  Writer& U32(std::uint32_t v) { return Int(v); }
  Writer& U64(std::uint64_t v) { return Int(v); }
  Writer& Bool(bool v) { return U8(v ? 1 : 0); }
  Writer& Raw(ByteSpan bytes);
  Writer& Var(ByteSpan bytes);
  Writer& Text(std::string_view text) { return Var(AsBytes(text)); }

  const Bytes& bytes() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  template <std::unsigned_integral T>
  Writer& Int(T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
    return *this;
  }
  Bytes out_;
};

// Reads fields from borrowed bytes. A failed read makes every later read fail and yields zeros, so a parser
// reads all fields and then asks Done() once; it must not use a field, except as a bounded count, before
// Done() said yes.
class Reader {
 public:
  explicit Reader(ByteSpan input) : rest_(input) {}

  std::uint8_t U8() { return Int<std::uint8_t>(); }
  std::uint16_t U16() { return Int<std::uint16_t>(); }
  std::uint32_t U32() { return Int<std::uint32_t>(); }
  std::uint64_t U64() { return Int<std::uint64_t>(); }
  bool Bool();                         // exactly 0 or 1
  ByteSpan Raw(std::size_t size);      // borrowed
  ByteSpan Var(std::size_t size_max);  // borrowed; longer than size_max fails
  std::string_view Text(std::size_t size_max) { return AsText(Var(size_max)); }
  std::uint32_t Count(std::uint32_t max);  // u32, at most max, else fails and yields 0
  template <std::size_t N>
  ByteArray<N> Array() {
    ByteArray<N> out{};
    const ByteSpan raw = Raw(N);
    if (raw.size() == N) std::copy(raw.begin(), raw.end(), out.begin());
    return out;
  }

  void Reject() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  std::size_t remaining() const { return rest_.size(); }
  bool Done() const { return !failed_ && rest_.empty(); }  // all read, nothing failed, nothing left

 private:
  template <std::unsigned_integral T>
  T Int() {
    const ByteSpan raw = Raw(sizeof(T));
    T v = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) v = static_cast<T>(v | static_cast<T>(T{raw[i]} << (8 * i)));
    return v;
  }
  ByteSpan rest_;
  bool failed_ = false;
};

}  // namespace passport
