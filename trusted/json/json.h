// JSON values and the one strict, bounded reader that makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edl/base/bytes.h"
#include "edl/base/result.h"

namespace passport::json {

// What a text may be at most. The defaults fit one request body (`client_request` in edl/node.edl) and keep
// the worst text below two milliseconds.
struct Limits {
  std::size_t text_bytes_max = 131072;
  std::size_t string_bytes_max = 131072;  // each string and key, after unescaping
  std::size_t depth_max = 32;             // open arrays and objects at one time
  std::size_t nodes_max = 4096;           // all values, arrays and objects included
};

struct Member;

// One JSON value. Move-only. An object keeps the order of its text and has no key twice. The accessors fail
// with kJsonType when the value is of another type; what they return borrows from the value.
class Value {
 public:
  // A number is its source text: 1, 1.0 and 1e0 stay apart, and nothing is rounded.
  struct Number {
    std::string text;
  };
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;
  using Data = std::variant<std::monostate, bool, Number, std::string, Array, Object>;

  Value();  // null
  explicit Value(Data data);
  Value(Value&& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value();

  bool IsNull() const { return std::holds_alternative<std::monostate>(data_); }
  bool IsBool() const { return std::holds_alternative<bool>(data_); }
  bool IsNumber() const { return std::holds_alternative<Number>(data_); }
  bool IsString() const { return std::holds_alternative<std::string>(data_); }
  bool IsArray() const { return std::holds_alternative<Array>(data_); }
  bool IsObject() const { return std::holds_alternative<Object>(data_); }

  Result<bool> AsBool() const;
  Result<std::string_view> AsString() const;
  Result<std::string_view> AsNumberText() const;
  // Only plain non-negative integer literals up to 2^64 - 1, else kJsonNumber: neither 1.0 nor 1e2 nor -0.
  Result<std::uint64_t> AsU64() const;
  Result<std::span<const Value>> AsArray() const;
  Result<std::span<const Member>> AsObject() const;

  // The member of that name; null pointer if there is none or this is not an object.
  const Value* Find(std::string_view key) const;
  // The member of that name and type, else kJsonType.
  Result<const Value*> Get(std::string_view key) const;
  Result<std::string_view> GetString(std::string_view key) const;
  Result<std::uint64_t> GetU64(std::string_view key) const;
  Result<bool> GetBool(std::string_view key) const;

  const Data& data() const { return data_; }

 private:
  Data data_;
};

struct Member {
  std::string key;
  Value value;
};

// Exactly one JSON text (RFC 8259) within the limits. kJsonSyntax (also a byte order mark, NUL, trailing
// bytes, NaN), kJsonUtf8 (ill-formed UTF-8, lone surrogates), kJsonDuplicateKey, kJsonDepth, kJsonSize, and
// kJsonNumber for a number beyond the range of a double.
Result<Value> Parse(ByteSpan text, const Limits& limits = {});
inline Result<Value> Parse(std::string_view text, const Limits& limits = {}) {
  return Parse(AsBytes(text), limits);
}

}  // namespace passport::json
