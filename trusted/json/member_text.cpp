#include "trusted/json/member_text.h"

#include <algorithm>

namespace passport::json {
namespace {

bool IsSpace(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Walks over a text that is known to be JSON: it finds where things end, and judges nothing.
class Walker {
 public:
  explicit Walker(ByteSpan text) : text_(text) {}

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  // Takes this character, after space. False: another one is there.
  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != static_cast<std::uint8_t>(c)) return false;
    ++at_;
    return true;
  }
  // The bytes of the value that begins here, after space.
  ByteSpan Value() {
    SkipSpace();
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      if (at_ >= text_.size()) break;
      const std::uint8_t c = text_[at_];
      if (c == '"') {
        SkipString();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        --depth;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        SkipScalar();
      }
    } while (depth > 0);
    return text_.subspan(begin, at_ - begin);
  }

 private:
  void SkipString() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    at_ = std::min(at_ + 1, text_.size());
  }
  void SkipScalar() {
    const auto ends = [](std::uint8_t c) { return IsSpace(c) || c == ',' || c == '}' || c == ']'; };
    while (at_ < text_.size() && !ends(text_[at_])) ++at_;
  }

  ByteSpan text_;
  std::size_t at_ = 0;
};

}  // namespace

ByteSpan MemberText(ByteSpan text, std::size_t index) {
  Walker walker(text);
  if (!walker.Take('{')) return {};
  for (std::size_t i = 0;; ++i) {
    if (walker.Value().empty() || !walker.Take(':')) return {};
    const ByteSpan value = walker.Value();
    if (i == index) return value;
    if (!walker.Take(',')) return {};
  }
}

}  // namespace passport::json
