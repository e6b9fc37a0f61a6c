// The acceptor's side: promises, acceptances, learning and answering queries. Everything is stored before it
// is answered.
#include <algorithm>

#include "trusted/replica/certificate.h"
#include "trusted/replica/replica.h"

namespace passport::replica {

bool Replica::VerifyCertificate(const RecordId& id, const Committed& committed) const {
  return IsCertified(config_.identities, config_.ack_quorum, id, committed);
}

void Replica::Handle(PartyIndex from, const Prepare& m) {
  if (!Usable(m.id)) return Defer(m.id, from, m);
  const Register& held = Held(m.id);
  const bool granted = m.ballot > held.promised && m.ballot.party == from && IsPlausible(m.ballot, unix_ms_);
  Promise reply{m.id, m.ballot, granted, held.promised, config_.boot, {}, {}};
  if (held.committed.version.number > m.known) reply.committed = held.committed;
  if (reply.granted) {
    reply.tentative = held.tentative;
    Register next = held;
    next.promised = m.ballot;
    reply.promised = m.ballot;
    port_.Store(m.id, std::move(next));
  }
  Post(from, std::move(reply));
}

void Replica::Handle(PartyIndex from, const Accept& m) {
  if (!Usable(m.id)) return Defer(m.id, from, m);
  Register next = Held(m.id);
  Accepted reply{m.id, m.ballot, AcceptVerdict::kAccepted, next.promised, 0, {}};
  const Committed& committed = next.committed;
  if (m.boot != config_.boot || m.ballot.party != from || m.ballot < next.promised ||
      !IsPlausible(m.ballot, unix_ms_)) {
    reply.verdict = AcceptVerdict::kOutbid;
  } else if (m.version.number < committed.version.number ||
             (m.version.number == committed.version.number && m.version != committed.version)) {
    Post(from, Learn{m.id, committed});
    reply.verdict = AcceptVerdict::kOutbid;
  } else if (m.version.number > committed.version.number + 1) {
    reply.verdict = AcceptVerdict::kBehind;
  } else if (m.version.number == committed.version.number + 1) {
    const bool decided = HasAccepted(next, m.version);
    const Tentative offered{m.ballot, m.version, m.evidence};
    const Judgement judgement = JudgeVersion(m.id, offered, next);
    if (const auto* need = std::get_if<NeedRecords>(&judgement)) return DeferUntil(*need, from, m);
    if (const auto* refused = std::get_if<Refused>(&judgement)) {
      reply.verdict = AcceptVerdict::kRefused;
      reply.refusal = refused->code;
      port_.Denied(from, request_, refused->code);
    } else {
      if (!decided) port_.Granted(from, request_, m.version.number);
      next.promised = m.ballot;
      next.Hold(offered);
      port_.Store(m.id, std::move(next));
    }
  }
  if (reply.verdict == AcceptVerdict::kAccepted) reply.signature = port_.Sign(AcceptedHash(m.id, m.version));
  Post(from, std::move(reply));
}

bool Replica::HasAccepted(const Register& held, const Version& version) {
  return held.tentative && held.tentative->version == version;
}

bool Replica::Follows(const RecordId& id, const Version& next, const Version& before) {
  const Hash32 previous = before.number == 0 ? Hash32{} : before.HashFor(id);
  return next.number == before.number + 1 && next.previous == previous;
}

// Whether this enclave's own copy and rules lead to exactly the offered version. A version already accepted
// needs no second look.
Judgement Replica::JudgeVersion(const RecordId& id, const Tentative& offered, const Register& held) {
  if (HasAccepted(held, offered.version)) return offered.version.value;
  const Version& before = held.committed.version;
  if (!Follows(id, offered.version, before)) return Refused{kNotTheSame};
  Judgement judgement = rules_.Judge(id, before, offered.evidence, offered.ballot.party);
  const auto* value = std::get_if<Bytes>(&judgement);
  if (value != nullptr && *value != offered.version.value) return Refused{kNotTheSame};
  return judgement;
}

// A version that was right when it was accepted may be refused later, for what it rests on has changed. If so
// many hold it that one of them is honest, it was judged then, and may have been chosen: it counts as valid.
bool Replica::Vouched(const RecordId& id, const Version& version, PartyIndex by, Doubts& doubts) {
  if (!Follows(id, version, Held(id).committed.version)) return false;
  const Hash32 hash = version.HashFor(id);
  doubts[by] = hash;
  const auto same = std::ranges::count_if(doubts, [&](const auto& doubt) { return doubt.second == hash; });
  return static_cast<std::size_t>(same) >= config_.ack_quorum;
}

// A refusal may come from having missed another record: whoever accepted the version has it.
void Replica::AskWhatItRestsOn(PartyIndex to, const Tentative& refused) {
  for (const RecordId& id : rules_.RestsOn(refused.evidence))
    Post(to, Query{id, Held(id).committed.version.number});
}

bool Replica::Adopt(const RecordId& id, const Committed& committed) {
  const auto [holding, held] = port_.Find(id);
  if (holding == Holding::kMissing) return false;
  NoteChosen(id, committed);
  Register next = held == nullptr ? Register{} : *held;
  if (committed.version.number < next.committed.version.number) return true;
  if (committed.version == next.committed.version) return true;
  if (!VerifyCertificate(id, committed)) return false;
  if (committed.version.number == next.committed.version.number) {
    port_.Forked(id, next.committed, committed);
    return false;
  }
  if (next.tentative && next.tentative->version.number <= committed.version.number) next.tentative.reset();
  next.committed = committed;
  port_.Store(id, std::move(next));
  return true;
}

// Somebody else may have completed a change that was proposed here, and others may have followed it.
void Replica::NoteChosen(const RecordId& id, const Committed& committed) {
  for (auto& [ticket, proposal] : proposals_) {
    if (proposal.id != id || proposal.own_hashes.empty()) continue;
    const bool own = proposal.own_hashes.contains(committed.version.HashFor(id)) ||
                     proposal.own_hashes.contains(committed.version.previous);
    if (own && VerifyCertificate(id, committed)) proposal.happened = true;
  }
}

void Replica::Handle(PartyIndex from, const Learn& m) {
  const Holding holding = port_.Find(m.id).first;
  if (holding == Holding::kMissing) {
    static_cast<void>(Usable(m.id));
    return Defer(m.id, from, m);
  }
  static_cast<void>(Adopt(m.id, m.committed));
}

void Replica::Handle(PartyIndex from, const Query& m) {
  if (port_.Find(m.id).first == Holding::kMissing) {
    static_cast<void>(Usable(m.id));
    return Defer(m.id, from, m);
  }
  const Register& held = Held(m.id);
  QueryReply reply{m.id, Confirmed(m.id), {}, held.tentative};
  if (held.committed.version.number > m.known) reply.committed = held.committed;
  Post(from, std::move(reply));
}

}  // namespace passport::replica
