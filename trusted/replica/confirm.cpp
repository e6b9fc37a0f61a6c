// Records after a restart: each is confirmed with other nodes before its first use, because the disk may be
// an old one.
#include <algorithm>

#include "trusted/replica/replica.h"

namespace passport::replica {
namespace {

// Of one sender, waiting for records; beyond it messages are dropped and sent again by their senders.
constexpr std::size_t kDeferredBytesMax = 4'000'000;
constexpr std::uint64_t kAskAgainMs = 600;
constexpr std::uint64_t kFetchAgainMs = 1'500;
constexpr std::uint64_t kInVainMs = 2'000;  // a confirmation that waits for longer lacks a node
// What nobody has asked for again by then is forgotten, and with it the messages that wait for it.
constexpr std::uint64_t kForgetMs = 10'000;
// Records that do not exist here: being confirmed at one time, and confirmed.
constexpr std::size_t kConfirmingAbsentMax = 4'096;
constexpr std::size_t kConfirmedAbsentMax = 4'096;
constexpr std::size_t kDeferredOverhead = 512;  // of memory for one message, beyond its bytes

}  // namespace

Replica::Replica(Config config, Port& port, ChangeRules& rules, crypto::Rng& rng)
    : config_(std::move(config)), port_(port), rules_(rules), rng_(rng) {}

void Replica::OnMessage(PartyIndex from, const RequestId& request, const Message& message) {
  if (!config_.identities.contains(from)) return;
  const OnBehalfOf cause(*this, request);
  std::visit([this, from](const auto& m) { Handle(from, m); }, message);
  DrainLocal();
}

void Replica::Post(PartyIndex to, Message message) {
  if (to == config_.self) {
    local_.push_back({request_, std::move(message)});
  } else {
    port_.Send(to, request_, message);
  }
}

void Replica::DrainLocal() {
  if (draining_) return;
  draining_ = true;
  while (!local_.empty()) {
    const ToSelf next = std::move(local_.front());
    local_.pop_front();
    const OnBehalfOf cause(*this, next.request);
    std::visit([this](const auto& m) { Handle(config_.self, m); }, next.message);
  }
  draining_ = false;
}

const Register& Replica::Held(const RecordId& id) {
  static const Register kEmpty{};
  const Register* held = port_.Find(id).second;
  return held == nullptr ? kEmpty : *held;
}

bool Replica::Usable(const RecordId& id) {
  const Holding holding = port_.Find(id).first;
  if (holding == Holding::kMissing && fetching_.emplace(id, now_ms_).second) port_.Fetch(id);
  if (!Confirmed(id)) {
    const auto entry = confirming_.find(id);
    if (entry != confirming_.end()) {
      entry->second.wanted_ms = now_ms_;
    } else if (config_.confirm_quorum == 0) {
      SetConfirmed(id);
    } else if (holding != Holding::kAbsent || confirming_.size() < kConfirmingAbsentMax) {
      Confirmation& confirmation = confirming_[id];
      confirmation.request = request_;
      confirmation.since_ms = now_ms_;
      confirmation.wanted_ms = now_ms_;
      AskOthers(id, confirmation);
    }
  }
  return holding != Holding::kMissing && Confirmed(id);
}

// Anybody can make up names of records that do not exist: only the last of them are remembered. One that is
// forgotten is confirmed again when it is wanted again.
void Replica::SetConfirmed(const RecordId& id) {
  confirmed_.insert(id);
  if (port_.Find(id).first != Holding::kAbsent) return;
  absent_.push_back(id);
  if (absent_.size() <= kConfirmedAbsentMax) return;
  if (port_.Find(absent_.front()).first == Holding::kAbsent) confirmed_.erase(absent_.front());
  absent_.pop_front();
}

// Those that were not confirmed themselves may be by now.
void Replica::AskOthers(const RecordId& id, Confirmation& confirmation) {
  const auto [holding, held] = port_.Find(id);
  const std::uint64_t known = held == nullptr ? 0 : held->committed.version.number;
  const auto& enough = config_.confirm_needs_confirmed ? confirmation.confirmed : confirmation.answered;
  confirmation.asked_ms = now_ms_;
  const OnBehalfOf cause(*this, confirmation.request);
  for (const PartyIndex to : port_.Connected()) {
    if (!enough.contains(to)) Post(to, Query{id, known});
  }
}

void Replica::AskAgain() {
  ForgetUnanswered();
  for (auto& [id, confirmation] : confirming_) {
    if (now_ms_ >= confirmation.asked_ms + kAskAgainMs) AskOthers(id, confirmation);
  }
  for (auto& [id, since_ms] : fetching_) {
    if (now_ms_ < since_ms + kFetchAgainMs) continue;
    since_ms = now_ms_;
    port_.Fetch(id);
  }
}

bool Replica::EnoughConfirm(const Confirmation& confirmation) const {
  if (!config_.confirm_needs_confirmed) return confirmation.answered.size() >= config_.confirm_quorum;
  if (!going_on_.empty() && std::ranges::includes(confirmation.answered, going_on_)) return true;
  return confirmation.confirmed.size() >= config_.confirm_quorum ||
         confirmation.answered.size() + 1 >= config_.identities.size();
}

void Replica::Handle(PartyIndex from, const QueryReply& m) {
  if (port_.Find(m.id).first == Holding::kMissing) {
    static_cast<void>(Usable(m.id));
    return Defer(m.id, from, m);
  }
  if (m.committed.version.number > 0 && !Adopt(m.id, m.committed)) return;
  const auto entry = confirming_.find(m.id);
  if (entry == confirming_.end()) return;
  Confirmation& confirmation = entry->second;
  if (m.tentative) {
    const Judgement judgement = AdoptTentative(m.id, *m.tentative, from, confirmation.doubts);
    if (const auto* need = std::get_if<NeedRecords>(&judgement)) return DeferUntil(*need, from, m);
    if (std::holds_alternative<Refused>(judgement)) return AskWhatItRestsOn(from, *m.tentative);
  }
  confirmation.answered.insert(from);
  if (m.confirmed) confirmation.confirmed.insert(from);
  if (!EnoughConfirm(confirmation)) return;
  confirming_.erase(entry);
  SetConfirmed(m.id);
  Wake(m.id);
}

// What another node accepted after this one's disk was copied may have been chosen with this one's help: it
// is taken up as this one's own acceptance, so that a later first phase finds it. Until it is, the other node
// has not answered: to count it would be to promise without what this node has accepted. Waiting for the
// records that judging needs ends, because those rest on nothing that rests on this one
// (ChangeRules::RestsOn); a liar who points back at this very record only keeps his own answer waiting.
Judgement Replica::AdoptTentative(const RecordId& id, const Tentative& tentative, PartyIndex from,
                                  Doubts& doubts) {
  Register next = Held(id);
  if (tentative.version.number <= next.committed.version.number) return Bytes{};
  if (next.tentative && next.tentative->ballot >= tentative.ballot) return Bytes{};
  if (!IsPlausible(tentative.ballot, unix_ms_)) return Refused{};
  Judgement judgement = JudgeVersion(id, tentative, next);
  if (std::holds_alternative<NeedRecords>(judgement)) return judgement;
  if (std::holds_alternative<Refused>(judgement) && !Vouched(id, tentative.version, from, doubts))
    return judgement;
  next.promised = std::max(next.promised, tentative.ballot);
  next.Hold(tentative);
  port_.Store(id, std::move(next));
  return Bytes{};
}

void Replica::GoOnWith(std::set<PartyIndex> others) {
  going_on_ = std::move(others);
  std::vector<RecordId> done;
  for (const auto& [id, confirmation] : confirming_) {
    if (EnoughConfirm(confirmation)) done.push_back(id);
  }
  for (const RecordId& id : done) {
    confirming_.erase(id);
    SetConfirmed(id);
    Wake(id);
  }
  DrainLocal();
}

std::vector<PartyIndex> Replica::Unanswered() const {
  std::vector<PartyIndex> out;
  for (const auto& [party, identity] : config_.identities) {
    const bool awaited = std::ranges::any_of(
        confirming_, [who = party](const auto& entry) { return !entry.second.answered.contains(who); });
    if (party != config_.self && awaited) out.push_back(party);
  }
  return out;
}

bool Replica::EnoughConnected() const {
  const std::vector<PartyIndex> open = port_.Connected();
  if (open.size() >= config_.confirm_quorum || open.size() + 1 >= config_.identities.size()) return true;
  return !going_on_.empty() && std::ranges::all_of(going_on_, [&](const PartyIndex party) {
    return std::ranges::find(open, party) != open.end();
  });
}

std::vector<PartyIndex> Replica::Awaited() const {
  if (config_.fresh) return {};
  const bool in_vain = std::ranges::any_of(
      confirming_, [this](const auto& entry) { return now_ms_ >= entry.second.since_ms + kInVainMs; });
  if (!in_vain && EnoughConnected()) return {};
  const std::vector<PartyIndex> open = port_.Connected();
  std::vector<PartyIndex> out = Unanswered();
  for (const auto& [party, identity] : config_.identities) {
    const bool known = party == config_.self || std::ranges::find(open, party) != open.end() ||
                       std::ranges::find(out, party) != out.end();
    if (!known) out.push_back(party);
  }
  std::ranges::sort(out);
  return out;
}

const Version* Replica::Pending(const RecordId& id) {
  const Register* held = port_.Find(id).second;
  return held == nullptr || !held->tentative ? nullptr : &held->tentative->version;
}

const Version* Replica::Local(const RecordId& id) {
  if (!Usable(id)) return nullptr;
  return &Held(id).committed.version;
}

const Committed* Replica::Certified(const RecordId& id) {
  const Register* held = port_.Find(id).second;
  return held == nullptr || held->committed.version.number == 0 ? nullptr : &held->committed;
}

void Replica::OnRecord(const RecordId& id) {
  fetching_.erase(id);
  Wake(id);
  DrainLocal();
}

// Runs what waited for the record again from its start, then tells the owner of the port.
void Replica::Wake(const RecordId& id) {
  if (const auto entry = deferred_.find(id); entry != deferred_.end()) {
    const auto waiting = std::move(entry->second);
    deferred_.erase(entry);
    for (const Deferred& deferred : waiting) {
      deferred_bytes_[deferred.from] -= deferred.bytes;
      const OnBehalfOf cause(*this, deferred.request);
      std::visit([this, &deferred](const auto& m) { Handle(deferred.from, m); }, deferred.message);
    }
  }
  if (!Usable(id)) return;
  for (auto& [ticket, proposal] : proposals_) {
    if (proposal.id == id && proposal.ballot == Ballot{}) proposal.retry_ms = now_ms_;
  }
  port_.Usable(id);
}

void Replica::Defer(const RecordId& id, PartyIndex from, Message message) {
  const std::size_t bytes = EncodeMessage(message).size() + kDeferredOverhead;
  std::size_t& used = deferred_bytes_[from];
  if (used + bytes > kDeferredBytesMax) return;
  used += bytes;
  deferred_[id].push_back({from, request_, std::move(message), bytes, now_ms_});
}

// Keeps a message until the records that judging it needs are usable.
void Replica::DeferUntil(const NeedRecords& need, PartyIndex from, Message message) {
  for (const RecordId& id : need.ids) {
    if (!Usable(id)) return Defer(id, from, std::move(message));
  }  // all at hand by now: whoever waits for an answer asks again
}

void Replica::ForgetUnanswered() {
  std::erase_if(confirming_, [this](const auto& e) { return now_ms_ >= e.second.wanted_ms + kForgetMs; });
  for (auto& [id, waiting] : deferred_) {
    while (!waiting.empty() && now_ms_ >= waiting.front().since_ms + kForgetMs) {
      deferred_bytes_[waiting.front().from] -= waiting.front().bytes;
      waiting.pop_front();
    }
  }
  std::erase_if(deferred_, [](const auto& e) { return e.second.empty(); });
}

void Replica::OnPeerOpen(PartyIndex party) {
  for (auto& [id, confirmation] : confirming_) {
    const Register* held = port_.Find(id).second;
    const OnBehalfOf cause(*this, confirmation.request);
    Post(party, Query{id, held == nullptr ? 0 : held->committed.version.number});
  }
  DrainLocal();
}

}  // namespace passport::replica
