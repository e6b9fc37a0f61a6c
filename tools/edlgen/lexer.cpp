#include "tools/edlgen/lexer.h"

#include <charconv>
#include <string_view>

namespace passport::edlgen {
namespace {

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), rest_(source.text) {}

  std::vector<Token> Run() {
    while (!rest_.empty()) Next();
    Add(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  void Next() {
    const char c = rest_.front();
    if (c == '\n') {
      ++line_;
      Take(1);
    } else if (c == ' ' || c == '\t' || c == '\r') {
      Take(1);
    } else if (rest_.starts_with("//")) {
      LineComment();
    } else if (rest_.starts_with("/*")) {
      BlockComment();
    } else if (IsWord(c)) {
      WordOrNumber();
    } else if (std::string_view("{}()[];,=*").find(c) != std::string_view::npos) {
      Add(Token::Kind::kPunctuation, Take(1));
    } else {
      throw Error(source_.path, line_, "unexpected character");
    }
  }

  void LineComment() {
    std::string_view comment = Take(std::min(rest_.find('\n'), rest_.size()));
    if (comment.starts_with("//@")) Add(Token::Kind::kAnnotation, comment.substr(3));
  }

  void BlockComment() {
    const std::size_t end = rest_.find("*/", 2);
    if (end == std::string_view::npos) throw Error(source_.path, line_, "comment without end");
    for (const char c : Take(end + 2)) line_ += c == '\n';
  }

  void WordOrNumber() {
    std::size_t size = 0;
    while (size < rest_.size() && IsWord(rest_[size])) ++size;
    const std::string_view text = Take(size);
    if (!IsDigit(text.front())) return Add(Token::Kind::kWord, text);
    Add(Token::Kind::kNumber, text);
    if (!ParseNumber(text, tokens_.back().number))
      throw Error(source_.path, line_, "'" + std::string(text) + "' is not a number of 64 bits");
  }

  std::string_view Take(std::size_t size) {
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  void Add(Token::Kind kind, std::string_view text) {
    tokens_.push_back({.kind = kind, .text = std::string(text), .number = 0, .line = line_});
  }

  const Source& source_;
  std::string_view rest_;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

bool ParseNumber(std::string_view text, std::uint64_t& number) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

std::vector<Token> Lex(const Source& source) { return Lexer(source).Run(); }

}  // namespace passport::edlgen
