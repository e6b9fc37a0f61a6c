#include "trusted/core/signer_runs.h"

#include <algorithm>

#include "trusted/core/session_gate.h"

namespace passport::core {
namespace {

constexpr std::uint64_t kSignerRunMs = 12'000;
constexpr auto kBusyCode = static_cast<std::uint16_t>(api::ErrorCode::kBusy);

}  // namespace

void SignerRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kSignInvite) {
    auto invite = SignInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, message.request, std::move(invite).value());
  } else if (message.kind == MessageKind::kSignBegin) {
    const auto begin = SignBegin::Parse(message.body);
    if (begin.ok()) OnBegin(from, message.request, begin.value());
  } else if (message.kind == MessageKind::kSignOnline) {
    auto online = SignOnline::Parse(message.body);
    if (online.ok()) OnOnline(from, message.request, std::move(online).value());
  } else {
    OnRound(from, message);
  }
}

void SignerRuns::OnInvite(PartyIndex from, const RequestId& request, SignInvite invite) {
  const RunKey key{request, invite.attempt};
  if (GatewayOf(request) != from || runs_.contains(key)) return;  // one invitation for one run
  const bool room = HasRoom(from);                                // before this one is in the table
  const bool member = std::ranges::find(invite.quorum, identity_.self) != invite.quorum.end();
  Run run;
  run.leader = from;
  run.invite = std::move(invite);
  run.started_ms = now_ms_;
  runs_.emplace(key, std::move(run));
  if (!member) return Refuse(key, RefuseReason::kNotReady, 0);
  if (!room) return Refuse(key, RefuseReason::kNotReady, kBusyCode);
  Judge(key, runs_.at(key));
}

// The first message that names a presignature spends it, whatever its fate: it leaves the pool here, before
// anything is decided or computed, and dies with the run. Only its leader's message counts, or any peer could
// spend those of others.
void SignerRuns::OnOnline(PartyIndex from, const RequestId& request, SignOnline online) {
  const RunKey key{request, online.attempt};
  auto presignature = pool_.Take(online.ssid, from);
  if (GatewayOf(request) != from || runs_.contains(key)) return;
  const bool room = HasRoom(from);
  Run& run = runs_[key];
  run.leader = from;
  run.started_ms = now_ms_;
  if (!presignature) return Refuse(key, RefuseReason::kUnknown, 0);
  if (!room) return Refuse(key, RefuseReason::kNotReady, kBusyCode);
  run.invite = {online.attempt,
                presignature->presignature.session.quorum,
                {},
                online.scope,
                online.account,
                std::move(online.evidence)};
  run.presignature = std::move(presignature);
  Judge(key, run);
}

// Half of the table is anybody's; of the other half each leader has an equal share that no other one can
// take, so that one that opens runs and lets them lie does not keep the others out.
bool SignerRuns::HasRoom(PartyIndex leader) const {
  const std::size_t shared = config_.runs_of_one_max();
  if (runs_.size() < shared) return true;
  const auto own = std::ranges::count_if(runs_, [&](const auto& run) { return run.second.leader == leader; });
  return static_cast<std::size_t>(own) < (config_.runs_max - shared) / identity_.manifest.n;
}

// The decision of this enclave: its own records, its own gates, the digest computed here. What the leader
// says about the request counts for nothing but the choice of signers.
void SignerRuns::Judge(const RunKey& key, Run& run) {
  const replica::Replica::OnBehalfOf cause(replica_, key.request);
  auto judged =
      Decide(run.invite.evidence, {view_, chain_codes_, memory_, FactsOf(identity_.manifest), key.request});
  if (const auto* need = std::get_if<replica::NeedRecords>(&judged)) {
    run.lacks = need->ids.front();
    return;
  }
  if (const auto* error = std::get_if<api::Error>(&judged)) {
    // A record that the leader has and this node lacks looks like a refusal: the leader's own is newer.
    const bool lacks =
        error->code == api::ErrorCode::kUnknownScope || error->code == api::ErrorCode::kUnknownUser ||
        error->code == api::ErrorCode::kPending || error->code == api::ErrorCode::kUnknownSession;
    if (lacks) return Refuse(key, RefuseReason::kBehind, 0);
    if (error->code == api::ErrorCode::kSessionOver) return RefuseSession(key, run);
    outbox_.Log(Event::kDecisionRefused, key.request, run.leader, static_cast<std::uint64_t>(error->code));
    // Of this node and not of the request, so others may: it has just started, knows no time, has no share.
    const bool not_yet = error->code == api::ErrorCode::kStale || error->code == api::ErrorCode::kNotReady ||
                         error->code == api::ErrorCode::kTooFewNodes;
    return Refuse(key, not_yet ? RefuseReason::kNotReady : RefuseReason::kDecision,
                  static_cast<std::uint16_t>(error->code));
  }
  auto& decision = std::get<Decision>(judged);
  if (!CompareRecords(key, run, decision.facts)) return;
  if (run.presignature) {
    if (!Fits(*run.presignature, decision)) return Refuse(key, RefuseReason::kUnknown, 0);
  } else if (!AgreeOnEpoch(key, run, decision.facts.account.keys.front()) ||
             !TakeShare(key, run, decision.grant)) {
    return;
  }
  LogGrant(outbox_, key.request, run.leader, decision.facts);
  run.grant = std::move(decision.grant);
  run.invite.evidence = {};  // of any size, and there may be many runs
  if (run.presignature) {
    return GiveShare(key,
                     {std::move(run.presignature->presignature), std::move(run.presignature->exchanges)});
  }
  run.own_nonce = rng_.Array<32>();
  peers_.Send(run.leader,
              {MessageKind::kSignJoin, key.request, SignJoin{key.attempt, run.own_nonce}.Encode()});
}

// Over by records that the leader may not have yet, or by ones that this node lacks.
void SignerRuns::RefuseSession(const RunKey& key, const Run& run) {
  for (const RecordId& id : RecordsOfSession(run.invite.evidence, view_)) {
    const replica::Committed* committed = replica_.Certified(id);
    const std::uint64_t own = committed == nullptr ? 0 : committed->version.number;
    if (id == run.invite.account.id && own < run.invite.account.version)
      return Refuse(key, RefuseReason::kBehind, 0);
    if (committed == nullptr) continue;
    peers_.Send(run.leader,
                {MessageKind::kReplica, key.request, replica::EncodeMessage(replica::Learn{id, *committed})});
  }
  outbox_.Log(Event::kDecisionRefused, key.request, run.leader,
              static_cast<std::uint64_t>(api::ErrorCode::kSessionOver));
  Refuse(key, RefuseReason::kNewer, 0);
}

// A presignature is for one key, path and epoch, by the records of that time, and with setups that still
// hold.
bool SignerRuns::Fits(const PooledPresignature& pooled, const Decision& decision) const {
  const sign::Session& session = pooled.presignature.session;
  const AccountFacts& facts = decision.facts;
  const policy::AccountKey& key = facts.account.keys.front();
  const std::optional<std::uint64_t> epoch = epochs_.Signing(key);
  return epoch && pooled.key == PresignedKey{key.id, decision.grant.path(), *epoch} && key.path.empty() &&
         pooled.scope == facts.scope_ref && pooled.account == facts.account_ref &&
         std::ranges::all_of(session.setups, [this](const auto& used) {
           const auto pair = peers_.Pair(used.first);
           return !peers_.Banned(used.first) && pair != nullptr && pair->setup.id == used.second;
         });
}

// All signers decide on the same record versions (architecture.md 5): the highest wins.
bool SignerRuns::CompareRecords(const RunKey& key, const Run& run, const AccountFacts& facts) {
  const std::pair<const RecordRef&, const RecordRef&> both[] = {{run.invite.scope, facts.scope_ref},
                                                                {run.invite.account, facts.account_ref}};
  bool newer = false;
  for (const auto& [theirs, ours] : both) {
    if (theirs.id != ours.id || theirs.version > ours.version) {
      Refuse(key, RefuseReason::kBehind, 0);
      return false;
    }
    if (theirs.version == ours.version && theirs.hash != ours.hash) {
      outbox_.Log(Event::kRecordForked, key.request, run.leader, ours.version);
      Refuse(key, RefuseReason::kNotReady, 0);
      return false;
    }
    if (theirs.version == ours.version) continue;
    newer = true;
    if (const replica::Committed* committed = replica_.Certified(ours.id)) {
      peers_.Send(run.leader, {MessageKind::kReplica, key.request,
                               replica::EncodeMessage(replica::Learn{ours.id, *committed})});
    }
  }
  if (!newer) return true;
  const policy::AccountKey& account_key = facts.account.keys.front();
  if (account_key.epoch > 0) epochs_.Tell(run.leader, account_key.id);
  Refuse(key, RefuseReason::kNewer, 0);
  return false;
}

// Shares of two epochs give no signature. Whoever is behind is told what is newer, and nobody is blamed.
bool SignerRuns::AgreeOnEpoch(const RunKey& key, Run& run, const policy::AccountKey& account_key) {
  const std::optional<std::uint64_t> own = epochs_.Signing(account_key);
  if (own == run.invite.epoch) {
    run.epoch = *own;
    return true;
  }
  if (!own && epochs_.InFlux(account_key.id)) {
    run.lacks = policy::KeyStateRecordId(account_key.id);  // peers have been asked for what is newer
    return false;
  }
  const bool behind = own && *own < run.invite.epoch;
  if (own && !behind) epochs_.Tell(run.leader, account_key.id);
  Refuse(key, behind ? RefuseReason::kBehind : own ? RefuseReason::kNewer : RefuseReason::kNotReady, 0);
  return false;
}

bool SignerRuns::TakeShare(const RunKey& key, Run& run, const policy::Grant& grant) {
  const auto [holding, share] = records_.FindShare(grant.key(), run.epoch);
  if (holding == replica::Holding::kMissing) {
    run.lacks = policy::KeyShareRecordId(grant.key(), run.epoch);
    records_.Fetch(*run.lacks);
    return false;
  }
  const bool ready = run.rounds.Prepare(parts(), run.invite.quorum, share);
  if (!ready) Refuse(key, RefuseReason::kNotReady, 0);
  return ready;
}

void SignerRuns::OnUsable(const RecordId& record) {
  std::vector<RunKey> waiting;
  for (const auto& [key, run] : runs_) {
    if (!run.grant && run.lacks == record) waiting.push_back(key);
  }
  for (const RunKey& key : waiting) {
    const auto entry = runs_.find(key);
    if (entry != runs_.end()) Judge(key, entry->second);
  }
}

void SignerRuns::OnBegin(PartyIndex from, const RequestId& request, const SignBegin& begin) {
  const RunKey key{request, begin.attempt};
  const auto entry = runs_.find(key);
  if (entry == runs_.end() || entry->second.leader != from) return;
  Run& run = entry->second;
  if (!run.grant || run.rounds.ssid() != Hash32{}) return;
  const auto own = std::ranges::find(run.invite.quorum, identity_.self) - run.invite.quorum.begin();
  const bool fits = begin.nonces.size() == run.invite.quorum.size() &&
                    begin.nonces[static_cast<std::size_t>(own)] == run.own_nonce;
  if (!fits) return Abort(key, {protocol::AbortReason::kWrongSession, std::nullopt});
  const auto begun = run.rounds.Start(
      parts(), key,
      sign::MakeSsid({run.grant->key(), identity_.manifest_hash, identity_.manifest.t, run.invite.quorum,
                      run.grant->path(), run.grant->digest(), run.invite.nonce, begin.nonces, run.epoch}),
      run.grant->tweak());
  if (!begun.ok()) return Abort(key, begun.error());
  Advance(key);
}

void SignerRuns::OnRound(PartyIndex from, const PeerMessage& message) {
  auto round = SignRound::Parse(message.body);
  if (!round.ok()) return;
  const RunKey key{message.request, round.value().attempt};
  const auto entry = runs_.find(key);
  if (entry == runs_.end() || !entry->second.rounds.With(from)) return;
  const auto taken = entry->second.rounds.Take(from, message.kind, std::move(round).value());
  if (!taken.ok()) return Abort(key, taken.error());
  Advance(key);
}

void SignerRuns::Advance(const RunKey& key) {
  Run& run = runs_.at(key);
  while (run.rounds.due()) {
    const auto done = run.rounds.Advance(parts(), key);
    if (!done.ok()) return Abort(key, done.error());
  }
  auto made = run.rounds.TakePresignature();
  if (made) GiveShare(key, std::move(*made));
}

// The one place where a share leaves this enclave. The presignature is in no run and in no pool any more.
void SignerRuns::GiveShare(const RunKey& key, SigningRounds::Made made) {
  const Run& run = runs_.at(key);
  const Digest digest = run.grant->digest();
  std::vector<UsedSetup> setups;
  for (const auto& [party, setup] : made.presignature.session.setups) setups.push_back({party, setup});
  sign::Signing signing = sign::Online(std::move(made.presignature), digest);
  const ByteArray<33> nonce_point = signing.combination.nonce.Encode();
  const ReceiptFacts facts{
      key.request, digest,         run.invite.scope,       run.invite.account, signing.combination.ssid,
      setups,      identity_.boot, identity_.manifest_hash};
  const Hash32 statement = sign::Statement(signing.out, ReceiptDigest(facts), digest);
  const SignRound3 out{key.attempt, nonce_point, signing.out.Encode(), setups,
                       identity_.signing.Sign(statement)};
  const Hash32 named = crypto::HashSha256(nonce_point);
  outbox_.Log(Event::kShareGiven, key.request, run.leader, Reader(named).U64());
  peers_.Send(run.leader, {MessageKind::kSignRound3, key.request, out.Encode()});
  if (signing.defender) blame_.Keep(key, run.leader, *std::move(signing.defender), std::move(made.exchanges));
  runs_.erase(key);
}

void SignerRuns::Refuse(const RunKey& key, RefuseReason reason, std::uint16_t code) {
  const PartyIndex leader = runs_.at(key).leader;
  runs_.erase(key);
  peers_.Send(leader,
              {MessageKind::kSignRefuse, key.request, SignRefuse{key.attempt, reason, code}.Encode()});
}

// The run's secrets die here; a failed check that only the culprit can have caused burns the pair (rules.md
// 17).
void SignerRuns::Abort(const RunKey& key, const protocol::Abort& abort) {
  outbox_.Log(Event::kSignAborted, key.request, abort.culprit.value_or(PartyIndex{}),
              static_cast<std::uint64_t>(abort.reason));
  Refuse(key, RefuseReason::kAborted, 0);
  if (abort.culprit && protocol::BurnsPair(abort.reason)) peers_.Burn(*abort.culprit);
}

void SignerRuns::OnSetupLost(PartyIndex party) {
  std::vector<RunKey> affected;
  for (const auto& [key, run] : runs_) {
    const bool pooled = run.presignature && run.presignature->presignature.session.setups.contains(party);
    if (pooled || run.rounds.With(party)) affected.push_back(key);
  }
  for (const RunKey& key : affected) Abort(key, {protocol::AbortReason::kPeerLost, std::nullopt});
}

void SignerRuns::OnEpochChanged(const KeyId& key) {
  std::vector<std::pair<RunKey, PartyIndex>> affected;
  for (const auto& [run_key, run] : runs_) {
    const bool pooled = run.presignature && run.presignature->presignature.session.key == key;
    if (pooled || (run.grant && run.grant->key() == key)) affected.emplace_back(run_key, run.leader);
  }
  for (const auto& [run_key, leader] : affected) {
    epochs_.Tell(leader, key);
    Refuse(run_key, RefuseReason::kNewer, 0);
  }
}

void SignerRuns::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(runs_,
                [now_ms](const auto& entry) { return now_ms >= entry.second.started_ms + kSignerRunMs; });
}

}  // namespace passport::core
