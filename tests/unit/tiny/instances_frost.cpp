// FROST's sources with the tiny ciphersuite as a further instance of their templates.
#include "tests/unit/tiny/tiny_suite.h"
#include "trusted/frost/frost.cpp"
#include "trusted/frost/messages.cpp"

namespace passport::frost {

using test::TinySuite;
using Group = TinySuite::Group;

template Step<AwaitingCommitments<TinySuite>, NonceCommitmentOf<Group>> Start(const SessionInput<TinySuite>&,
                                                                              crypto::Rng&);
template Step<AwaitingShares<TinySuite>, SignatureShareOf<Group>> Sign(
    AwaitingCommitments<TinySuite>, ByteSpan, const Inbox<NonceCommitmentOf<Group>>&);
template Outcome<TinySuite::Signature> Aggregate(AwaitingShares<TinySuite>,
                                                 const Inbox<SignatureShareOf<Group>>&);

}  // namespace passport::frost
