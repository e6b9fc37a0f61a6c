// Writing JSON text: escaping, one object at a time, and compact serialisation of a Value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trusted/json/json.h"

namespace passport::json {

// text as a JSON string with its quotes. text must be UTF-8, as everything is that Parse returned.
std::string Quote(std::string_view text);

// Builds one object, members in call order. The caller keeps keys distinct.
class ObjectWriter {
 public:
  ObjectWriter& Text(std::string_view key, std::string_view value) { return Raw(key, Quote(value)); }
  ObjectWriter& U64(std::string_view key, std::uint64_t value) { return Raw(key, std::to_string(value)); }
  ObjectWriter& Bool(std::string_view key, bool value) { return Raw(key, value ? "true" : "false"); }
  ObjectWriter& Null(std::string_view key) { return Raw(key, "null"); }
  ObjectWriter& Raw(std::string_view key, std::string_view json);  // json is already JSON text
  std::string Finish() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

// An array of items that are already JSON text.
std::string ArrayOf(std::span<const std::string> items);

// Compact text of a value. Numbers keep their source text, members their order.
std::string Serialize(const Value& value);

}  // namespace passport::json
