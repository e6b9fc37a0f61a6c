// Writing JSON text.
#include "trusted/json/write.h"

namespace passport::json {
namespace {

// Recursion ends: Parse bounds the depth of every Value.
struct Serializer {
  std::string& out;

  void operator()(std::monostate) { out += "null"; }
  void operator()(bool value) { out += value ? "true" : "false"; }
  void operator()(const Value::Number& number) { out += number.text; }
  void operator()(const std::string& text) { out += Quote(text); }
  void operator()(const Value::Array& array) {
    out += '[';
    for (const Value& item : array) {
      if (&item != array.data()) out += ',';
      std::visit(*this, item.data());
    }
    out += ']';
  }
  void operator()(const Value::Object& object) {
    out += '{';
    for (const Member& member : object) {
      if (&member != object.data()) out += ',';
      out += Quote(member.key);
      out += ':';
      std::visit(*this, member.value.data());
    }
    out += '}';
  }
};

}  // namespace

std::string Quote(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

ObjectWriter& ObjectWriter::Raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += Quote(key);
  members_ += ':';
  members_ += json;
  return *this;
}

std::string ArrayOf(std::span<const std::string> items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (&item != items.data()) out += ',';
    out += item;
  }
  return out + "]";
}

std::string Serialize(const Value& value) {
  std::string out;
  std::visit(Serializer{out}, value.data());
  return out;
}

}  // namespace passport::json
