#include "trusted/core/core.h"

#include <algorithm>

#include "edl/base/layers.h"

namespace passport::core {
namespace {

using policy::RecordKind;

constexpr std::uint16_t kInterfaceVersion = 1;
constexpr std::uint64_t kAdminToken = 0;  // of what a call of `admin` answers beside its verdict
constexpr std::uint64_t kBusyTickMs =
    10;  // while requests are in progress, timers need finer ticks than the host's

// The host makes metrics of the numbers; claims that are no layer have none.
void LogLayer(const Claim& claim, edl::Effects& effects) {
  const auto layer = std::ranges::find(kLayers, claim.layer, &LayerRow::name);
  const auto state = std::ranges::find_if(
      kLayerStates, [&](std::string_view word) { return claim.state.starts_with(word); });
  if (layer == kLayers.end() || state == kLayerStates.end()) return;
  const auto number = static_cast<std::uint64_t>(state - kLayerStates.begin()) + 1;
  effects.Log(static_cast<std::uint16_t>(Event::kLayer), {}, 0,
              static_cast<std::uint64_t>(layer->layer) | number << 8);
}

}  // namespace

Core::Core(CoreConfig config, crypto::Rng& rng)
    : config_(std::move(config)),
      rng_(rng),
      records_(std::move(config_.keys), config_.records_cached_max, outbox_, rng),
      boot_{rng.Array<16>()},
      instance_(crypto::SigningKey::Generate(rng)),
      platform_(std::move(config_.platform), std::move(config_.platform_key)),
      counter_(
          config_.counter_ends ? std::nullopt : config_.counter,
          [this](std::uint64_t target, RollbackCounter::Done done) {
            return RaiseCounter(target, std::move(done));
          },
          records_, outbox_),
      backup_(records_, rng),
      restore_(records_, outbox_),
      evidence_(platform_, std::move(config_.providers)) {}

template <class F>
Status Core::Run(edl::Effects& effects, F&& body) {
  outbox_.Begin(effects);
  const Status status = body();
  if (node_) node_->Settle();
  if ((node_ && node_->HasWork()) || records_.HasWork()) outbox_->Wake(0);
  if (phase_ != edl::Phase::kBoot) counter_.OnFlushed(records_.Flush());
  outbox_.End();
  return status;
}

Status Core::HandleHello(const edl::HelloCall&, edl::Effects& effects) {
  effects.Described(kInterfaceVersion, kInterfaceVersion, static_cast<std::uint16_t>(phase_),
                    ToBytes(config_.build));
  const auto missing = std::ranges::count_if(config_.confinement, IsMissing);
  effects.Log(static_cast<std::uint16_t>(Event::kLayersMissing), {}, 0, static_cast<std::uint64_t>(missing));
  for (const Claim& claim : config_.confinement) LogLayer(claim, effects);
  return Status::kOk;
}

Status Core::HandleProvision(const edl::ProvisionCall& call, edl::Effects& effects) {
  if (call.kind == edl::ProvisionKind::kPlatform) {
    return Run(effects, [&] {
      const auto taken = platform_.OnAnswer(call.data);
      if (!taken.ok()) outbox_.Log(Event::kAnswerRefused, {}, {}, static_cast<std::uint64_t>(taken.error()));
      return Status::kOk;
    });
  }
  return Run(effects, [&] {
    Result<Unit> outcome = Ok();
    if (call.kind == edl::ProvisionKind::kManifest) {
      outcome = TakeManifest(call.data);
    } else if (phase_ != edl::Phase::kBoot) {
      return Status::kBadPhase;
    } else {
      if (call.kind == edl::ProvisionKind::kRecords) {
        LoadRecords(call.data);
      } else {
        outcome = FinishLoading();
      }
    }
    const Status status = outcome.ok() ? Status::kOk : outcome.error();
    if (status != Status::kOk) {
      const bool manifest = call.kind == edl::ProvisionKind::kManifest;
      outbox_.Log(manifest ? Event::kManifestRefused : Event::kRecordsRefused, {}, {},
                  static_cast<std::uint64_t>(status));
    }
    outbox_->Verdict(static_cast<std::uint16_t>(status));
    return Status::kOk;
  });
}

// What is wrong is told when all have come (record_book.h).
void Core::LoadRecords(ByteSpan data) {
  Reader in(data);
  while (in.remaining() > 0 && load_error_ == Status::kOk) {
    const RecordId id{in.Array<32>()};
    const ByteSpan blob = in.Var(sealing::kSealedBytesMax);
    if (in.failed())
      load_error_ = Status::kMalformed;
    else
      records_.Load(id, blob);
  }
}

// A store that is not exactly what this enclave last left keeps it in its first phase: it signs nothing.
Result<Unit> Core::FinishLoading() {
  if (load_error_ != Status::kOk) return Fail(Status{load_error_});
  const auto done = records_.LoadDone(config_.counter);
  if (!done.ok()) {
    load_error_ = done.error();
    if (load_error_ >= Status::kCounterRollback && load_error_ <= Status::kCounterMissing)
      outbox_.Log(Event::kCounterRefused, {}, {}, static_cast<std::uint64_t>(load_error_));
    return Fail(Status{load_error_});
  }
  if (config_.counter_ends) records_.SetCounter(std::nullopt);
  LoadOrMakeKeys();
  if (!keys_) return Fail(load_error_ = Status::kRollback);
  phase_ = edl::Phase::kWaiting;
  outbox_.Log(Event::kStarted, {}, {}, records_.head().boot_counter);
  if (const crypto::SecretBytes* stored = records_.Own(RecordKind::kManifest)) {
    PASSPORT_TRY(peer::SignedManifest manifest, peer::SignedManifest::Parse(stored->Expose()));
    StartNode(std::move(manifest.manifest));
  } else {
    EmitPhase();
  }
  return Ok();
}

void Core::LoadOrMakeKeys() {
  if (const crypto::SecretBytes* stored = records_.Own(RecordKind::kIdentity)) {
    if (auto keys = OwnKeys::Parse(stored->Expose()); keys.ok()) keys_.emplace(std::move(keys).value());
    return;
  }
  if (!records_.empty()) return;  // a store with records but no identity is not ours
  keys_.emplace(OwnKeys{crypto::SigningKey::Generate(rng_), rng_.Key()});
  records_.PutOwn(RecordKind::kIdentity, keys_->EncodeSecret().Expose());
}

Result<Unit> Core::TakeManifest(ByteSpan file) {
  if (phase_ == edl::Phase::kBoot) return Fail(Status::kBadPhase);
  if (restore_.done()) return Fail(Status::kBackupRestored);
  PASSPORT_TRY(peer::SignedManifest incoming, peer::ParseFile(AsText(file)));
  if (node_) {
    // The same manifest again is no change. Replacing one at run time comes with resharing.
    if (incoming.manifest.Hash() != node_->identity().manifest_hash) return Fail(Status::kDenied);
    return peer::VerifyGenesis(incoming);  // a damaged copy is not called good
  }
  PASSPORT_TRY_VOID(peer::VerifyGenesis(incoming));
  const auto own = std::ranges::find_if(incoming.manifest.rows, [this](const peer::ManifestRow& row) {
    return row.identity_key == keys_->signing.public_key() &&
           row.channel_key == crypto::PublicX25519(keys_->channel);
  });
  if (own == incoming.manifest.rows.end()) return Fail(Status::kPeerUnknown);
  records_.PutOwn(RecordKind::kManifest, incoming.Encode());
  records_.SetManifestHash(incoming.manifest.Hash());
  outbox_.Log(Event::kManifestTaken, {}, own->party, incoming.manifest.epoch);
  StartNode(std::move(incoming.manifest));
  return Ok();
}

void Core::StartNode(peer::Manifest manifest) {
  restore_.Stop();
  PartyIndex self;
  for (const peer::ManifestRow& row : manifest.rows) {
    if (row.identity_key == keys_->signing.public_key()) self = row.party;
  }
  const Hash32 hash = manifest.Hash();
  Identity identity{std::move(manifest),
                    hash,
                    self,
                    boot_,
                    crypto::SigningKey(keys_->signing.seed().Clone()),
                    keys_->channel.Clone(),
                    config_.versions};
  node_ = std::make_unique<Node>(
      std::move(identity), records_, outbox_, rng_, config_.envelope_source, config_.signing, config_.presign,
      OwnEvidence{platform_, evidence_, [this](const ByteArray<32>& nonce) { return MakeClaims(nonce); },
                  [this] { return OwnClaims(); }});
  if (const crypto::SecretBytes* faults = records_.Own(RecordKind::kPeerFaults)) {
    static_cast<void>(node_->peers().LoadFaults(faults->Expose()));
  }
  phase_ = edl::Phase::kServing;
  EmitPhase();
  for (const peer::ManifestRow& row : node_->identity().manifest.rows) {
    if (row.party != self) outbox_->Connect(row.party.value, self < row.party, ToBytes(row.peer_address));
  }
  counter_.Begin();
  if (const auto met = claims::JudgeClaims(OwnClaims(), node_->policy()); !met.ok())
    outbox_.Log(Event::kPolicyUnmet, {}, {}, static_cast<std::uint64_t>(met.error()));
}

Result<Unit> Core::RaiseCounter(std::uint64_t target, RollbackCounter::Done done) {
  return platform_.Ask(platform_link::Kind::kCounterRaise, Writer().U64(target).Take(),
                       [done = std::move(done)](const Result<Bytes>& answer) {
                         if (!answer.ok()) return done(Fail(Status{answer.error()}));
                         Reader in(answer.value());
                         const std::uint64_t reached = in.U64();
                         if (!in.Done()) return done(Fail(Status::kMalformed));
                         done(reached);
                       });
}

void Core::EmitPhase() {
  Bytes listen;
  std::uint16_t party = 0;
  if (node_) {
    party = node_->identity().self.value;
    listen = ToBytes(node_->identity().manifest.Row(node_->identity().self)->peer_address);
  }
  outbox_->Phase(static_cast<std::uint16_t>(phase_), party, std::move(listen));
}

// What the core does by itself waits for an idle host; requests and peers' messages come as calls of their
// own and so go first (rules.md 28). Records that have to be sealed again and the node take turns.
Status Core::HandleResume(const edl::ResumeCall&, edl::Effects& effects) {
  return Run(effects, [&] {
    const bool node_works = node_ && node_->HasWork();
    sealing_next_ = records_.HasWork() && (sealing_next_ || !node_works);
    if (sealing_next_) {
      records_.Step();
    } else if (node_works) {
      node_->OnResume();
    }
    sealing_next_ = !sealing_next_;
    return Status::kOk;
  });
}

Status Core::HandleClientRequest(const edl::ClientRequestCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    if (node_) {
      node_->OnClientRequest(call);
      if (node_->Busy()) outbox_->Wake(kBusyTickMs);
      return Status::kOk;
    }
    const auto parsed = api::ParseCall(call.body);
    const std::string id = parsed.ok() ? parsed.value().id : parsed.error().id;
    const api::Error error = parsed.ok() ? api::MakeError(api::ErrorCode::kNotReady,
                                                          "give the node a manifest: passport manifest init")
                                         : parsed.error().error;
    const RequestId request = MakeRequestId(PartyIndex{}, rng_);
    outbox_.Log(Event::kDecisionRefused, request, {}, static_cast<std::uint64_t>(error.code));
    outbox_->Reply(call.token, 0, static_cast<std::uint16_t>(static_cast<unsigned>(error.code) + 1),
                   ToBytes(api::ErrorBody(id, error, request)));
    return Status::kOk;
  });
}

Status Core::HandlePeerUp(const edl::PeerUpCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    node_->OnPeerUp(PartyIndex{call.party}, call.link);
    return Status::kOk;
  });
}

Status Core::HandlePeerDown(const edl::PeerDownCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    node_->OnPeerDown(call.link);
    return Status::kOk;
  });
}

Status Core::HandlePeerFrame(const edl::PeerFrameCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    node_->OnPeerFrame(call.link, call.frame);
    return Status::kOk;
  });
}

Status Core::HandleFetched(const edl::FetchedCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    const RecordId id{call.record_id};
    if (id == sealing::kHeadRecordId) {
      counter_.OnFetched(call.found, call.record);
      return Status::kOk;
    }
    node_->OnFetched(id, records_.OnFetched(id, call.found, call.record));
    return Status::kOk;
  });
}

Status Core::HandleTick(const edl::TickCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    platform_.OnTick(call.monotonic_ms);
    records_.OnTick(call.monotonic_ms);
    counter_.OnTick(call.monotonic_ms);
    backup_.OnTick(call.monotonic_ms);
    if (node_) {
      node_->OnTick(call.unix_ms, call.monotonic_ms);
      if (node_->Busy()) outbox_->Wake(kBusyTickMs);
    }
    return Status::kOk;
  });
}

Status Core::HandleAdmin(const edl::AdminCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    const auto taken = TakeStatement(call.statement);
    const Status status = taken.ok() ? Status::kOk : taken.error();
    if (!taken.ok()) outbox_.Log(Event::kAdminRefused, {}, {}, static_cast<std::uint64_t>(status));
    outbox_->Verdict(static_cast<std::uint16_t>(status));
    return Status::kOk;
  });
}

// 0: none yet. Its record is the enclave's own, so that what does not parse takes no statement at all.
std::uint64_t Core::LastNumber() const {
  const crypto::SecretBytes* stored = records_.Own(RecordKind::kAdmin);
  if (stored == nullptr) return 0;
  const auto last = LastStatement::Parse(stored->Expose());
  return last.ok() ? last.value().number : UINT64_MAX;
}

Result<Unit> Core::TakeStatement(ByteSpan bytes) {
  if (!node_) return TakeRestore(bytes);
  const std::uint64_t last = LastNumber();
  const Identity& identity = node_->identity();
  const TimeBounds now{node_->clocks().EarliestMs(), node_->clocks().LatestMs()};
  const std::uint64_t own_ms = node_->clocks().own().unix_ms;
  if (auto resume = ResumeStatement::Parse(bytes); resume.ok()) {
    ResumeStatement& statement = resume.value();
    // It names this start, so it is no older, and before the policy is confirmed no peer tells the time.
    const TimeBounds then{now.earliest_ms != 0 ? now.earliest_ms : own_ms, now.latest_ms};
    PASSPORT_TRY_VOID(VerifyStatement(statement, identity.manifest, identity.self, boot_,
                                      AckQuorum(identity.manifest), last, then));
    RememberStatement(statement.signatures.begin()->first, statement.number);
    node_->GoOnWith(std::move(statement.boots));
    return Ok();
  }
  if (const auto policy = PolicyStatement::Parse(bytes); policy.ok()) {
    PASSPORT_TRY_VOID(VerifyStatement(policy.value(), identity.manifest, identity.self, boot_, last,
                                      policy.value().replaces.empty() ? now : TimeBounds{own_ms, own_ms}));
    PASSPORT_TRY_VOID(node_->TakePolicy(policy.value()));
    RememberStatement(policy.value().signatures.begin()->first, policy.value().number);
    return Ok();
  }
  if (const auto backup = BackupStatement::Parse(bytes); backup.ok()) return TakeExport(backup.value(), now);
  if (const auto chunk = BackupChunkRequest::Parse(bytes); chunk.ok()) {
    PASSPORT_TRY(const BackupChunk next, backup_.Chunk(chunk.value().number));
    outbox_->Reply(kAdminToken, 0, 0, next.Encode());
    return Ok();
  }
  if (RestoreOrder::Parse(bytes).ok()) return Fail(Status::kBackupStore);
  PASSPORT_TRY(const AdminStatement statement, AdminStatement::Parse(bytes));
  PASSPORT_TRY_VOID(VerifyStatement(statement, identity.manifest, identity.self, last, now));
  RememberStatement(statement.signer, statement.number);
  if (statement.kind == AdminKind::kRefresh) return node_->Refresh(statement);
  node_->peers().ClearFaults(statement.argument);
  return Ok();
}

// All that an enclave without a manifest takes from operators.
Result<Unit> Core::TakeRestore(ByteSpan bytes) {
  if (restore_.done()) return Fail(Status::kBackupRestored);
  if (const auto order = RestoreOrder::Parse(bytes); order.ok())
    return restore_.Begin(order.value(), crypto::PublicX25519(keys_->channel));
  if (const auto share = RestoreShare::Parse(bytes); share.ok())
    return restore_.TakeShare(share.value(), keys_->channel);
  if (const auto chunk = RestoreChunk::Parse(bytes); chunk.ok())
    return restore_.TakeChunk(chunk.value().chunk);
  return Fail(Status::kBadPhase);
}

// The number is remembered whatever becomes of the backup: each takes a statement of its own.
Result<Unit> Core::TakeExport(const BackupStatement& statement, TimeBounds now) {
  const Identity& identity = node_->identity();
  if (statement.kind != BackupKind::kExport) return Fail(Status::kBadPhase);
  PASSPORT_TRY_VOID(VerifyStatement(statement, identity.manifest, identity.self, LastNumber(), now));
  if (backup_.UnderWay()) return Fail(Status::kBusy);
  RememberStatement(statement.signatures.begin()->first, statement.number);
  PASSPORT_TRY(Bytes key, backup_.Begin(statement, static_cast<std::uint8_t>(identity.manifest.t)));
  outbox_.Log(Event::kBackupBegun, {}, statement.signatures.begin()->first, records_.count());
  outbox_->Reply(kAdminToken, 0, 0, std::move(key));
  return Ok();
}

void Core::RememberStatement(PartyIndex signer, std::uint64_t number) {
  records_.PutOwn(RecordKind::kAdmin, LastStatement{number}.Encode());
  outbox_.Log(Event::kAdminTaken, {}, signer, number);
}

Status Core::HandleAttest(const edl::AttestCall& call, edl::Effects& effects) {
  return Run(effects, [&] {
    if (call.evidence) {
      ReplyEvidence(call.token, call.nonce);
    } else {
      outbox_->Reply(call.token, 0, 0, ToBytes(AttestJson(call.nonce)));
    }
    return Status::kOk;
  });
}

Status Core::HandleStatus(const edl::StatusCall& call, edl::Effects& effects) {
  effects.Reply(call.token, 0, 0, ToBytes(StatusJson()));
  return Status::kOk;
}

}  // namespace passport::core
