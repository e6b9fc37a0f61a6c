// The proposer's side of a register: two phases, completion of what others left half done, then one's own
// change.
#include <algorithm>

#include "trusted/replica/replica.h"

namespace passport::replica {
namespace {

constexpr std::uint64_t kPhaseTimeoutMs = 600;  // an answer that has not come by then is not waited for
constexpr unsigned kAttemptsMax = 20;

}  // namespace

void Replica::Change(std::uint64_t ticket, const RecordId& id, Bytes evidence, std::uint64_t deadline_ms) {
  Proposal& proposal = proposals_[ticket];
  proposal = Proposal{};
  proposal.id = id;
  proposal.evidence = std::move(evidence);
  proposal.deadline_ms = deadline_ms;
  Begin(ticket, proposal);
  DrainLocal();
}

void Replica::Read(std::uint64_t ticket, const RecordId& id, std::uint64_t deadline_ms) {
  Proposal& proposal = proposals_[ticket];
  proposal = Proposal{};
  proposal.id = id;
  proposal.deadline_ms = deadline_ms;
  Begin(ticket, proposal);
  DrainLocal();
}

// Phase 1. Fails at once when too few nodes are connected, so that the client need not wait for a timeout.
void Replica::Begin(std::uint64_t ticket, Proposal& proposal) {
  proposal.retry_ms = 0;
  proposal.promises.clear();
  proposal.proposed.reset();
  proposal.accepted.clear();
  proposal.refused.clear();
  proposal.own = false;
  if (++proposal.attempts > kAttemptsMax) return Finish(ticket, Fail(ChangeError{Failure::kTimeout, 0, {}}));
  std::vector<PartyIndex> targets = port_.Connected();
  if (targets.size() + 1 < config_.ack_quorum) {
    return Finish(ticket, Fail(ChangeError{Failure::kTooFew, 0, Unheard(proposal)}));
  }
  if (!Usable(proposal.id)) {
    proposal.retry_ms = now_ms_ + kPhaseTimeoutMs;  // Wake starts it sooner
    return;
  }
  const Register& held = Held(proposal.id);
  std::uint64_t& seen = rounds_seen_[proposal.id];
  seen = std::max(seen, held.promised.round) + 1;
  proposal.ballot = {seen, config_.self};
  proposal.retry_ms = now_ms_ + kPhaseTimeoutMs;
  const Prepare prepare{proposal.id, proposal.ballot, held.committed.version.number};
  targets.push_back(config_.self);
  for (const PartyIndex to : targets) Post(to, prepare);
}

std::vector<PartyIndex> Replica::Unheard(const Proposal& proposal) const {
  const std::vector<PartyIndex> connected = port_.Connected();
  std::vector<PartyIndex> out;
  for (const auto& [party, identity] : config_.identities) {
    const bool reachable = party == config_.self || std::ranges::find(connected, party) != connected.end();
    const bool heard = proposal.proposed
                           ? proposal.accepted.contains(party) || proposal.refused.contains(party)
                           : proposal.promises.contains(party);
    if (!reachable || (!heard && !proposal.promises.empty())) out.push_back(party);
  }
  return out;
}

std::pair<const std::uint64_t, Replica::Proposal>* Replica::FindProposal(const RecordId& id,
                                                                         const Ballot& ballot) {
  for (auto& entry : proposals_) {
    if (entry.second.id == id && entry.second.ballot == ballot) return &entry;
  }
  return nullptr;
}

void Replica::BackOff(Proposal& proposal, Ballot seen) {
  std::uint64_t& round = rounds_seen_[proposal.id];
  round = std::max(round, seen.round);
  const std::uint64_t spread = 5 + 10 * std::uint64_t{std::min(proposal.attempts, 8u)};
  proposal.retry_ms = now_ms_ + 1 + rng_.Array<1>()[0] % spread;
  proposal.ballot = {};
}

void Replica::Handle(PartyIndex from, const Promise& m) {
  auto* entry = FindProposal(m.id, m.ballot);
  if (entry == nullptr || entry->second.proposed) return;
  Proposal& proposal = entry->second;
  if (m.committed.version.number > 0 && !Adopt(m.id, m.committed))
    return;  // a certificate that does not hold is no answer
  if (!m.granted) return BackOff(proposal, m.promised);
  proposal.promises.emplace(from, m);
  if (proposal.promises.size() == config_.ack_quorum) ChoosePhase2(entry->first, proposal);
}

// What was perhaps chosen is completed first; only then comes this proposal's own change.
void Replica::ChoosePhase2(std::uint64_t ticket, Proposal& proposal) {
  const Committed committed = Held(proposal.id).committed;
  const Tentative* highest = nullptr;
  for (const auto& [party, promise] : proposal.promises) {
    if (!promise.tentative || promise.tentative->version.number <= committed.version.number) continue;
    if (highest == nullptr || promise.tentative->ballot > highest->ballot) highest = &*promise.tentative;
  }
  if (highest != nullptr) {
    proposal.proposed = highest->version;
    proposal.proposed_evidence = highest->evidence;
    proposal.own = proposal.evidence && *proposal.evidence == highest->evidence;
    return SendAccepts(proposal);
  }
  if (!proposal.evidence) return Finish(ticket, committed.version);
  ProposeChange(ticket, proposal, committed.version);
}

void Replica::ProposeChange(std::uint64_t ticket, Proposal& proposal, const Version& before) {
  Judgement judgement = rules_.Judge(proposal.id, before, *proposal.evidence, config_.self);
  if (const auto* refused = std::get_if<Refused>(&judgement)) {
    return Finish(ticket, Fail(ChangeError{Failure::kRefused, refused->code, {}}));
  }
  if (const auto* need = std::get_if<NeedRecords>(&judgement)) {
    for (const RecordId& id : need->ids) static_cast<void>(Usable(id));
    proposal.ballot = {};
    proposal.retry_ms = now_ms_ + 1;
    return;
  }
  proposal.proposed = Version{before.number + 1, before.number == 0 ? Hash32{} : before.HashFor(proposal.id),
                              std::get<Bytes>(std::move(judgement))};
  proposal.proposed_evidence = *proposal.evidence;
  proposal.own = true;
  SendAccepts(proposal);
}

void Replica::SendAccepts(Proposal& proposal) {
  proposal.retry_ms = now_ms_ + kPhaseTimeoutMs;
  for (const auto& [party, promise] : proposal.promises) {
    Post(party,
         Accept{proposal.id, proposal.ballot, promise.boot, *proposal.proposed, proposal.proposed_evidence});
  }
}

void Replica::Handle(PartyIndex from, const Accepted& m) {
  auto* entry = FindProposal(m.id, m.ballot);
  if (entry == nullptr || !entry->second.proposed || !entry->second.promises.contains(from)) return;
  auto& [ticket, proposal] = *entry;
  switch (m.verdict) {
    case AcceptVerdict::kAccepted:
      if (!crypto::VerifyEd25519(config_.identities.at(from), SignedHash(m.id, *proposal.proposed),
                                 m.signature))
        return;
      proposal.accepted.emplace(from, m.signature);
      if (proposal.accepted.size() >= config_.ack_quorum) Commit(ticket, proposal);
      return;
    case AcceptVerdict::kOutbid:
      return BackOff(proposal, m.promised);
    case AcceptVerdict::kBehind:
      Post(from, Learn{m.id, Held(m.id).committed});
      Post(from, Accept{m.id, proposal.ballot, proposal.promises.at(from).boot, *proposal.proposed,
                        proposal.proposed_evidence});
      return;
    case AcceptVerdict::kRefused:
      proposal.refused.emplace(from, m.refusal);
      if (proposal.promises.size() - proposal.refused.size() < config_.ack_quorum) {
        Finish(ticket, Fail(ChangeError{Failure::kRefused, m.refusal, {}}));
      }
      return;
  }
}

void Replica::Commit(std::uint64_t ticket, Proposal& proposal) {
  const Committed committed{*proposal.proposed, proposal.accepted};
  const RecordId id = proposal.id;
  static_cast<void>(Adopt(id, committed));
  for (const PartyIndex to : port_.Connected()) Post(to, Learn{id, committed});
  if (proposal.own) return Finish(ticket, committed.version);
  Begin(ticket, proposal);  // somebody else's half-done version is complete now: again for one's own
}

void Replica::Finish(std::uint64_t ticket, ChangeResult result) {
  if (const auto entry = proposals_.find(ticket); entry != proposals_.end()) {
    rounds_seen_.erase(entry->second.id);
    proposals_.erase(entry);
  }
  port_.Done(ticket, std::move(result));
}

void Replica::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::vector<std::uint64_t> due;
  for (const auto& [ticket, proposal] : proposals_) {
    if (now_ms >= proposal.deadline_ms || now_ms >= proposal.retry_ms) due.push_back(ticket);
  }
  for (const std::uint64_t ticket : due) {
    const auto entry = proposals_.find(ticket);
    if (entry == proposals_.end()) continue;
    if (now_ms >= entry->second.deadline_ms) {
      Finish(ticket, Fail(ChangeError{Failure::kTimeout, 0, Unheard(entry->second)}));
    } else {
      Begin(ticket, entry->second);
    }
  }
  DrainLocal();
}

void Replica::OnPeerLost(PartyIndex party) {
  std::vector<std::uint64_t> affected;
  for (auto& [ticket, proposal] : proposals_) {
    const bool waiting = proposal.proposed
                             ? proposal.promises.contains(party) && !proposal.accepted.contains(party)
                             : !proposal.promises.contains(party);
    if (waiting) affected.push_back(ticket);
  }
  for (const std::uint64_t ticket : affected) {
    const auto entry = proposals_.find(ticket);
    if (entry != proposals_.end()) Begin(ticket, entry->second);
  }
  DrainLocal();
}

}  // namespace passport::replica
