// Ceremonies: what a passkey is asked to sign, so that every enclave knows that the answer is fresh (rules.md
// 12).
#pragma once

#include <map>
#include <vector>

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/crypto/identity.h"

namespace passport::passkey {

// How long a challenge is good for, from its oldest token on.
inline constexpr std::uint64_t kCeremonyMs = 60'000;
inline constexpr std::uint32_t kTokensMax = 64;

enum class CeremonyKind : std::uint8_t {
  kRegister = 1,          // a new account
  kAuthenticate = 2,      // a session
  kAddCredential = 3,     // another passkey for an account
  kRemoveCredential = 4,  // one of an account's passkeys
};

// What a ceremony is for. Nothing is changed by beginning one (rules.md 30).
struct CeremonyTerms {
  CeremonyKind kind = CeremonyKind::kAuthenticate;
  ScopeId scope;
  RecordId account;
  bool regenerate_seed = false;  // ends all earlier sessions of the credential when it completes
  // Of kinds from 4 on, which name something: the passkey to be removed (CredentialName). Zero for others.
  Hash32 target{};

  bool operator==(const CeremonyTerms&) const = default;
};
void WriteTerms(Writer& out, const CeremonyTerms& terms);
CeremonyTerms ReadTerms(Reader& in);

// One enclave's part in a challenge. It keeps nothing until the ceremony completes.
struct CeremonyToken {
  PartyIndex party;
  ByteArray<32> nonce{};
  std::uint64_t made_ms = 0;  // Unix time
  crypto::Ed25519Signature signature{};

  // `network` is the manifest's hash: a token of another network says nothing here.
  static CeremonyToken Make(const Hash32& network, const CeremonyTerms& terms, PartyIndex party,
                            const ByteArray<32>& nonce, std::uint64_t made_ms, const crypto::SigningKey& key);
  bool IsSigned(const Hash32& network, const CeremonyTerms& terms, const crypto::Ed25519PublicKey& key) const;
};
void WriteToken(Writer& out, const CeremonyToken& token);
CeremonyToken ReadToken(Reader& in);

using Signers = std::map<PartyIndex, crypto::Ed25519PublicKey>;

struct Ceremony {
  CeremonyTerms terms;
  std::vector<CeremonyToken> tokens;  // of ascending parties

  Bytes Encode() const;  // first byte 1 (format)
  static Result<Ceremony> Parse(ByteSpan bytes);

  // What the passkey signs, and the name of the register that lets it be used once.
  Hash32 Challenge(const Hash32& network) const;
  std::uint64_t BegunMs() const;  // when its oldest token was made
  // Whether enough enclaves of this network made it and it is not over at `now_ms`. kCeremonyTokens,
  // kCeremonyExpired.
  Result<Unit> Verify(const Hash32& network, const Signers& signers, std::size_t quorum,
                      std::uint64_t now_ms) const;
};

}  // namespace passport::passkey
