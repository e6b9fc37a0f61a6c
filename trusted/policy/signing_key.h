// The key that signs for an account: one of its own, or one derived from it by path (dkls23.md 7.7).
#pragma once

#include "trusted/auth/envelope.h"
#include "trusted/derive/derive.h"
#include "trusted/eth/address.h"
#include "trusted/policy/account.h"

namespace passport::policy {

struct SigningKey {
  KeyId id;                 // of the distributed key
  Hash32 path{};            // what runs are bound to; zero: the key itself
  curve::Point public_key;  // of the derived key
  curve::Scalar tweak;      // its private key less the distributed one; 0 for the key itself

  eth::Address Address() const;
};

// The text of a user's derivation_path; "" is the root. kInvalidParams.
auth::Checked<derive::Path> ParsePath(std::string_view text);

// The account's key at a path. The chain code is that of its shares, and is not looked at for the root.
// kPending (no key yet), kInvalidParams (BIP-32 has no key there), kInternal.
auth::Checked<SigningKey> KeyAt(const Account& account, const derive::Path& path, const Hash32& chain_code);

}  // namespace passport::policy
