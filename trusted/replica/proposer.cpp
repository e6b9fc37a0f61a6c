// The proposer's side of a register: two phases, completion of what others left half done, then one's own
// change.
#include <algorithm>

#include "trusted/replica/certificate.h"
#include "trusted/replica/replica.h"

namespace passport::replica {
namespace {

constexpr std::uint64_t kPhaseTimeoutMs = 600;  // an answer that has not come by then is not waited for
constexpr unsigned kAttemptsMax = 20;

}  // namespace

void Replica::Change(std::uint64_t ticket, const RequestId& request, const RecordId& id, Bytes evidence,
                     std::uint64_t deadline_ms) {
  Proposal proposal;
  proposal.request = request;
  proposal.id = id;
  proposal.evidence = std::move(evidence);
  proposal.deadline_ms = deadline_ms;
  Propose(ticket, std::move(proposal));
}

void Replica::Read(std::uint64_t ticket, const RequestId& request, const RecordId& id,
                   std::uint64_t deadline_ms) {
  Proposal proposal;
  proposal.request = request;
  proposal.id = id;
  proposal.deadline_ms = deadline_ms;
  Propose(ticket, std::move(proposal));
}

void Replica::Propose(std::uint64_t ticket, Proposal proposal) {
  Begin(ticket, proposals_[ticket] = std::move(proposal));
  DrainLocal();
}

// Phase 1. Fails at once when too few nodes are connected, so that the client need not wait for a timeout.
void Replica::Begin(std::uint64_t ticket, Proposal& proposal) {
  const OnBehalfOf cause(*this, proposal.request);
  proposal.ballot = {};
  proposal.promises.clear();
  proposal.proposed.reset();
  proposal.accepted.clear();
  proposal.refused.clear();
  proposal.outbid.clear();
  proposal.helped.clear();
  proposal.own = false;
  if (++proposal.attempts > kAttemptsMax) return Finish(ticket, Fail(ChangeError{Failure::kTimeout, 0, {}}));
  if (!CanReach(0)) return Finish(ticket, Fail(ChangeError{Failure::kTooFew, 0, Unreachable()}));
  proposal.retry_ms = now_ms_ + kPhaseTimeoutMs;
  if (!Usable(proposal.id)) return;  // Wake starts it sooner
  const Register& held = Held(proposal.id);
  const bool unheard_of = held.empty() && held.promised == Ballot{};
  if (unheard_of && !proposal.evidence && !proposal.by_ballot) return AskWhetherAbsent(proposal);
  std::uint64_t& seen = rounds_seen_[proposal.id];
  seen = std::max(seen, held.promised.round) + 1;
  proposal.ballot = {seen, config_.self};
  const Prepare prepare{proposal.id, proposal.ballot, held.committed.version.number};
  std::vector<PartyIndex> targets = port_.Connected();
  targets.push_back(config_.self);
  for (const PartyIndex to : targets) Post(to, prepare);
}

bool Replica::CanReach(std::size_t without) const {
  return port_.Connected().size() + 1 >= config_.ack_quorum + without;
}

std::vector<PartyIndex> Replica::Unreachable() const {
  const std::vector<PartyIndex> connected = port_.Connected();
  std::vector<PartyIndex> out;
  for (const auto& [party, identity] : config_.identities) {
    if (party != config_.self && std::ranges::find(connected, party) == connected.end()) out.push_back(party);
  }
  return out;
}

// Who is not connected, or has not answered what the proposal is waiting for.
std::vector<PartyIndex> Replica::Unheard(const Proposal& proposal) const {
  std::vector<PartyIndex> out = Unreachable();
  const auto confirming = confirming_.find(proposal.id);
  for (const auto& [party, identity] : config_.identities) {
    bool silent = false;
    if (proposal.proposed) {
      silent = proposal.promises.contains(party) && !proposal.accepted.contains(party) &&
               !proposal.refused.contains(party) && !proposal.outbid.contains(party);
    } else if (!proposal.promises.empty()) {
      silent = !proposal.promises.contains(party) && !proposal.outbid.contains(party);
    } else if (confirming != confirming_.end()) {
      silent = party != config_.self && !confirming->second.answered.contains(party);
    }
    if (silent && std::ranges::find(out, party) == out.end()) out.push_back(party);
  }
  std::ranges::sort(out);
  return out;
}

std::pair<const std::uint64_t, Replica::Proposal>* Replica::FindProposal(const RecordId& id,
                                                                         const Ballot& ballot) {
  if (ballot == Ballot{}) return nullptr;  // that of a proposal which is not running
  for (auto& entry : proposals_) {
    if (entry.second.id == id && entry.second.ballot == ballot) return &entry;
  }
  return nullptr;
}

// Tries again after a random time, so that contending proposers part.
void Replica::BackOff(Proposal& proposal) {
  const std::uint64_t spread = 5 + 10 * std::uint64_t{std::min(proposal.attempts, 8u)};
  proposal.retry_ms = now_ms_ + 1 + rng_.Array<1>()[0] % spread;
  proposal.ballot = {};
}

// One node that outbids everybody must not stop the others.
void Replica::OnOutbid(PartyIndex by, Proposal& proposal, Ballot promised) {
  std::uint64_t& round = rounds_seen_[proposal.id];
  if (IsPlausible(promised, unix_ms_)) round = std::max(round, promised.round);
  proposal.outbid.insert(by);
  if (!CanReach(proposal.outbid.size() + proposal.refused.size())) BackOff(proposal);
}

void Replica::Handle(PartyIndex from, const Promise& m) {
  auto* entry = FindProposal(m.id, m.ballot);
  if (entry == nullptr) return;
  Proposal& proposal = entry->second;
  const OnBehalfOf cause(*this, proposal.request);  // whatever the answer says of it
  if (!Usable(m.id)) return Defer(m.id, from, m);
  if (m.committed.version.number > 0 && !Adopt(m.id, m.committed))
    return;  // a certificate that does not hold is no answer
  if (m.ballot.IsQuestion()) return OnAnswer(entry->first, proposal, from, m);
  if (!m.granted) return OnOutbid(from, proposal, m.promised);
  if (m.tentative && m.tentative->version.number > Held(m.id).committed.version.number) {
    // No honest acceptor has accepted a version that does not follow the one it holds, or without judging it.
    // To propose such a one would only have it refused: its promise is no answer.
    const Judgement judgement = JudgeVersion(m.id, *m.tentative, Held(m.id));
    if (const auto* need = std::get_if<NeedRecords>(&judgement)) return DeferUntil(*need, from, m);
    if (std::holds_alternative<Refused>(judgement) &&
        !Vouched(m.id, m.tentative->version, from, proposal.doubts))
      return AskWhatItRestsOn(from, *m.tentative);
  }
  if (!proposal.promises.emplace(from, m).second) return;
  if (proposal.proposed) return SendAccept(from, proposal);  // late, but perhaps needed
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
    Register held = Held(proposal.id);
    held.Hold(*highest);
    proposal.proposed = highest->version;
    proposal.proposed_evidence = std::move(held.tentative->evidence);
    proposal.own = proposal.evidence && *proposal.evidence == proposal.proposed_evidence;
    if (proposal.own) NoteOwn(proposal);
    return SendAccepts(proposal);
  }
  if (!proposal.evidence) return Finish(ticket, committed.version);
  if (proposal.happened) return Finish(ticket, committed.version);
  ProposeChange(ticket, proposal, committed.version);
}

void Replica::ProposeChange(std::uint64_t ticket, Proposal& proposal, const Version& before) {
  Judgement judgement = rules_.Judge(proposal.id, before, *proposal.evidence, config_.self);
  if (const auto* refused = std::get_if<Refused>(&judgement)) {
    // If it was proposed before, it may be refused because it has been made, or be made yet. Whether shows
    // only in the chosen version of that number, or in the next one by its hash of it (NoteChosen).
    const std::uint64_t own = proposal.own_number;
    const bool unknown = own != 0 && before.number != own && before.number != own + 1;
    return Finish(ticket, Fail(unknown ? ChangeError{Failure::kTimeout, 0, {}}
                                       : ChangeError{Failure::kRefused, refused->code, {}}));
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
  NoteOwn(proposal);
  SendAccepts(proposal);
}

void Replica::NoteOwn(Proposal& proposal) {
  proposal.own_hashes.insert(proposal.proposed->HashFor(proposal.id));
  proposal.own_number = std::max(proposal.own_number, proposal.proposed->number);
}

void Replica::SendAccept(PartyIndex to, const Proposal& proposal) {
  Post(to, Accept{proposal.id, proposal.ballot, proposal.promises.at(to).boot, *proposal.proposed,
                  proposal.proposed_evidence});
}

void Replica::SendAccepts(Proposal& proposal) {
  proposal.retry_ms = now_ms_ + kPhaseTimeoutMs;
  for (const auto& [party, promise] : proposal.promises) SendAccept(party, proposal);
}

void Replica::Handle(PartyIndex from, const Accepted& m) {
  auto* entry = FindProposal(m.id, m.ballot);
  if (entry == nullptr || !entry->second.proposed || !entry->second.promises.contains(from)) return;
  auto& [ticket, proposal] = *entry;
  const OnBehalfOf cause(*this, proposal.request);
  if (!Usable(m.id)) return Defer(m.id, from, m);
  switch (m.verdict) {
    case AcceptVerdict::kAccepted:
      if (!crypto::VerifyEd25519(config_.identities.at(from), AcceptedHash(m.id, *proposal.proposed),
                                 m.signature))
        return;
      proposal.accepted.emplace(from, m.signature);
      if (proposal.accepted.size() >= config_.ack_quorum) Commit(ticket, proposal);
      return;
    case AcceptVerdict::kOutbid:
      return OnOutbid(from, proposal, m.promised);
    case AcceptVerdict::kBehind:
      static_cast<void>(Help(from, proposal, m.verdict));
      return;
    case AcceptVerdict::kRefused:
      if (Help(from, proposal, m.verdict)) return;
      proposal.refused.emplace(from, m.refusal);
      return OnRefused(ticket, proposal);
  }
}

// Sends what the acceptor lacks (the version before, or the records that the change rests on) and asks again.
// False: there is nothing to send, or it was sent already.
bool Replica::Help(PartyIndex to, Proposal& proposal, AcceptVerdict verdict) {
  if (!proposal.helped.emplace(to, verdict).second) return false;
  const bool behind = verdict == AcceptVerdict::kBehind;
  bool sent = false;
  for (const RecordId& id : behind ? std::vector{proposal.id} : rules_.RestsOn(proposal.proposed_evidence)) {
    const Committed* committed = Certified(id);
    if (committed == nullptr) continue;
    Post(to, Learn{id, *committed});
    sent = true;
  }
  if (sent) SendAccept(to, proposal);
  return sent;
}

// A refusal is the answer once no quorum can accept. What somebody else proposed is no answer to this
// proposal: it tries again, perhaps with other nodes.
void Replica::OnRefused(std::uint64_t ticket, Proposal& proposal) {
  if (proposal.own && !CanReach(proposal.refused.size())) {
    const std::uint16_t code = proposal.refused.begin()->second;
    return Finish(ticket, Fail(ChangeError{Failure::kRefused, code, {}}));
  }
  if (!CanReach(proposal.outbid.size() + proposal.refused.size())) BackOff(proposal);
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
  AskAgain();
  DrainLocal();
}

// A proposal that waits for this node to accept begins again with others, or says at once that they are too
// few.
void Replica::OnPeerLost(PartyIndex party) {
  std::vector<std::uint64_t> affected;
  for (auto& [ticket, proposal] : proposals_) {
    const bool needed =
        proposal.proposed && proposal.promises.contains(party) && !proposal.accepted.contains(party);
    if (needed || !CanReach(0)) affected.push_back(ticket);
  }
  for (const std::uint64_t ticket : affected) {
    const auto entry = proposals_.find(ticket);
    if (entry != proposals_.end()) Begin(ticket, entry->second);
  }
  DrainLocal();
}

}  // namespace passport::replica
