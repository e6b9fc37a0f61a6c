// Messages by which enclaves make a challenge together (rules.md 12).
#pragma once

#include "trusted/passkey/ceremony.h"

namespace passport::core {

// A gateway asks for a token. It says what the ceremony is for and, as in all ids, no username.
struct CeremonyAsk {
  passkey::CeremonyTerms terms;

  Bytes Encode() const;
  static Result<CeremonyAsk> Parse(ByteSpan bytes);
};

struct CeremonyPart {
  passkey::CeremonyToken token;

  Bytes Encode() const;
  static Result<CeremonyPart> Parse(ByteSpan bytes);
};

}  // namespace passport::core
