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
  Field(std::string its_name, std::size_t at, std::size_t bytes, FieldType its_type,
        protocol::AbortReason its_reason, bool does_blame, std::string its_array = {})
      : name(std::move(its_name)),
        offset(at),
        size(bytes),
        type(its_type),
        reason(its_reason),
        blames(does_blame),
        array(std::move(its_array)) {}
  std::string name;
  std::size_t offset;
  std::size_t size;
  FieldType type;
  protocol::AbortReason reason;  // for another value that decodes
  bool blames;
  std::string array;  // fields of one array can stand in for each other; empty: belongs to none
  bool tried = true;  // of a long array only some elements are
};
using Fields = std::vector<Field>;

struct Mutation {
  std::string name;
  Bytes message;
  bool decodes = false;
};

// count elements that follow each other from the first one on, named like it with their number. Tried are the
// first two, the last one and a few drawn from the seed.
Fields ArrayOf(const Field& first, std::size_t count, std::uint64_t seed);
Fields Join(std::initializer_list<Fields> parts);
// Fails the test unless the fields are the whole message without gap or overlap, each with a name of its own.
void ExpectTiles(const Fields& fields, std::size_t message_size);

// The honest message, and where values of the same field may be taken from.
struct Sources {
  Bytes honest;
  Bytes other_peer;
  Bytes other_session;
};
// All mutations of fields[index] that change the message: bits flipped, zero, ones, the order and the prime,
// points that are none, another valid value, the same field of another peer's and another session's message,
// and the next element of its array in its place or exchanged with it.
std::vector<Mutation> MutationsOf(const Fields& fields, std::size_t index, const Sources& sources);
// Cut short and extended, by a byte and by an element, empty, twice in one: none decodes.
std::vector<Mutation> WrongSizesOf(const Bytes& honest);

std::string Describe(const protocol::Abort& abort);

}  // namespace passport::test
