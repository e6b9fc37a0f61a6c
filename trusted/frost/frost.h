// Threshold Schnorr signatures in two rounds: FROST (RFC 9591), for any ciphersuite. Every signer gets every
// message and can put the signature together.
#pragma once

#include <map>
#include <vector>

#include "trusted/frost/messages.h"
#include "trusted/frost/suite.h"
#include "trusted/protocol/step.h"
#include "trusted/sharing/key_share.h"

namespace passport::frost {

// What the signers of one run agree on before its first message.
template <Suite S>
struct SessionInput {
  std::vector<PartyIndex> quorum;  // rising, at least t, with the key's own party
  Hash32 ssid{};                   // never used before: it names the run in every message
  const sharing::KeyShareOf<typename S::Group>& key;
  curve::ScalarOf<typename S::Group>
      tweak;  // added to the key: of a derived key or a Taproot output; or zero
};

// What stays known of a run through all its states; public.
template <Suite S>
struct Session {
  PartyIndex self;
  std::vector<PartyIndex> quorum;
  Hash32 ssid{};
  std::vector<curve::PointOf<typename S::Group>> commitments;  // of the key: F_0..F_{t-1}
  // The key that signs is addend + key or addend - key, as are its shares: tweaked, and of the sign that the
  // suite's encoding means.
  bool negate = false;
  curve::ScalarOf<typename S::Group> addend;
  curve::PointOf<typename S::Group> public_key;
};

// After round 1. Owns the nonces; round 2 takes it by value, so they die with it on every path. Two messages
// under one pair of nonces give the share away.
template <Suite S>
struct AwaitingCommitments {
  Session<S> session;
  curve::SecretScalarOf<typename S::Group> share;  // of the key that signs
  curve::SecretScalarOf<typename S::Group> hiding;
  curve::SecretScalarOf<typename S::Group> binding;
  NonceCommitmentOf<typename S::Group> sent;
};

// What one signer's share must match; public.
template <Suite S>
struct Expected {
  std::optional<curve::PointOf<typename S::Group>> nonce;  // D + rho E, negated if R is
  curve::ScalarOf<typename S::Group> weight;               // lambda c
};

// After round 2. Nothing secret.
template <Suite S>
struct AwaitingShares {
  Session<S> session;
  Bytes message;
  Hash32 echo{};
  curve::PointOf<typename S::Group> nonce;  // R
  std::map<PartyIndex, Expected<S>> expected;
  curve::ScalarOf<typename S::Group> own_share;
};

// Round 1 (RFC 9591, 5.1): draws the nonces, each a hash of fresh randomness and the share, so that neither a
// bad generator nor a repeated one gives the share away. With nothing drawn: kWrongKey if the key is of
// another curve or purpose than the suite's, kWrongQuorum, kIdentity if the tweak cancels the key.
template <Suite S>
protocol::Step<AwaitingCommitments<S>, NonceCommitmentOf<typename S::Group>> Start(
    const SessionInput<S>& input, crypto::Rng& rng);

// Round 2 (RFC 9591, 5.2): spends the nonces, whether it signs or aborts. The caller has decided that the
// message may be signed. Nobody is blamed.
template <Suite S>
protocol::Step<AwaitingShares<S>, SignatureShareOf<typename S::Group>> Sign(
    AwaitingCommitments<S> state, ByteSpan message,
    const std::type_identity_t<protocol::Inbox<NonceCommitmentOf<typename S::Group>>>& inbox);

// The signature (RFC 9591, 5.3), which is verified before it is released. Parties who saw other messages or
// commitments are kEquivocation, which blames nobody; with one view of them, a wrong share is kSignatureShare
// and blames its sender.
template <Suite S>
protocol::Outcome<typename S::Signature> Aggregate(
    AwaitingShares<S> state,
    const std::type_identity_t<protocol::Inbox<SignatureShareOf<typename S::Group>>>& inbox);

}  // namespace passport::frost
