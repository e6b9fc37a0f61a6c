#include "trusted/core/node.h"

#include <algorithm>

namespace passport::core {

replica::Config Node::ReplicaConfig(const Identity& identity, bool fresh) {
  const peer::Manifest& manifest = identity.manifest;
  replica::Config out;
  out.self = identity.self;
  out.identities = RosterOf(manifest);
  out.ack_quorum = AckQuorum(manifest);
  const bool weak = manifest.rollback == peer::RollbackRule::kWeak;
  out.confirm_quorum = static_cast<std::uint16_t>(weak ? manifest.t - 1 : manifest.n - manifest.W() + 1);
  out.confirm_needs_confirmed = !weak;
  out.fresh = fresh;
  out.boot = identity.boot;
  return out;
}

Node::Node(Identity identity, RecordBook& records, Outbox& outbox, crypto::Rng& rng,
           EnvelopeKeySource envelope_source, const SigningConfig& signing, const PresignConfig& presign,
           OwnEvidence evidence)
    : identity_(std::move(identity)),
      records_(records),
      outbox_(outbox),
      own_claims_(std::move(evidence.own)),
      policies_(identity_.manifest, records),
      confirmation_(identity_.manifest, identity_.self, records.empty()),
      peers_(identity_, outbox, *this,
             {evidence.platform, evidence.desk, policies_, confirmation_, time_, std::move(evidence.claims)},
             rng),
      scope_accounts_(records),
      rules_(identity_, records.seen()),
      replica_(ReplicaConfig(identity_, records.empty()), *this, rules_, rng),
      envelope_(identity_, peers_, replica_, opener_, outbox, std::move(envelope_source)),
      epochs_({identity_, peers_, records, replica_, *this, *this, outbox}),
      chain_codes_(records, epochs_),
      made_keys_(records),
      keygen_(identity_, peers_, records, made_keys_, replica_, outbox, desk_, rng),
      pool_(presign, identity_.manifest.n, outbox),
      leader_(signing, identity_, peers_, replica_, epochs_, pool_, outbox, desk_, rng),
      presign_leader_(identity_, peers_, *this, pool_, leader_, rng),
      ceremonies_(identity_, peers_, time_, desk_, rng),
      desk_({identity_, peers_, opener_, records, replica_, *this, keygen_, ceremonies_, epochs_, leader_,
             presign_leader_, chain_codes_, memory_, outbox, rng}),
      blame_(identity_, peers_, outbox, rng, signing.blame_round),
      signers_(signing, identity_, peers_, records, replica_, *this, chain_codes_, memory_, epochs_, pool_,
               blame_, outbox, rng),
      presign_runs_(identity_, peers_, records, *this, epochs_, pool_, outbox, rng),
      refresh_book_(identity_.manifest, identity_.self, records),
      refresh_runs_({identity_, peers_, records, *this, epochs_, refresh_book_, time_, outbox, rng}),
      refresh_leader_(
          {identity_, peers_, records, replica_, *this, epochs_, refresh_book_, leader_, time_, outbox, rng}),
      census_(peers_, records),
      repair_(identity_, peers_, records, replica_, *this, outbox, rng),
      repair_helpers_(identity_, peers_, records, *this, epochs_, outbox, rng) {
  rules_.SetView(*this);
  rules_.SetAccounts(scope_accounts_);
}

void Node::OnFetched(const RecordId& id, Result<Unit> outcome) {
  if (!outcome.ok()) {
    outbox_.Log(Event::kRecordRefused, {}, {}, static_cast<std::uint64_t>(outcome.error()));
    return;
  }
  if (policy::IsReplicated(id)) {
    replica_.OnRecord(id);
  } else {
    signers_.OnUsable(id);
    refresh_runs_.OnUsable(id);
    desk_.OnUsable(id);
  }
}

void Node::OnTick(std::uint64_t unix_ms, std::uint64_t now_ms) {
  time_.OnTick(unix_ms, now_ms);
  if (now_ms >= next_telling_ms_) {
    next_telling_ms_ = now_ms + NetworkTime::kTellMs;
    for (const PartyIndex party : peers_.Open()) TellTime(party);
  }
  // Bounds of what honest nodes propose are by the likely time, so that the own host's wrong clock refuses
  // none.
  rules_.OnTick(time_.EarliestMs(), time_.LikelyMs());
  memory_.OnTick(time_.EarliestMs(), time_.LatestMs(), time_.IsCertain());
  peers_.OnTick(now_ms);
  replica_.SetUnixTime(time_.LikelyMs());
  replica_.OnTick(now_ms);
  const bool closed = opener_.empty();
  envelope_.OnTick(now_ms);
  if (closed && !opener_.empty()) desk_.OnUsable({});
  epochs_.OnTick(now_ms);
  keygen_.OnTick(now_ms);
  leader_.OnTick(now_ms);
  blame_.OnTick(now_ms);
  signers_.OnTick(now_ms);
  pool_.OnTick(time_.LatestMs(), now_ms);
  presign_leader_.OnTick(now_ms);
  presign_runs_.OnTick(time_.LatestMs(), now_ms);
  refresh_runs_.OnTick(now_ms);
  refresh_leader_.OnTick(now_ms);
  census_.OnTick(now_ms);
  repair_.OnTick(now_ms);
  repair_helpers_.OnTick(now_ms);
  ceremonies_.OnTick(now_ms);
  desk_.OnTick(time_.LikelyMs(), now_ms);
}

// Before the first tick there is nothing to tell.
void Node::TellTime(PartyIndex to) {
  if (time_.own().unix_ms != 0) peers_.Send(to, {MessageKind::kTime, {}, time_.own().Encode()});
}

void Node::OnResume() {
  if (envelope_.HasWork()) return envelope_.Make();  // once: pair setups without end must not hold it up
  if (peers_.HasWork()) {
    peers_.Step();
  } else if (repair_.HasWork()) {  // before presignatures, which under load are never all made
    repair_.Step();
  } else if (presign_runs_.HasWork()) {
    presign_runs_.Step();
  } else if (presign_leader_.HasWork()) {
    presign_leader_.Step();
  } else if (refresh_runs_.HasWork()) {
    refresh_runs_.Step();
  } else if (refresh_leader_.HasWork()) {
    refresh_leader_.Step();
  }
}

Result<Unit> Node::Refresh(const AdminStatement& statement) {
  PASSPORT_TRY_VOID(refresh_book_.Follow(identity_.self, statement, {time_.EarliestMs(), time_.LatestMs()}));
  refresh_leader_.Lead(statement);
  return Ok();
}

// Sessions that were opened under the policy before are opened anew under this one.
Result<Unit> Node::TakePolicy(const PolicyStatement& statement) {
  PASSPORT_TRY_VOID(policies_.Take(statement, own_claims_()));
  const bool replaced = !statement.replaces.empty();
  outbox_.Log(replaced ? Event::kPolicyReplaced : Event::kPolicyTaken, {}, {}, policies_.policy().version);
  confirmation_.Forget();
  if (replaced) confirmation_.OnOperatorsWord();
  peers_.AttestAgain();
  return Ok();
}

// Only a node that does not know yet whether its disk is the latest takes a policy from a peer: one that runs
// is given it by its operators, who may try it at one node first.
void Node::OnPolicyShown(PartyIndex party, ByteSpan bytes) {
  if (confirmation_.done()) return;
  const auto statement = PolicyStatement::Parse(bytes);
  if (!statement.ok()) return;
  const std::uint64_t version = claims::NobodysPolicy(statement.value().file).version;
  if (version <= policies_.policy().version) return;
  if (!VerifySigned(statement.value(), identity_.manifest).ok()) return;
  const auto taken = policies_.TakeShown(statement.value(), own_claims_());
  // A weaker one was for other starts, or given up: by itself it says nothing.
  if (!taken.ok() && claims::IsWeaker(taken.error())) return;
  const auto& blocked = confirmation_.blocked();
  if (!blocked || blocked->version != version) outbox_.Log(Event::kPolicyRolledBack, {}, party, version);
  confirmation_.Forget();
  if (!taken.ok()) return confirmation_.Block(party, version, taken.error());
  outbox_.Log(Event::kPolicyTaken, {}, {}, version);
  peers_.AttestAgain();
}

void Node::OnPeerOpen(PartyIndex party) {
  policies_.OnSessionOpened(party, peers_.PolicyOf(party).hash);
  TellTime(party);
  const auto named = going_on_.find(party);
  if (named != going_on_.end() && named->second != peers_.BootOf(party)) GoOnWith({});
  replica_.OnPeerOpen(party);
  epochs_.OnPeerOpen(party);
  census_.OnPeerOpen(party);
  repair_.OnPeerOpen(party);
}

void Node::GoOnWith(std::map<PartyIndex, BootId> boots) {
  going_on_ = std::move(boots);
  std::map<PartyIndex, BootId> other_boots;
  std::set<PartyIndex> others;
  for (const auto& [party, boot] : going_on_) {
    const BootId open = peers_.BootOf(party);
    if (open != boot && !open.IsZero()) return GoOnWith({});
    if (party == identity_.self) continue;
    other_boots.emplace(party, boot);
    others.insert(party);
  }
  confirmation_.GoOnWith(std::move(other_boots));
  replica_.GoOnWith(std::move(others));
  peers_.AcceptWaiting();
}

void Node::OnPeerLost(PartyIndex party) {
  time_.Lost(party);
  replica_.OnPeerLost(party);
  leader_.OnPeerLost(party, SigningLeader::Loss::kMayReturn);
  census_.OnPeerLost(party);
  repair_.OnPeerLost(party);
  repair_helpers_.OnPeerLost(party);
}

void Node::OnRunsLost(PartyIndex party) {
  keygen_.OnPeerLost(party);
  signers_.OnSetupLost(party);
  presign_runs_.OnSetupLost(party);
  refresh_runs_.OnPeerLost(party);
  leader_.OnPeerLost(party, SigningLeader::Loss::kForGood);
  presign_leader_.OnPeerLost(party);
}

void Node::OnSetupLost(PartyIndex party) {
  pool_.OnSetupLost(party);
  signers_.OnSetupLost(party);
  presign_runs_.OnSetupLost(party);
}

void Node::OnPeerMessage(PartyIndex from, PeerMessage message) {
  switch (message.kind) {
    case MessageKind::kReplica:
      return OnReplicaMessage(from, message);
    case MessageKind::kKeygenInvite:
    case MessageKind::kKeygenCommitment:
    case MessageKind::kKeygenOpening:
    case MessageKind::kKeygenConfirmation:
    case MessageKind::kKeygenAbort:
      return keygen_.OnMessage(from, message);
    case MessageKind::kSignInvite:
    case MessageKind::kSignBegin:
    case MessageKind::kSignRound1:
    case MessageKind::kSignRound2:
    case MessageKind::kSignOnline:
      return signers_.OnMessage(from, message);
    case MessageKind::kSignJoin:
    case MessageKind::kSignRound3:
    case MessageKind::kSignRefuse:
    case MessageKind::kSignDefence:
      return leader_.OnMessage(from, message);
    case MessageKind::kSignDispute:
    case MessageKind::kSignEvidence:
      return blame_.OnMessage(from, message);
    case MessageKind::kPresignInvite:
    case MessageKind::kPresignBegin:
    case MessageKind::kPresignRound1:
    case MessageKind::kPresignRound2:
      return presign_runs_.OnMessage(from, message);
    case MessageKind::kPresignJoin:
    case MessageKind::kPresignReady:
    case MessageKind::kPresignRefuse:
      return presign_leader_.OnMessage(from, message);
    default:
      return OnUpkeepMessage(from, message);
  }
}

void Node::OnUpkeepMessage(PartyIndex from, const PeerMessage& message) {
  switch (message.kind) {
    case MessageKind::kEpochNews:
    case MessageKind::kEpochAsk:
    case MessageKind::kRefreshInvite:
    case MessageKind::kRefreshBegin:
    case MessageKind::kRefreshCommitment:
    case MessageKind::kRefreshOpening:
    case MessageKind::kRefreshSetups:
    case MessageKind::kRefreshJoin:
    case MessageKind::kRefreshRefuse:
    case MessageKind::kRefreshSetupsDone:
      return OnEpochMessage(from, message);
    case MessageKind::kRepairInvite:
    case MessageKind::kRepairJoin:
    case MessageKind::kRepairBegin:
    case MessageKind::kRepairPart:
    case MessageKind::kRepairSum:
    case MessageKind::kRepairEnd:
    case MessageKind::kAccountsAsk:
    case MessageKind::kAccountsList:
      return OnRepairMessage(from, message);
    case MessageKind::kSetupHello:
    case MessageKind::kSetupReply:
    case MessageKind::kSetupFinish:
    case MessageKind::kSetupConfirm:
    case MessageKind::kSetupReset:
    case MessageKind::kReceived:
      return;  // the peer table's
    case MessageKind::kTime:
      return OnTime(from, message);
    case MessageKind::kCeremonyAsk:
    case MessageKind::kCeremonyPart:
      return ceremonies_.OnMessage(from, message);
    default:
      return OnUnknownMessage(from, message);
  }
}

void Node::OnUnknownMessage(PartyIndex from, const PeerMessage& message) {
  outbox_.Log(Event::kUnknownMessage, message.request, from, static_cast<std::uint64_t>(message.kind));
}

void Node::OnReplicaMessage(PartyIndex from, const PeerMessage& message) {
  const auto parsed = replica::ParseMessage(message.body);
  if (!parsed.ok()) return;
  // What an enclave keeps for itself (keys, shares, the head) is no peer's to read or write.
  if (!policy::IsReplicated(std::visit([](const auto& m) { return m.id; }, parsed.value())))
    return OnUnknownMessage(from, message);
  replica_.OnMessage(from, message.request, parsed.value());
}

void Node::OnTime(PartyIndex from, const PeerMessage& message) {
  const auto report = TimeReport::Parse(message.body);
  if (!report.ok() || peers_.Banned(from)) return;
  time_.Heard(from, report.value());
  memory_.OnTick(time_.EarliestMs(), time_.LatestMs(),
                 time_.IsCertain());  // also when the host brings no ticks
}

void Node::OnEpochMessage(PartyIndex from, const PeerMessage& message) {
  const MessageKind kind = message.kind;
  if (kind <= MessageKind::kEpochAsk) {
    epochs_.OnMessage(from, message);
  } else if (kind == MessageKind::kRefreshJoin || kind == MessageKind::kRefreshRefuse ||
             kind == MessageKind::kRefreshSetupsDone) {
    refresh_leader_.OnMessage(from, message);
  } else {
    refresh_runs_.OnMessage(from, message);
  }
}

// A repair's request id begins with the node that lacks the share.
void Node::OnRepairMessage(PartyIndex from, const PeerMessage& message) {
  if (message.kind >= MessageKind::kAccountsAsk) {
    census_.OnMessage(from, message);
  } else if (GatewayOf(message.request) == identity_.self) {
    repair_.OnMessage(from, message);
  } else {
    repair_helpers_.OnMessage(from, message);
  }
}

void Node::OnFaultsChanged() {
  records_.PutOwn(policy::RecordKind::kPeerFaults, peers_.EncodeFaults());
  for (const peer::ManifestRow& row : identity_.manifest.rows) {
    if (peers_.Banned(row.party)) time_.Lost(row.party);  // it has no say in what the operators' time is
  }
}

void Node::OnEpochChanged(const KeyId& key) {
  pool_.OnEpochChanged(key);
  signers_.OnEpochChanged(key);
  presign_runs_.OnEpochChanged(key);
  refresh_leader_.OnEpochChanged(key);
  OnEpochClear(key);
}

void Node::OnEpochClear(const KeyId& key) { signers_.OnUsable(policy::KeyStateRecordId(key)); }

void Node::Send(PartyIndex to, const RequestId& request, const replica::Message& message) {
  peers_.Send(to, {MessageKind::kReplica, request, replica::EncodeMessage(message)});
}

std::pair<replica::Holding, const replica::Register*> Node::Find(const RecordId& id) {
  return records_.FindRegister(id);
}

void Node::Store(const RecordId& id, replica::Register value) {
  scope_accounts_.OnStore(id, value);
  pool_.OnVersion(id, value.committed.version.number);
  made_keys_.OnVersion(id, value.committed.version);
  records_.PutRegister(id, std::move(value));
}

void Node::Fetch(const RecordId& id) { records_.Fetch(id); }

void Node::Done(std::uint64_t ticket, replica::ChangeResult result) {
  if (envelope_.OnChanged(ticket, result)) return desk_.OnUsable({});
  if (epochs_.OnChanged(ticket)) return;
  if (repair_.OnChanged(ticket, result)) return;
  static_cast<void>(desk_.OnChanged(ticket, std::move(result)));
}

void Node::Granted(PartyIndex proposer, const RequestId& request, std::uint64_t number) {
  outbox_.Log(Event::kDecisionGranted, request, proposer, number);
}

void Node::Denied(PartyIndex proposer, const RequestId& request, std::uint16_t code) {
  outbox_.Log(Event::kDecisionRefused, request, proposer, code);
}

// Names everybody who signed both versions.
void Node::Forked(const RecordId&, const replica::Committed& ours, const replica::Committed& theirs) {
  for (const auto& [party, signature] : theirs.certificate) {
    if (ours.certificate.contains(party)) outbox_.Log(Event::kRecordForked, {}, party, ours.version.number);
  }
}

void Node::Usable(const RecordId& id) {
  keygen_.OnUsable(id);
  refresh_runs_.OnUsable(id);
  signers_.OnUsable(id);
  desk_.OnUsable(id);
  repair_.OnUsable(id);
}

}  // namespace passport::core
