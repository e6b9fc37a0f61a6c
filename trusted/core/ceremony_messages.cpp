#include "trusted/core/ceremony_messages.h"

namespace passport::core {

Bytes CeremonyAsk::Encode() const {
  Writer out;
  passkey::WriteTerms(out, terms);
  return out.Take();
}

Result<CeremonyAsk> CeremonyAsk::Parse(ByteSpan bytes) {
  Reader in(bytes);
  CeremonyAsk out{passkey::ReadTerms(in)};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes CeremonyPart::Encode() const {
  Writer out;
  passkey::WriteToken(out, token);
  return out.Take();
}

Result<CeremonyPart> CeremonyPart::Parse(ByteSpan bytes) {
  Reader in(bytes);
  CeremonyPart out{passkey::ReadToken(in)};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
