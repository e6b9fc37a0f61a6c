// Mutations that know what a message is made of; tools/edlgen writes the list of fields of each call.
#pragma once

#include <random>
#include <span>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::fuzz {

enum class FieldKind { kInteger, kBool, kEnum, kFixed, kVariable, kArray };

struct BodyField {
  FieldKind kind = FieldKind::kInteger;
  std::size_t size =
      0;  // kInteger, kFixed: bytes; kVariable: most bytes; kArray: most items; kEnum: highest value
  std::size_t item_bytes = 1;  // kArray
};

// What means something to the core that is fuzzed: record ids, link numbers, sealed records, signed
// statements. Mutations put them where a field has their size.
std::vector<Bytes>& LiveValues();

// Scalars and points at the edges of secp256k1, Ed25519 and X25519: 0, 1, n - 1, n, p, infinity, off the
// curve, of low order.
std::span<const Bytes> EdgeValues();

// Mutates what is, or nearly is, the encoding of these fields: counts and sizes off by one, sizes at their
// maximum and around it, items twice, edges of integers, enums and keys. For LLVMFuzzerCustomMutator.
std::size_t MutateBody(std::span<const BodyField> fields, std::uint8_t* data, std::size_t size,
                       std::size_t size_max, unsigned seed);

// Bytes without a known form: an edge, a live value, a repeated or missing piece, or what libFuzzer does by
// itself.
void MutateBytes(Bytes& bytes, std::size_t size_max, std::minstd_rand& random);

}  // namespace passport::fuzz
