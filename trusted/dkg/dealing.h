// What key generation and resharing have in common: a dealer commits to a polynomial, opens it, proves every
// coefficient, and everybody sums up.
#pragma once

#include <algorithm>

#include "trusted/dkg/dkg.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {

// The hashes of one of the protocols.
struct DealingTags {
  crypto::Tag commitment;
  crypto::Tag sid;
  crypto::Tag echo;
  crypto::Tag proof;
};
inline constexpr DealingTags kKeyGeneration{crypto::tag::kKgCom, crypto::tag::kKgSid, crypto::tag::kKgEcho,
                                            crypto::tag::kPokKg};
inline constexpr DealingTags kResharing{crypto::tag::kReshareCom, crypto::tag::kReshareSid,
                                        crypto::tag::kReshareEcho, crypto::tag::kPokReshare};

using Commitments = std::map<PartyIndex, Commitment>;
template <curve::Group G>
using OpeningsOf = std::map<PartyIndex, const OpeningBroadcastOf<G>*>;

inline Failure<protocol::Abort> Stop(protocol::AbortReason reason,
                                     std::optional<PartyIndex> culprit = std::nullopt) {
  return Fail(protocol::Abort{reason, culprit});
}

// Whether a message is of this run and from whom the channel says; nobody is blamed if not.
inline bool IsOfRun(const Hash32& context, PartyIndex from, const Header& header) {
  return header.from == from && header.context == context;
}

// Whether the senders are the parties other than self, each once.
template <class Message>
bool IsFromAllOthers(std::span<const PartyIndex> parties, PartyIndex self,
                     const protocol::Inbox<Message>& inbox) {
  return inbox.size() + (sharing::Contains(parties, self) ? 1 : 0) == parties.size() &&
         !inbox.contains(self) && std::all_of(inbox.begin(), inbox.end(), [&](const auto& entry) {
           return sharing::Contains(parties, entry.first);
         });
}

// Com(ctx, dealer, salt, coefficients || chain code part).
template <curve::Group G>
Hash32 CommitmentTo(const DealingTags& tags, const OpeningBroadcastOf<G>& opening);

// sid = TH(tag, context, nonces of all).
Hash32 RunId(const DealingTags& tags, const Hash32& context, const Commitments& commitments);
// TH(tag, sid, all of round 1).
Hash32 Echo(const DealingTags& tags, const Hash32& sid, const Commitments& commitments);
// SHA-256 of all broadcasts of rounds 1 and 2, by round and sender.
template <curve::Group G>
Hash32 Transcript(const Commitments& commitments, const OpeningsOf<G>& openings);

proof::DlogUse CoefficientUse(const DealingTags& tags, const Hash32& sid, PartyIndex dealer,
                              std::size_t index);
template <curve::Group G>
void ProveCoefficients(const DealingTags& tags, const Hash32& sid, const sharing::PolynomialOf<G>& polynomial,
                       OpeningBroadcastOf<G>& opening, crypto::Rng& rng);

// Exactly t coefficients with as many proofs, and what was committed to: checks 2 and 3 of dkls23.md 2.4.
template <curve::Group G>
protocol::Outcome<Unit> CheckOpened(const DealingTags& tags, std::size_t t, const Commitment& commitment,
                                    const OpeningBroadcastOf<G>& opening);

// The commitments to the sum of the polynomials, which have as many coefficients each. kIdentity blames
// nobody.
template <curve::Group G>
protocol::Outcome<std::vector<curve::PointOf<G>>> SumOfCoefficients(const OpeningsOf<G>& openings);

// The record of a share of what the facts say.
template <curve::Group G>
sharing::KeyShareOf<G> MakeShare(const KeyFactsOf<G>& facts, PartyIndex self, curve::SecretScalarOf<G> share);

// What a holder of a share of the first epoch confirms; its share matches the facts. kIdentity blames nobody.
template <curve::Group G>
protocol::Outcome<ConfirmedOf<G>> ConfirmShare(const Run& run, KeyFactsOf<G> facts,
                                               curve::SecretScalarOf<G> share,
                                               const crypto::SigningKey& node_key, crypto::Rng& rng);

}  // namespace passport::dkg
