// The malicious matrix (dkls23.md 10.2): every way to change one field of an encoded message, with what must
// follow.
#pragma once

#include <string>

#include "tests/unit/protocol/wire.h"

namespace passport::test {

enum class FieldType {
  kOpaque,  // any bytes decode
  kPoint,   // of secp256k1, as kScalar
  kScalar,
  kEdwardsPoint,  // of Ed25519, as kLittleScalar
  kLittleScalar,
  kFixed,  // one value only: versions, rounds, counts
};

struct Field {
  std::string name;
  std::size_t offset = 0;
  std::size_t size = 0;
  FieldType type = FieldType::kOpaque;
  protocol::AbortReason reason;  // for another value that decodes
  bool blames = false;
};

struct Mutation {
  std::string name;
  Bytes message;
  bool decodes = false;
};

// All mutations of a field that change the message: bit flips, zero, ones, another valid value, and the same
// field of another peer's and another session's message.
std::vector<Mutation> MutationsOf(const Field& field, const Bytes& honest, const Bytes& other_peer,
                                  const Bytes& other_session);
// Cut short, extended, empty: none decodes.
std::vector<Mutation> WrongSizesOf(const Bytes& honest);

std::string Describe(const protocol::Abort& abort);

}  // namespace passport::test
