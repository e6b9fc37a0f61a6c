// Threshold ECDSA, DKLs23 protocol 3.6 (dkls23.md 6): two rounds make a presignature, a third one signs with
// it.
#pragma once

#include "trusted/protocol/step.h"
#include "trusted/sign/messages.h"
#include "trusted/sign/session.h"

namespace passport::sign {

// What a party keeps, as Bob towards one Alice, between his extension and her answer.
struct AsBob {
  mul::BobState multiplication;
  curve::SecretScalar factor;  // chi_{i,j} = b
};

// The secrets that the pairwise multiplications are about.
struct Inputs {
  mul::Shares nonce_and_key;  // r_i and sk_i, the sender's inputs as Alice towards everybody
  curve::Point nonce_point;   // R_i
  curve::Point public_share;  // pk_i
};

// After round 1.
struct AwaitingCommitments {
  Session session;
  Inputs inputs;
  proof::Salt salt{};
  Hash32 commitment{};
  std::map<PartyIndex, AsBob> as_bob;
};

// After round 2.
struct AwaitingMultiplications {
  Session session;
  Inputs inputs;
  curve::SecretScalar blinding;  // phi_i
  mul::Shares products;          // sum of c^u and of c^v over all Bobs
  std::map<PartyIndex, Hash32> commitments;
  Hash32 echo{};
  std::map<PartyIndex, AsBob> as_bob;
};

// One party's part of a signature on a message not yet known. Move-only, spent by Online, never stored
// (dkls23.md 6.8). Two messages on one presignature give the key away.
struct Presignature {
  Session session;
  curve::Point nonce;            // R
  curve::SecretScalar blinding;  // phi_i
  curve::SecretScalar u;         // sums to r * phi
  curve::SecretScalar v;         // sums to sk * phi
};

// Round 1 (dkls23.md 6.2, 6.3). kWrongKey for a key that is not for ECDSA; kWrongQuorum, with nothing drawn,
// unless the quorum is exactly t parties of the key, which may sign, with self and there is a setup with each
// of the others.
protocol::Step<AwaitingCommitments, protocol::Outbox<NonceCommitment>> Start(const SessionInput& input,
                                                                             const Peers& peers,
                                                                             crypto::Rng& rng);

// Round 2 (dkls23.md 6.4). The extension checks of all peers pass before anything exists that could be sent.
// kWrongSession blames nobody; kExtensionCheck blames its sender and burns the pair.
protocol::Step<AwaitingMultiplications, protocol::Outbox<Multiplication>> Multiply(
    AwaitingCommitments state, const Peers& peers, const protocol::Inbox<NonceCommitment>& inbox,
    crypto::Rng& rng);

// The checks of dkls23.md 6.5 in their order, then the presignature (6.6). Checks 5 and 6 are merged with a
// local random factor that rng gives.
protocol::Outcome<Presignature> Presign(AwaitingMultiplications state, const Peers& peers,
                                        const protocol::Inbox<Multiplication>& inbox, crypto::Rng& rng);

}  // namespace passport::sign
