#include "tools/edlgen/names.h"

#include <algorithm>
#include <set>

namespace passport::edlgen {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char ToUpper(char c) { return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// Words of C++ that fit the shape of our names, and the four names that generated functions use for
// themselves.
const std::set<std::string_view> kTaken = {
    "alignas",  "alignof", "and",     "asm",       "auto",    "bool",     "break",    "case",
    "catch",    "char",    "class",   "compl",     "concept", "const",    "continue", "decltype",
    "default",  "delete",  "do",      "double",    "else",    "enum",     "explicit", "export",
    "extern",   "false",   "float",   "for",       "friend",  "goto",     "if",       "inline",
    "int",      "long",    "mutable", "namespace", "new",     "noexcept", "not",      "nullptr",
    "operator", "or",      "private", "protected", "public",  "register", "requires", "return",
    "short",    "signed",  "sizeof",  "static",    "struct",  "switch",   "template", "this",
    "throw",    "true",    "try",     "typedef",   "typeid",  "typename", "union",    "unsigned",
    "using",    "virtual", "void",    "volatile",  "while",   "xor",      "std",      "passport",
    "reader",   "writer",  "input",   "result"};

}  // namespace

std::string CamelCase(std::string_view name) {
  std::string out;
  bool start = true;
  for (const char c : name) {
    if (c != '_') out.push_back(start ? ToUpper(c) : ToLower(c));
    start = c == '_';
  }
  return out;
}

bool IsMessageName(std::string_view name) {
  const auto fits = [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; };
  return !name.empty() && IsLower(name.front()) && name.back() != '_' && std::ranges::all_of(name, fits) &&
         name.find("__") == std::string_view::npos && !kTaken.contains(name);
}

bool IsEnumeratorName(std::string_view name) {
  const auto fits = [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; };
  return !name.empty() && IsUpper(name.front()) && name.back() != '_' && std::ranges::all_of(name, fits) &&
         name.find("__") == std::string_view::npos;
}

bool IsTypeName(std::string_view name) {
  const auto fits = [](char c) { return IsUpper(c) || IsLower(c) || IsDigit(c); };
  return !name.empty() && IsUpper(name.front()) && std::ranges::all_of(name, fits);
}

}  // namespace passport::edlgen
