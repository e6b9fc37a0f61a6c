// Splits EDL text into words, numbers, punctuation and `//@` annotations.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/edlgen/error.h"

namespace passport::edlgen {

struct Token {
  enum class Kind { kWord, kNumber, kPunctuation, kAnnotation, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // of an annotation: what follows `//@`
  std::uint64_t number = 0;
  int line = 0;
};

// Decimal or 0x hexadecimal, 64 bits, nothing else. False if it is not.
bool ParseNumber(std::string_view text, std::uint64_t& number);

// All tokens, ending with one kEnd. Comments other than annotations are dropped.
std::vector<Token> Lex(const Source& source);

}  // namespace passport::edlgen
