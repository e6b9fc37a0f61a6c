// Resharing (dkls23.md 7.2): holders of a key deal their shares anew to a new set of holders, with a new
// threshold. The public key stays; shares of different epochs do not fit together. A refresh is a resharing
// to the same holders.
#pragma once

#include "trusted/dkg/dealing.h"
#include "trusted/reshare/activation.h"

namespace passport::reshare {

using protocol::Abort;
using protocol::AbortReason;
using protocol::Inbox;

// What the parties agree on beforehand. A party index names one node in the old and the new roster.
struct Proposal {
  Hash32 digest{};  // of whatever else was agreed (operators' statement, manifests)
  KeyId key;
  std::uint64_t epoch = 0;          // the new one: above that of the shares dealt from, never used before
  std::vector<PartyIndex> dealers;  // Q: at least t of the old holders
  std::uint16_t n = 0;              // of the new roster
  std::uint16_t t = 0;
  std::vector<PartyIndex> holders;  // N': who gets a share; t to n of them
  std::uint8_t marks = 0;           // of the key, at least those that a dealer knows of

  // Dealers and holders, rising: everybody who takes part.
  std::vector<PartyIndex> Parties() const;
};

template <curve::Group G>
struct RunOf {
  Proposal proposal;
  dkg::KeyFactsOf<G> current;  // of the epoch dealt from
  PartyIndex self;
  Hash32 context{};  // TH("reshare/run", key id, proposal || SHA-256 of the current facts)
};

// What a dealer deals. Dies when it is dealt.
template <curve::Group G>
struct DealingOf {
  sharing::PolynomialOf<G> polynomial;  // with lambda_i s_i as constant term
  dkg::OpeningBroadcastOf<G> opening;   // all but the proofs and the echo
};

// After round 1.
template <curve::Group G>
struct AwaitingCommitmentsOf {
  RunOf<G> run;
  dkg::Commitment sent;
  std::optional<DealingOf<G>> dealing;  // of a dealer
};

// After round 2. The only secret is what a dealer dealt itself.
template <curve::Group G>
struct AwaitingOpeningsOf {
  RunOf<G> run;
  Hash32 sid{};
  Hash32 echo{};
  dkg::Commitments commitments;  // of everybody
  std::optional<dkg::OpeningBroadcastOf<G>> sent;
  curve::SecretScalarOf<G> own_part;
};

// What round 3 gives. The pending share goes with Activation::Prepare, which sends the confirmation.
template <curve::Group G>
struct ConfirmedOf {
  dkg::KeyFactsOf<G> facts;
  sharing::KeyShareOf<G> pending;
  Agreement agreement;
  crypto::Ed25519Signature confirmation{};
};

using AwaitingCommitments = AwaitingCommitmentsOf<curve::Secp256k1>;
using AwaitingOpenings = AwaitingOpeningsOf<curve::Secp256k1>;
using Confirmed = ConfirmedOf<curve::Secp256k1>;

// What the members of an epoch confirm: their facts. Nothing if some S_m is the identity.
template <curve::Group G>
std::optional<Agreement> AgreementOf(const dkg::KeyFactsOf<G>& facts);

// Round 1 of a node that holds a share: current are the facts of the certificate that the share was activated
// with. Whether it deals or only receives is in the proposal. Everybody sends to everybody; only dealers
// commit to something. kWrongQuorum if the proposal cannot be or does not fit the share.
template <curve::Group G>
protocol::Step<AwaitingCommitmentsOf<G>, dkg::Commitment> Start(const Proposal& proposal,
                                                                const dkg::KeyFactsOf<G>& current,
                                                                const sharing::KeyShareOf<G>& share,
                                                                crypto::Rng& rng);

// Round 1 of a node that holds none: it takes what the key is from a certificate, which must be of the
// proposal's key and verify under the old roster, else kConfirmation.
template <curve::Group G>
protocol::Step<AwaitingCommitmentsOf<G>, dkg::Commitment> Join(const Proposal& proposal,
                                                               const dkg::KeyCertificateOf<G>& current,
                                                               const Roster& old_roster,
                                                               std::size_t min_confirmers, PartyIndex self,
                                                               crypto::Rng& rng);

// What a share says of its key, as facts to deal from: alike at all holders, whether they kept a certificate
// or not. All nodes count as such that may deal, since a false dealer fails kConstantTerm.
template <curve::Group G>
dkg::KeyFactsOf<G> FactsOf(const sharing::KeyShareOf<G>& share);

// Round 1 of a node that holds none and knows the public key from elsewhere, for it has no certificate. The
// rest of the facts may be anybody's word: of t dealers one is honest, and it stops if its own are others,
// since they are in the context of every message. kWrongQuorum for facts of another public key.
template <curve::Group G>
protocol::Step<AwaitingCommitmentsOf<G>, dkg::Commitment> JoinKnown(const Proposal& proposal,
                                                                    const dkg::KeyFactsOf<G>& current,
                                                                    const curve::PointOf<G>& public_key,
                                                                    PartyIndex self, crypto::Rng& rng);

// Round 2: a dealer opens its commitment, proves every coefficient and deals one share to each holder. The
// run of a dealer that is to hold nothing ends here.
template <curve::Group G>
protocol::Step<AwaitingOpeningsOf<G>, protocol::Outbox<dkg::OpeningOf<G>>> Open(
    AwaitingCommitmentsOf<G> state, const Inbox<dkg::Commitment>& inbox, crypto::Rng& rng);

// One key's part of round 3.
template <curve::Group G>
struct ReceivedOf {
  AwaitingOpeningsOf<G> state;
  Inbox<dkg::OpeningOf<G>> inbox;  // of every dealer but self
};
using Received = ReceivedOf<curve::Secp256k1>;

// Round 3 of holders, of many keys at once: all shares and proofs are checked together, and one by one only
// for the keys among which there is a wrong one. In order: echo (kEquivocation, nobody's); for each dealer
// counts and chain code (kMalformed), kCommitment; for each dealer kConstantTerm, kProof, kShare.
template <curve::Group G>
std::vector<protocol::Outcome<ConfirmedOf<G>>> ConfirmAll(std::vector<ReceivedOf<G>> received,
                                                          const crypto::SigningKey& node_key,
                                                          crypto::Rng& rng);

}  // namespace passport::reshare
