// The user object of X-Encrypted-User and params.encrypted_user: who asks, and what the developer's key has
// signed about the request besides.
#pragma once

#include <optional>

#include "edl/base/ids.h"
#include "trusted/auth/envelope.h"

namespace passport::auth {

// Member `bind`: the one request that a proof is for (rules.md 24). The published SDK carries it without
// knowing it, because it signs the whole user object.
struct Binding {
  ByteArray<16> network{};  // UUID of the network, as GET /enclave says it
  ScopeId scope;
  std::string method;
  Hash32 params_sha256{};  // of the exact bytes of `params` in the body
  ByteArray<16> nonce{};
  std::uint64_t issued_at_ms = 0;  // Unix time
};

struct User {
  std::string username;  // 1 to 256 bytes
  std::optional<Binding> bind;
  std::string derivation_path;  // of the key below the account's that is asked for; empty: its own
  std::string display_name;     // `userDisplayName`; the username if there is none
};

// Members that are not named here are ignored; `bind` is exactly what it should be. kInvalidParams, kProof.
Checked<User> ParseUser(std::string_view user_json);

// What a request is, to be compared with what was signed.
struct RequestFacts {
  ByteArray<16> network{};
  ScopeId scope;
  std::string_view method;
  ByteSpan params;  // as they stand in the body
};
// kNotBound, naming the first member that is about another request.
Checked<Unit> CheckBinding(const Binding& binding, const RequestFacts& facts);

}  // namespace passport::auth
