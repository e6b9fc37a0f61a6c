// The messages of the blame round (docs/protocols.md), about a run that is over: its request and attempt name
// it.
#pragma once

#include "trusted/core/signing_messages.h"
#include "trusted/sign/blame.h"

namespace passport::core {

// Leader -> signers: these shares gave no signature. Whose are they?
struct SignDispute {
  std::uint16_t attempt = 0;
  std::vector<sign::SignedShare> shares;  // by party, rising
  Bytes Encode() const;
  static Result<SignDispute> Parse(ByteSpan bytes);
};

// Signer -> leader.
struct SignDefence {
  std::uint16_t attempt = 0;
  sign::Defence defence;
  Bytes Encode() const;
  static Result<SignDefence> Parse(ByteSpan bytes);
};

// Leader -> all nodes, once for each defence, if a lie is proved: so that they judge for themselves.
struct SignEvidence {
  std::uint16_t attempt = 0;
  sign::Dispute dispute;
  std::vector<sign::SignedShare> shares;  // by party, rising
  sign::Defence defence;
  Bytes Encode() const;
  static Result<SignEvidence> Parse(ByteSpan bytes);
};

}  // namespace passport::core
