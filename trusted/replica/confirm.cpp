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

}  // namespace

Replica::Replica(Config config, Port& port, ChangeRules& rules, crypto::Rng& rng)
    : config_(std::move(config)), port_(port), rules_(rules), rng_(rng) {}

void Replica::OnMessage(PartyIndex from, const Message& message) {
  if (!config_.identities.contains(from)) return;
  std::visit([this, from](const auto& m) { Handle(from, m); }, message);
  DrainLocal();
}

void Replica::Post(PartyIndex to, Message message) {
  if (to == config_.self) {
    local_.push_back(std::move(message));
  } else {
    port_.Send(to, message);
  }
}

void Replica::DrainLocal() {
  if (draining_) return;
  draining_ = true;
  while (!local_.empty()) {
    const Message message = std::move(local_.front());
    local_.pop_front();
    std::visit([this](const auto& m) { Handle(config_.self, m); }, message);
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
  const bool confirmed = config_.fresh || confirmed_.contains(id);
  if (!confirmed && !confirming_.contains(id)) {
    if (config_.confirm_quorum == 0) {
      confirmed_.insert(id);
    } else {
      AskOthers(id, confirming_[id]);
    }
  }
  return holding != Holding::kMissing && (config_.fresh || confirmed_.contains(id));
}

// Those that were not confirmed themselves may be by now.
void Replica::AskOthers(const RecordId& id, Confirmation& confirmation) {
  const auto [holding, held] = port_.Find(id);
  const std::uint64_t known = held == nullptr ? 0 : held->committed.version.number;
  const auto& enough = config_.confirm_needs_confirmed ? confirmation.confirmed : confirmation.answered;
  confirmation.asked_ms = now_ms_;
  for (const PartyIndex to : port_.Connected()) {
    if (!enough.contains(to)) Post(to, Query{id, known});
  }
}

void Replica::AskAgain() {
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
  const auto entry = confirming_.find(m.id);
  if (entry == confirming_.end()) return;
  if (port_.Find(m.id).first == Holding::kMissing) return Defer(m.id, from, m);
  if (m.committed.version.number > 0 && !Adopt(m.id, m.committed)) return;
  if (m.tentative) AdoptTentative(m.id, *m.tentative);
  entry->second.answered.insert(from);
  if (m.confirmed) entry->second.confirmed.insert(from);
  if (!EnoughConfirm(entry->second)) return;
  confirming_.erase(entry);
  confirmed_.insert(m.id);
  Wake(m.id);
}

// What another node accepted after this one's disk was copied may have been chosen with this one's help: it
// is taken up as this one's own acceptance, so that a later first phase finds it. Its content is judged when
// it is proposed again.
void Replica::AdoptTentative(const RecordId& id, const Tentative& tentative) {
  Register next = Held(id);
  if (tentative.version.number != next.committed.version.number + 1) return;
  if (!IsPlausible(tentative.ballot, next.promised)) return;
  if (next.tentative && next.tentative->ballot >= tentative.ballot) return;
  const Accept as_accept{id, tentative.ballot, config_.boot, tentative.version, tentative.evidence};
  if (!std::holds_alternative<Bytes>(JudgeVersion(tentative.ballot.party, as_accept, next))) return;
  next.promised = std::max(next.promised, tentative.ballot);
  next.tentative = tentative;
  port_.Store(id, std::move(next));
}

void Replica::GoOnWith(std::set<PartyIndex> others) {
  going_on_ = std::move(others);
  std::vector<RecordId> done;
  for (const auto& [id, confirmation] : confirming_) {
    if (EnoughConfirm(confirmation)) done.push_back(id);
  }
  for (const RecordId& id : done) {
    confirming_.erase(id);
    confirmed_.insert(id);
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
  const std::size_t bytes = EncodeMessage(message).size();
  std::size_t& used = deferred_bytes_[from];
  if (used + bytes > kDeferredBytesMax) return;
  used += bytes;
  deferred_[id].push_back({from, std::move(message), bytes});
}

void Replica::OnPeerOpen(PartyIndex party) {
  for (auto& [id, confirmation] : confirming_) {
    const Register* held = port_.Find(id).second;
    Post(party, Query{id, held == nullptr ? 0 : held->committed.version.number});
  }
  DrainLocal();
}

}  // namespace passport::replica
