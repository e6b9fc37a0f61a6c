// An account: who controls it and which distributed keys it has. One register per account.
#pragma once

#include <string>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/policy/passkey.h"

namespace passport::policy {

// Which proof must come with every request. Fixed by the proof that registered the account (rules.md 4).
enum class Control : std::uint8_t { kUser = 1, kDeveloper = 2, kHybrid = 3 };
// Whether a request's proof is about that request or, as the published SDK makes it, about its user alone.
// Fixed when the account registers, so that no update of its scope loosens it (rules.md 3).
enum class RequestBinding : std::uint8_t { kLegacy = 1, kBound = 2 };
enum class AccountState : std::uint8_t { kReserved = 1, kActive = 2 };
enum class Curve : std::uint8_t { kSecp256k1 = 1 };
enum class KeyPurpose : std::uint8_t { kEthereum = 1 };

struct AccountKey {
  Curve curve = Curve::kSecp256k1;
  KeyPurpose purpose = KeyPurpose::kEthereum;
  std::string path;  // derivation path below the key; empty: the key itself
  KeyId id;
  ByteArray<33> public_key{};
  std::vector<PartyIndex> holders;  // nodes with a share, ascending, 1 to 64
  std::uint64_t epoch = 0;          // of its shares: nothing below it signs any more (dkls23.md 7.3)
};

struct Account {
  ScopeId scope;
  AccountId id;
  Hash32 identifier_hash{};
  Control control = Control::kDeveloper;
  AccountState state = AccountState::kReserved;
  RequestBinding binding = RequestBinding::kLegacy;
  RequestId reserved_by;  // the registration whose key generation may activate it
  std::uint64_t reserved_at_ms =
      0;  // by the proposer's clock; a reservation can be taken over after kReservationMs
  std::vector<AccountKey> keys;
  // Of accounts that passkeys control, alone or with a developer key.
  PasskeyTerms terms;
  std::vector<Passkey> passkeys;  // at most kPasskeysMax, each id once
  // When the last ceremony began that removed a passkey: none that began before it adds one.
  std::uint64_t removed_ms = 0;

  // First byte 1 (format), 2 with the epoch of each key if some key was ever refreshed, 3 with that and the
  // binding if it is not legacy, or 4 with all of it and passkeys.
  Bytes Encode() const;
  static Result<Account> Parse(ByteSpan bytes);
};

inline constexpr std::uint64_t kReservationMs = 30'000;

}  // namespace passport::policy
