// Reads of records that this node knows nothing about: anybody can ask for such, so they must store nothing.
#include "trusted/replica/replica.h"

namespace passport::replica {

// Asks all nodes whether they have heard of the record: a first phase at a ballot that nobody can grant, so
// no acceptor stores a promise. The answers of ack_quorum nodes that they have promised, accepted and learnt
// nothing are as good as a read by ballot (linearizable): a version that was chosen before this read began,
// or that an earlier read returned, is held by ack_quorum nodes; 2 * ack_quorum > n, so one of them is among
// those who answered, and it had the version by then, because it answers only once it has confirmed the
// record after a restart (rules.md 6) and the random round shows that the answer was given after this read
// began (which is why it is not a Query: nothing in its reply tells an old one from a new one). An acceptance
// after an answer belongs to a change that is not acknowledged yet; the read comes before it. Any other
// answer, a mere promise too, leads to a ballot: what is half done has to be completed.
void Replica::AskWhetherAbsent(Proposal& proposal) {
  const ByteArray<8> random = rng_.Array<8>();
  proposal.ballot = {Reader(random).U64() | 1, PartyIndex{0}};
  std::vector<PartyIndex> targets = port_.Connected();
  targets.push_back(config_.self);
  for (const PartyIndex to : targets) Post(to, Prepare{proposal.id, proposal.ballot, 0});
}

void Replica::OnAnswer(std::uint64_t ticket, Proposal& proposal, PartyIndex from, const Promise& m) {
  if (m.granted || m.promised != Ballot{} || m.committed.version.number != 0 || m.tentative) {
    proposal.by_ballot = true;
    return Begin(ticket, proposal);
  }
  proposal.promises.emplace(from, m);
  if (proposal.promises.size() >= config_.ack_quorum) Finish(ticket, Version{});
}

}  // namespace passport::replica
