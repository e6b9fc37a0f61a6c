#include "trusted/core/signer_runs.h"

#include <algorithm>

namespace passport::core {
namespace {

constexpr std::size_t kRunsMax = 1'024;  // rules.md 34
constexpr std::uint64_t kRunMs = 12'000;
static_assert(kRunsOfOneMax < kRunsMax);

}  // namespace

sign::Peers SignerRuns::Run::Setups() const {
  sign::Peers out;
  for (const auto& [party, pair] : pairs) out.emplace(party, pair.get());
  return out;
}

void SignerRuns::OnMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind == MessageKind::kSignInvite) {
    auto invite = SignInvite::Parse(message.body);
    if (invite.ok()) OnInvite(from, message.request, std::move(invite).value());
  } else if (message.kind == MessageKind::kSignBegin) {
    const auto begin = SignBegin::Parse(message.body);
    if (begin.ok()) OnBegin(from, message.request, begin.value());
  } else {
    OnRound(from, message);
  }
}

void SignerRuns::OnInvite(PartyIndex from, const RequestId& request, SignInvite invite) {
  const RunKey key{request, invite.attempt};
  if (GatewayOf(request) != from || runs_.contains(key)) return;  // one invitation for one run
  const bool room = HasRoom(from);
  const bool member = std::ranges::find(invite.quorum, identity_.self) != invite.quorum.end();
  Run run;
  run.leader = from;
  run.invite = std::move(invite);
  run.started_ms = now_ms_;
  runs_.emplace(key, std::move(run));
  if (!member || !room) return Refuse(key, RefuseReason::kNotReady, 0);
  static_cast<void>(Judge(key, runs_.at(key)));
}

// Half of the table is anybody's; of the other half each leader has an equal share that no other one can
// take, so that one that opens runs and lets them lie does not keep the others out.
bool SignerRuns::HasRoom(PartyIndex leader) const {
  if (runs_.size() < kRunsOfOneMax) return true;
  const auto own = std::ranges::count_if(runs_, [&](const auto& run) { return run.second.leader == leader; });
  return static_cast<std::size_t>(own) < (kRunsMax - kRunsOfOneMax) / identity_.manifest.n;
}

// The decision of this enclave: its own records, its own gates, the digest computed here. What the leader
// says about the request counts for nothing but the choice of signers.
bool SignerRuns::Judge(const RunKey& key, Run& run) {
  const replica::Replica::OnBehalfOf cause(replica_, key.request);
  auto judged = Decide(run.invite.evidence, view_, IsDevnet(identity_.manifest));
  if (std::holds_alternative<replica::NeedRecords>(judged)) {
    run.lacks = view_.TakeLacked();
    return false;
  }
  if (const auto* error = std::get_if<api::Error>(&judged)) {
    // A record that the leader has and this node lacks looks like a refusal: the leader's own is newer.
    const bool lacks = error->code == api::ErrorCode::kUnknownScope ||
                       error->code == api::ErrorCode::kUnknownUser || error->code == api::ErrorCode::kPending;
    if (lacks) {
      Refuse(key, RefuseReason::kBehind, 0);
    } else {
      outbox_.Log(Event::kDecisionRefused, key.request, run.leader, static_cast<std::uint64_t>(error->code));
      Refuse(key, RefuseReason::kDecision, static_cast<std::uint16_t>(error->code));
    }
    return false;
  }
  auto& decision = std::get<Decision>(judged);
  if (!CompareRecords(key, run, decision.facts) || !TakeShare(key, run, decision.grant)) return false;
  LogGrant(outbox_, key.request, run.leader, decision.facts);
  run.own_nonce = rng_.Array<32>();
  run.state = Joined{std::move(decision.grant)};
  peers_.Send(run.leader,
              {MessageKind::kSignJoin, key.request, SignJoin{key.attempt, run.own_nonce}.Encode()});
  return true;
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
  if (newer) Refuse(key, RefuseReason::kNewer, 0);
  return !newer;
}

bool SignerRuns::TakeShare(const RunKey& key, Run& run, const policy::Grant& grant) {
  const auto [holding, share] = records_.FindShare(grant.key());
  if (holding == replica::Holding::kMissing) {
    run.lacks = policy::KeyShareRecordId(grant.key());
    records_.Fetch(*run.lacks);
    return false;
  }
  run.share = share;
  bool ready = share != nullptr && run.invite.quorum.size() == identity_.manifest.t;
  for (const PartyIndex party : run.invite.quorum) {
    if (party == identity_.self) continue;
    run.pairs[party] = peers_.Banned(party) ? nullptr : peers_.Pair(party);
    ready = ready && run.pairs[party] != nullptr && !peers_.BootOf(party).IsZero();
  }
  if (!ready) Refuse(key, RefuseReason::kNotReady, 0);
  return ready;
}

void SignerRuns::OnUsable(const RecordId& record) {
  std::vector<RunKey> waiting;
  for (const auto& [key, run] : runs_) {
    if (std::holds_alternative<std::monostate>(run.state) && run.lacks == record) waiting.push_back(key);
  }
  for (const RunKey& key : waiting) {
    const auto entry = runs_.find(key);
    if (entry != runs_.end()) static_cast<void>(Judge(key, entry->second));
  }
}

void SignerRuns::OnBegin(PartyIndex from, const RequestId& request, const SignBegin& begin) {
  const RunKey key{request, begin.attempt};
  const auto entry = runs_.find(key);
  if (entry == runs_.end() || entry->second.leader != from) return;
  Run& run = entry->second;
  auto* joined = std::get_if<Joined>(&run.state);
  if (joined == nullptr) return;
  const auto own = std::ranges::find(run.invite.quorum, identity_.self) - run.invite.quorum.begin();
  const bool fits = begin.nonces.size() == run.invite.quorum.size() &&
                    begin.nonces[static_cast<std::size_t>(own)] == run.own_nonce;
  if (!fits) return Abort(key, {protocol::AbortReason::kWrongSession, std::nullopt});
  run.ssid =
      sign::MakeSsid({joined->grant.key(), identity_.manifest_hash, identity_.manifest.t, run.invite.quorum,
                      Hash32{}, joined->grant.digest(), run.invite.nonce, begin.nonces});
  auto step = sign::Start({identity_.self, run.invite.quorum, run.ssid, *run.share, curve::Scalar()},
                          run.Setups(), rng_);
  if (!step.ok()) return Abort(key, step.error());
  policy::Grant grant = std::move(joined->grant);
  run.state = InRound1{std::move(grant), std::move(step.value().next)};
  for (const auto& [to, message] : step.value().out)
    SendRound(key, to, MessageKind::kSignRound1, nullptr, message.Encode());
  Advance(key);
}

void SignerRuns::SendRound(const RunKey& key, PartyIndex to, MessageKind kind, const Hash32* ssid,
                           Bytes message) {
  SignRound round{key.attempt, std::move(message), {}};
  if (ssid != nullptr) round.signature = identity_.signing.Sign(Round2Transcript(key, *ssid, round.message));
  peers_.Send(to, {kind, key.request, round.Encode()});
}

void SignerRuns::OnRound(PartyIndex from, const PeerMessage& message) {
  const auto round = SignRound::Parse(message.body);
  if (!round.ok()) return;
  const RunKey key{message.request, round.value().attempt};
  const auto entry = runs_.find(key);
  if (entry == runs_.end() || !entry->second.pairs.contains(from)) return;
  Run& run = entry->second;
  if (message.kind == MessageKind::kSignRound1) {
    auto parsed = sign::NonceCommitment::Parse(round.value().message);
    if (!parsed.ok()) return Abort(key, {protocol::AbortReason::kMalformed, from});
    run.round1.emplace(from, std::move(parsed).value());
  } else {
    auto parsed = sign::Multiplication::Parse(round.value().message);
    if (!parsed.ok() || !VerifyRound2(from, key, run, round.value())) {
      return Abort(key, {protocol::AbortReason::kMalformed, from});
    }
    run.round2.emplace(from, std::move(parsed).value());
  }
  Advance(key);
}

bool SignerRuns::VerifyRound2(PartyIndex from, const RunKey& key, const Run& run, const SignRound& round) {
  return crypto::VerifyEd25519(identity_.manifest.Row(from)->identity_key,
                               Round2Transcript(key, run.ssid, round.message), round.signature);
}

void SignerRuns::Advance(const RunKey& key) {
  const auto entry = runs_.find(key);
  if (entry == runs_.end()) return;
  Run& run = entry->second;
  if (std::holds_alternative<InRound1>(run.state) && run.round1.size() == run.pairs.size() &&
      !MultiplyRound(key, run))
    return;
  if (std::holds_alternative<InRound2>(run.state) && run.round2.size() == run.pairs.size())
    ShareRound(key, run);
}

bool SignerRuns::MultiplyRound(const RunKey& key, Run& run) {
  auto in_round1 = std::get<InRound1>(std::move(run.state));
  run.state = std::monostate{};
  auto step = sign::Multiply(std::move(in_round1.state), run.Setups(), run.round1, rng_);
  if (!step.ok()) {
    Abort(key, step.error());
    return false;
  }
  run.state = InRound2{std::move(in_round1.grant), std::move(step.value().next)};
  for (const auto& [to, message] : step.value().out)
    SendRound(key, to, MessageKind::kSignRound2, &run.ssid, message.Encode());
  return true;
}

void SignerRuns::ShareRound(const RunKey& key, Run& run) {
  auto in_round2 = std::get<InRound2>(std::move(run.state));
  run.state = std::monostate{};
  auto presignature = sign::Presign(std::move(in_round2.state), run.Setups(), run.round2, rng_);
  if (!presignature.ok()) return Abort(key, presignature.error());
  const policy::Grant grant = std::move(in_round2.grant);
  const sign::Signing signing = sign::Online(std::move(presignature).value(), grant.digest());
  ReceiptFacts facts{key.request, grant.digest(), run.invite.scope,       run.invite.account, run.ssid,
                     {},          identity_.boot, identity_.manifest_hash};
  for (const auto& [party, pair] : run.pairs) facts.setups.push_back({party, pair->setup.id});
  const SignRound3 out{key.attempt, signing.combination.nonce.Encode(), signing.out.Encode(), facts.setups,
                       identity_.signing.Sign(ReceiptDigest(facts))};
  peers_.Send(run.leader, {MessageKind::kSignRound3, key.request, out.Encode()});
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
    if (run.pairs.contains(party)) affected.push_back(key);
  }
  for (const RunKey& key : affected) Abort(key, {protocol::AbortReason::kPeerLost, std::nullopt});
}

void SignerRuns::OnTick(std::uint64_t now_ms) {
  now_ms_ = now_ms;
  std::erase_if(runs_, [now_ms](const auto& entry) { return now_ms >= entry.second.started_ms + kRunMs; });
}

}  // namespace passport::core
