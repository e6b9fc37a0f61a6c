#include "trusted/core/presign_runs.h"

#include <algorithm>

#include "trusted/sharing/quorum.h"

namespace passport::core {

void PresignRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kPresignInvite) {
    auto invite = PresignInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, message.request, std::move(invite).value());
  } else if (message.kind == MessageKind::kPresignBegin) {
    const auto begin = SignBegin::Parse(message.body);
    if (begin.ok()) OnBegin(from, message.request, begin.value());
  } else {
    OnRound(from, message);
  }
}

// Any attested peer may ask for its own shelf, for an active key, within its limits: no client has to have
// asked, and nothing can be signed before one has.
void PresignRuns::OnInvite(PartyIndex from, const RequestId& id, PresignInvite invite) {
  if (GatewayOf(id) != from || runs_.contains(id)) return;
  if (!MayBegin(from) || !Agrees(from, invite)) return Refuse(id, from, RefuseReason::kNotReady);
  const auto [holding, share] = records_.FindShare(invite.key, invite.epoch);
  if (holding == replica::Holding::kMissing)
    records_.Fetch(policy::KeyShareRecordId(invite.key, invite.epoch));
  Run run;
  if (!run.rounds.Prepare(parts(), invite.quorum, share)) return Refuse(id, from, RefuseReason::kNotReady);
  run.leader = from;
  run.invite = std::move(invite);
  run.own_nonce = rng_.Array<32>();
  run.since_ms = now_ms_;
  peers_.Send(from, {MessageKind::kPresignJoin, id, SignJoin{0, run.own_nonce}.Encode()});
  runs_.emplace(id, std::move(run));
}

bool PresignRuns::MayBegin(PartyIndex leader) {
  if (!pool_.enabled()) return false;
  const auto own = std::ranges::count_if(runs_, [&](const auto& run) { return run.second.leader == leader; });
  if (static_cast<std::size_t>(own) >= pool_.config().runs_of_one_max) return false;
  Begun& begun = begun_[leader];
  const std::uint64_t second = now_ms_ / 1'000;
  if (begun.second != second) begun = {second, 0};
  return ++begun.count <= pool_.config().begun_per_second;
}

// The leader's version of a record is the one that this node would decide by.
bool PresignRuns::IsCurrent(const RecordRef& ref, const replica::Version** version) {
  if (!records_.Exists(ref.id)) return false;  // a name that a peer made up is not looked for
  *version = view_.Local(ref.id);
  return *version != nullptr && (*version)->number == ref.version && (*version)->HashFor(ref.id) == ref.hash;
}

bool PresignRuns::Agrees(PartyIndex leader, const PresignInvite& invite) {
  const std::vector<PartyIndex>& quorum = invite.quorum;
  const bool kinds = policy::KindOf(invite.scope.id) == policy::RecordKind::kScope &&
                     policy::KindOf(invite.account.id) == policy::RecordKind::kAccount;
  const bool members = sharing::IsPartySet(quorum, identity_.manifest.n) &&
                       quorum.size() == identity_.manifest.t && sharing::Contains(quorum, identity_.self) &&
                       sharing::Contains(quorum, leader);
  // Derived keys are not there yet: of a key there is only the root.
  if (!kinds || !members || invite.path != Hash32{}) return false;
  const replica::Version* version = nullptr;
  if (!IsCurrent(invite.scope, &version) || !IsCurrent(invite.account, &version)) return false;
  const auto account = policy::Account::Parse(version->value);
  if (!account.ok() || account.value().state != policy::AccountState::kActive ||
      policy::ScopeRecordId(account.value().scope) != invite.scope.id)
    return false;
  const auto& keys = account.value().keys;
  const auto key = std::ranges::find(keys, invite.key, &policy::AccountKey::id);
  return key != keys.end() && epochs_.Signing(*key) == invite.epoch &&
         std::ranges::all_of(quorum, [&](const PartyIndex party) {
           return sharing::Contains(key->holders, party) && peers_.IsOpen(party);
         });
}

void PresignRuns::OnBegin(PartyIndex from, const RequestId& id, const SignBegin& begin) {
  const auto entry = runs_.find(id);
  if (entry == runs_.end() || entry->second.leader != from || entry->second.ssid) return;
  Run& run = entry->second;
  const std::vector<PartyIndex>& quorum = run.invite.quorum;
  const auto own = std::ranges::find(quorum, identity_.self) - quorum.begin();
  const bool fits =
      begin.nonces.size() == quorum.size() && begin.nonces[static_cast<std::size_t>(own)] == run.own_nonce;
  if (!fits) return Abort(id, {protocol::AbortReason::kWrongSession, std::nullopt});
  run.ssid =
      sign::MakeSsid({run.invite.key, identity_.manifest_hash, identity_.manifest.t, quorum, run.invite.path,
                      std::nullopt, run.invite.nonce, begin.nonces, run.invite.epoch});
}

void PresignRuns::OnRound(PartyIndex from, const PeerMessage& message) {
  auto round = SignRound::Parse(message.body);
  const auto entry = runs_.find(message.request);
  if (!round.ok() || entry == runs_.end() || !entry->second.rounds.With(from)) return;
  const auto taken = entry->second.rounds.Take(from, message.kind, std::move(round).value());
  if (!taken.ok()) Abort(message.request, taken.error());
}

bool PresignRuns::HasWork() const {
  return std::ranges::any_of(runs_, [](const auto& entry) { return entry.second.due(); });
}

void PresignRuns::Step() {
  auto next = runs_.end();
  for (auto entry = runs_.begin(); entry != runs_.end(); ++entry) {
    if (!entry->second.due()) continue;
    // The ids of a leader's runs begin with its index, low byte first: the order of a pass over all of them
    // is the same each time, which is all that turns need.
    if (next == runs_.end()) next = entry;
    if (entry->second.leader > last_served_ &&
        (next->second.leader <= last_served_ || entry->second.leader < next->second.leader))
      next = entry;
  }
  if (next == runs_.end()) return;
  const RequestId id = next->first;
  Run& run = next->second;
  last_served_ = run.leader;
  const RunKey key{id, 0};
  const auto done = std::exchange(run.started, true) ? run.rounds.Advance(parts(), key)
                                                     : run.rounds.Start(parts(), key, *run.ssid);
  if (!done.ok()) return Abort(id, done.error());
  if (auto made = run.rounds.TakePresignature()) Keep(id, run, std::move(*made));
}

void PresignRuns::Keep(const RequestId& id, Run& run, SigningRounds::Made made) {
  const PartyIndex leader = run.leader;
  const PresignReady ready{*run.ssid, made.presignature.nonce.Encode()};
  // What changed while it was made makes it useless before it is there.
  const bool current = Agrees(leader, run.invite);
  PooledPresignature pooled{leader,
                            {run.invite.key, run.invite.path, run.rounds.epoch()},
                            run.invite.scope,
                            run.invite.account,
                            latest_unix_ms_ + pool_.config().lifetime_ms,
                            std::move(made.presignature),
                            std::move(made.exchanges)};
  runs_.erase(id);
  if (!current) return Refuse(id, leader, RefuseReason::kNotReady);
  pool_.Add(id, std::move(pooled));
  peers_.Send(leader, {MessageKind::kPresignReady, id, ready.Encode()});
}

void PresignRuns::Refuse(const RequestId& id, PartyIndex leader, RefuseReason reason) {
  peers_.Send(leader, {MessageKind::kPresignRefuse, id, SignRefuse{0, reason, 0}.Encode()});
}

// As in a run for a client: the secrets die here, and a failed check that only the culprit can have caused
// burns the pair (rules.md 17).
void PresignRuns::Abort(const RequestId& id, const protocol::Abort& abort) {
  outbox_.Log(Event::kSignAborted, id, abort.culprit.value_or(PartyIndex{}),
              static_cast<std::uint64_t>(abort.reason));
  const PartyIndex leader = runs_.at(id).leader;
  runs_.erase(id);
  Refuse(id, leader, RefuseReason::kAborted);
  if (abort.culprit && protocol::BurnsPair(abort.reason)) peers_.Burn(*abort.culprit);
}

void PresignRuns::OnSetupLost(PartyIndex party) {
  std::vector<RequestId> affected;
  for (const auto& [id, run] : runs_) {
    if (run.rounds.With(party)) affected.push_back(id);
  }
  for (const RequestId& id : affected) Abort(id, {protocol::AbortReason::kPeerLost, std::nullopt});
}

void PresignRuns::OnEpochChanged(const KeyId& key) {
  std::vector<RequestId> affected;
  for (const auto& [id, run] : runs_) {
    if (run.invite.key == key) affected.push_back(id);
  }
  for (const RequestId& id : affected) {
    const PartyIndex leader = runs_.at(id).leader;
    runs_.erase(id);
    Refuse(id, leader, RefuseReason::kNotReady);
  }
}

void PresignRuns::OnTick(std::uint64_t latest_unix_ms, std::uint64_t now_ms) {
  latest_unix_ms_ = latest_unix_ms;
  now_ms_ = now_ms;
  std::erase_if(runs_,
                [&](const auto& entry) { return now_ms >= entry.second.since_ms + pool_.config().run_ms; });
}

}  // namespace passport::core
