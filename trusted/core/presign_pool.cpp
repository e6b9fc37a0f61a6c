#include "trusted/core/presign_pool.h"

#include <algorithm>

namespace passport::core {
namespace {

constexpr std::uint64_t kCheckMs = 1'000;  // between looks for what has expired, and reports of the size

Event EventOf(PresignLoss loss) {
  constexpr Event kEvents[] = {Event::kPresignExpired, Event::kPresignEvicted, Event::kPresignPairLost,
                               Event::kPresignRecordChanged, Event::kPresignUnconfirmed};
  static_assert(std::size(kEvents) == static_cast<std::size_t>(PresignLoss::kCount));
  return kEvents[static_cast<std::size_t>(loss)];
}

}  // namespace

std::string_view NameOf(PresignLoss loss) {
  constexpr std::string_view kNames[] = {"expired", "evicted", "pair_lost", "record_changed", "unconfirmed"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(PresignLoss::kCount));
  return kNames[static_cast<std::size_t>(loss)];
}

bool PresignPool::IsOf(const Entry& entry, PartyIndex leader, const PresignedKey& key) {
  return entry.what.leader == leader && entry.what.key == key;
}

void PresignPool::Add(const RequestId& run, PooledPresignature made) {
  MakeRoom(made);
  const Hash32 ssid = made.presignature.session.ssid;
  const PartyIndex leader = made.leader;
  const bool added = entries_.emplace(ssid, Entry{std::move(made), ++uses_}).second;
  PASSPORT_CHECK(added);  // an ssid has a fresh nonce of this enclave in it
  ++counts_.made;
  outbox_.Log(Event::kPresignMade, run, leader, entries_.size());
}

std::optional<PooledPresignature> PresignPool::Take(const Hash32& ssid, PartyIndex leader) {
  const auto found = entries_.find(ssid);
  if (found == entries_.end() || found->second.what.leader != leader) return std::nullopt;
  PooledPresignature out = std::move(found->second.what);
  entries_.erase(found);
  if (latest_unix_ms_ >= out.expires_unix_ms) {
    ++counts_.lost[static_cast<std::size_t>(PresignLoss::kExpired)];
    outbox_.Log(Event::kPresignExpired, {}, {}, 1);
    return std::nullopt;
  }
  ++uses_;
  for (auto& [id, entry] : entries_) {
    if (IsOf(entry, leader, out.key)) entry.used = uses_;
  }
  return out;
}

std::size_t PresignPool::CountOf(PartyIndex leader, const PresignedKey& key,
                                 const std::vector<PartyIndex>& quorum) const {
  return static_cast<std::size_t>(std::ranges::count_if(entries_, [&](const auto& item) {
    return IsOf(item.second, leader, key) && item.second.what.presignature.session.quorum == quorum;
  }));
}

void PresignPool::Confirm(const Hash32& ssid) {
  const auto found = entries_.find(ssid);
  if (found != entries_.end()) found->second.confirmed = true;
}

std::optional<PresignPool::Claimed> PresignPool::Claim(PartyIndex self, const PresignedKey& key,
                                                       const RecordRef& scope, const RecordRef& account,
                                                       const SetFilter& usable) {
  const auto found = LeastRecent([&](const Entry& entry) {
    return IsOf(entry, self, key) && entry.confirmed && !entry.claimed && entry.what.scope == scope &&
           entry.what.account == account && latest_unix_ms_ < entry.what.expires_unix_ms &&
           usable(entry.what.presignature.session.quorum);
  });
  if (found == entries_.end()) return std::nullopt;
  found->second.claimed = true;
  const sign::Presignature& presignature = found->second.what.presignature;
  return Claimed{found->first, presignature.session.quorum, presignature.nonce};
}

void PresignPool::CountUse(const RequestId& request, bool hit) {
  if (!enabled()) return;
  ++(hit ? counts_.hits : counts_.misses);
  outbox_.Log(hit ? Event::kPresignHit : Event::kPresignMiss, request, {}, entries_.size());
}

PresignPool::Entries::iterator PresignPool::LeastRecent(const Filter& filter) {
  auto out = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const bool older = out == entries_.end() || entry->second.used < out->second.used;
    if (older && filter(entry->second)) out = entry;
  }
  return out;
}

// What is made takes the place of its own kind first: of its key and set, then of its scope. Only a shelf
// that is full of others gives a place away, and the scope that has most there gives it.
void PresignPool::MakeRoom(const PooledPresignature& made) {
  const sign::Session& session = made.presignature.session;
  const auto drop_oldest = [this](const Filter& filter) {
    Drop(LeastRecent(filter)->first, PresignLoss::kEvicted);
  };
  const auto of_scope = [&](const RecordId& scope) {
    return [&made, scope](const Entry& entry) {
      return entry.what.leader == made.leader && entry.what.scope.id == scope;
    };
  };
  while (CountOf(made.leader, made.key, session.quorum) >= config_.per_set_max) {
    drop_oldest([&](const Entry& entry) {
      return IsOf(entry, made.leader, made.key) && entry.what.presignature.session.quorum == session.quorum;
    });
  }
  std::map<RecordId, std::size_t> held;
  std::size_t total = 0;
  for (const auto& [ssid, entry] : entries_) {
    if (entry.what.leader != made.leader) continue;
    ++held[entry.what.scope.id];
    ++total;
  }
  const std::size_t own = held[made.scope.id];
  const std::size_t share = std::max(config_.scope_min, shelf_max_ / held.size());
  if (own >= share) return drop_oldest(of_scope(made.scope.id));
  if (total < shelf_max_) return;
  const auto most = std::ranges::max_element(held, {}, [](const auto& entry) { return entry.second; });
  drop_oldest(of_scope(own == most->second ? made.scope.id : most->first));
}

void PresignPool::Drop(const Hash32& ssid, PresignLoss loss) {
  if (entries_.erase(ssid) == 0) return;
  ++counts_.lost[static_cast<std::size_t>(loss)];
  outbox_.Log(EventOf(loss), {}, {}, 1);
}

void PresignPool::DropIf(const Filter& filter, PresignLoss loss) {
  const std::size_t dropped =
      std::erase_if(entries_, [&](const auto& entry) { return filter(entry.second); });
  if (dropped == 0) return;
  counts_.lost[static_cast<std::size_t>(loss)] += dropped;
  outbox_.Log(EventOf(loss), {}, {}, dropped);
}

// The setup was made by these two starts of both: a new one of either ends it (rules.md 5).
void PresignPool::OnSetupLost(PartyIndex party) {
  DropIf([party](const Entry& entry) { return entry.what.presignature.session.setups.contains(party); },
         PresignLoss::kPairLost);
}

void PresignPool::OnVersion(const RecordId& record, std::uint64_t version) {
  DropIf(
      [&](const Entry& entry) {
        const auto outdated = [&](const RecordRef& ref) {
          return ref.id == record && ref.version != version;
        };
        return outdated(entry.what.scope) || outdated(entry.what.account);
      },
      PresignLoss::kRecordChanged);
}

void PresignPool::OnEpochChanged(const KeyId& key) {
  DropIf([&](const Entry& entry) { return entry.what.presignature.session.key == key; },
         PresignLoss::kRecordChanged);
}

void PresignPool::OnTick(std::uint64_t latest_unix_ms, std::uint64_t now_ms) {
  latest_unix_ms_ = latest_unix_ms;
  if (now_ms < checked_ms_ + kCheckMs) return;
  checked_ms_ = now_ms;
  DropIf([&](const Entry& entry) { return latest_unix_ms >= entry.what.expires_unix_ms; },
         PresignLoss::kExpired);
  if (told_ == entries_.size()) return;
  told_ = entries_.size();
  outbox_.Log(Event::kPresignPool, {}, {}, told_);
}

}  // namespace passport::core
