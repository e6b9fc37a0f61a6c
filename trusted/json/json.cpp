// Values, and the reader: nlohmann's parser through its SAX interface, with every leniency closed.
#include "trusted/json/json.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace passport::json {
namespace {

constexpr int kNumberOverflowId = 406;  // nlohmann: out_of_range.406, a number that is no finite double

// Builds the value while nlohmann reads. A callback that returns false ends the parse; status() says why.
class Builder {
 public:
  using Text = nlohmann::json::string_t;

  explicit Builder(const Limits& limits) : limits_(limits) {}

  Status status() const { return status_; }
  Value Take() { return std::move(root_); }

  bool null() { return Add(Value()); }
  bool boolean(bool value) { return Add(Value(Value::Data(value))); }
  // Only literals with a minus sign arrive here, so zero was "-0".
  bool number_integer(std::int64_t value) { return Number(value == 0 ? "-0" : std::to_string(value)); }
  // JSON has no leading zeros, so the decimal text of the value is its source text.
  bool number_unsigned(std::uint64_t value) { return Number(std::to_string(value)); }
  bool number_float(double, const Text& source) { return Number(source); }
  bool string(Text& text) {
    if (text.size() > limits_.string_bytes_max) return Refuse(Status::kJsonSize);
    return Add(Value(Value::Data(std::move(text))));
  }
  bool binary(nlohmann::json::binary_t&) { return Refuse(Status::kJsonSyntax); }

  bool start_object(std::size_t) { return Open(Value::Object()); }
  bool start_array(std::size_t) { return Open(Value::Array()); }
  bool key(Text& text) {
    if (text.size() > limits_.string_bytes_max) return Refuse(Status::kJsonSize);
    TopObject().push_back({std::move(text), Value()});
    return true;
  }
  bool end_object() {
    if (HasDuplicateKey(TopObject())) return Refuse(Status::kJsonDuplicateKey);
    return Close();
  }
  bool end_array() { return Close(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
    // The library has one code for all syntax errors; only its text tells encoding errors apart.
    const std::string_view what = error.what();
    if (error.id == kNumberOverflowId) return Refuse(Status::kJsonNumber);
    const bool encoding = what.find("ill-formed UTF-8") != what.npos || what.find("surrogate") != what.npos;
    return Refuse(encoding ? Status::kJsonUtf8 : Status::kJsonSyntax);
  }

 private:
  bool Refuse(Status status) {
    status_ = status;
    return false;
  }

  bool CountNode() { return ++nodes_ <= limits_.nodes_max || Refuse(Status::kJsonSize); }

  bool Number(std::string text) { return Add(Value(Value::Data(Value::Number{std::move(text)}))); }

  bool Add(Value value) { return CountNode() && Place(std::move(value)); }

  // The stack holds the containers that are still open; a closed one is placed into its parent.
  bool Place(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = std::get_if<Value::Array>(&stack_.back())) {
      array->push_back(std::move(value));
    } else {
      TopObject().back().value = std::move(value);
    }
    return true;
  }

  bool Open(Value::Data container) {
    if (stack_.size() >= limits_.depth_max) return Refuse(Status::kJsonDepth);
    if (!CountNode()) return false;
    stack_.push_back(std::move(container));
    return true;
  }

  bool Close() {
    Value closed(std::move(stack_.back()));
    stack_.pop_back();
    return Place(std::move(closed));
  }

  Value::Object& TopObject() {
    auto* object = std::get_if<Value::Object>(&stack_.back());
    PASSPORT_CHECK(object != nullptr);
    return *object;
  }

  static bool HasDuplicateKey(const Value::Object& object) {
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const Member& member : object) keys.push_back(member.key);
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
  }

  const Limits& limits_;
  Status status_ = Status::kJsonSyntax;
  std::size_t nodes_ = 0;
  std::vector<Value::Data> stack_;
  Value root_;
};

template <class T>
Result<T> Copy(const T* value) {
  if (value == nullptr) return Fail(Status::kJsonType);
  return *value;
}

}  // namespace

Value::Value() = default;
Value::Value(Data data) : data_(std::move(data)) {}
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

Result<bool> Value::AsBool() const { return Copy(std::get_if<bool>(&data_)); }

Result<std::string_view> Value::AsString() const {
  const auto* text = std::get_if<std::string>(&data_);
  if (text == nullptr) return Fail(Status::kJsonType);
  return std::string_view(*text);
}

Result<std::string_view> Value::AsNumberText() const {
  const auto* number = std::get_if<Number>(&data_);
  if (number == nullptr) return Fail(Status::kJsonType);
  return std::string_view(number->text);
}

Result<std::uint64_t> Value::AsU64() const {
  PASSPORT_TRY(const std::string_view text, AsNumberText());
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return Fail(Status::kJsonNumber);
  return value;
}

Result<std::span<const Value>> Value::AsArray() const {
  const auto* array = std::get_if<Array>(&data_);
  if (array == nullptr) return Fail(Status::kJsonType);
  return std::span<const Value>(*array);
}

Result<std::span<const Member>> Value::AsObject() const {
  const auto* object = std::get_if<Object>(&data_);
  if (object == nullptr) return Fail(Status::kJsonType);
  return std::span<const Member>(*object);
}

const Value* Value::Find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&data_);
  if (object == nullptr) return nullptr;
  const auto found =
      std::find_if(object->begin(), object->end(), [key](const Member& member) { return member.key == key; });
  return found == object->end() ? nullptr : &found->value;
}

Result<const Value*> Value::Get(std::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr) return Fail(Status::kJsonType);
  return value;
}

Result<std::string_view> Value::GetString(std::string_view key) const {
  PASSPORT_TRY(const Value* value, Get(key));
  return value->AsString();
}

Result<std::uint64_t> Value::GetU64(std::string_view key) const {
  PASSPORT_TRY(const Value* value, Get(key));
  return value->AsU64();
}

Result<bool> Value::GetBool(std::string_view key) const {
  PASSPORT_TRY(const Value* value, Get(key));
  return value->AsBool();
}

Result<Value> Parse(ByteSpan text, const Limits& limits) {
  if (text.size() > limits.text_bytes_max) return Fail(Status::kJsonSize);
  // nlohmann skips a byte order mark and takes NUL for the end of the input; neither may hide bytes from us.
  constexpr ByteArray<3> kByteOrderMark = {0xef, 0xbb, 0xbf};
  if (text.size() >= 3 && Equal(text.first(3), kByteOrderMark)) return Fail(Status::kJsonSyntax);
  if (std::find(text.begin(), text.end(), 0) != text.end()) return Fail(Status::kJsonSyntax);
  Builder builder(limits);
  const std::string_view source = AsText(text);
  if (!nlohmann::json::sax_parse(source.begin(), source.end(), &builder)) return Fail(builder.status());
  return builder.Take();
}

}  // namespace passport::json
