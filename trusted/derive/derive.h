// Public child derivation of BIP-32, and what it adds to every share of the key (dkls23.md 7.7).
#pragma once

#include "trusted/curve/point.h"
#include "trusted/derive/path.h"

namespace passport::derive {

// A public key with the chain code its children are derived with. Whoever has both and the private key of
// one child has the private key of the parent, so the chain code is kept confidential and a child's key is
// never exported from a hierarchy whose root must stay safe.
struct ExtendedKey {
  curve::Point public_key;
  Hash32 chain_code{};
};

struct Derived {
  ExtendedKey key;
  curve::Scalar tweak;  // the child's private key less the root's: the sum of the I_L along the path
};

// The child of parent for i = I_L || I_R. kBadScalar if I_L >= q, kBadPoint if the child is the identity:
// BIP-32 has no such child.
Result<Derived> ChildOf(const ExtendedKey& parent, const ByteArray<64>& i);

// The descendant of root at path: at each step ChildOf with I = HMAC-SHA512(chain code, ser(public key) ||
// BE32 index).
Result<Derived> Derive(const ExtendedKey& root, const Path& path);

}  // namespace passport::derive
