#include "trusted/core/record_book.h"

#include <algorithm>

#include "trusted/policy/outcome.h"

namespace passport::core {

using policy::KindOf;
using policy::RecordKind;
using replica::Holding;

namespace {

std::string SeenKey(const crypto::P256PublicKey& owner, const ByteArray<32>& r) {
  return std::string(AsText(crypto::HashSha256({owner, r})));
}

std::uint16_t TypeOf(const RecordId& id) { return id.bytes[0]; }

RecordId OwnId(RecordKind kind) { return policy::MakeRecordId(kind, {}); }

}  // namespace

void SeenIndex::Add(const policy::Scope& scope) {
  for (const auto& owner : scope.owners) {
    for (const auto& r : scope.used) uses_.emplace(SeenKey(owner, r), scope.id);
  }
}

std::optional<ScopeId> SeenIndex::UsedFor(const crypto::P256PublicKey& owner, const ByteArray<32>& r) const {
  const auto use = uses_.find(SeenKey(owner, r));
  if (use == uses_.end()) return std::nullopt;
  return use->second;
}

RecordBook::RecordBook(sealing::SealingKeys keys, std::size_t cached_max, Outbox& outbox, crypto::Rng& rng)
    : sealer_(std::move(keys)),
      cached_max_(cached_max),
      outbox_(outbox),
      rng_(rng),
      index_(sealer_.IndexKey(sealer_.keys())),
      stale_(sealer_.keys()) {}

// What is wrong is told at the end and in one word: not which record, nor how.
void RecordBook::Load(const RecordId& id, ByteSpan blob) {
  if (id == sealing::kHeadRecordId) return LoadHead(blob);
  if (!index_.Load(id, blob).ok()) {
    damaged_ = true;
    return;
  }
  const auto record = sealer_.Unseal(TypeOf(id), id, blob);
  if (!record.ok()) {
    ++unopened_;
    return;
  }
  stale_.Add(id, record.value().keys);
  if (!Remember(id, record.value().plaintext.Expose()).ok()) damaged_ = true;
}

void RecordBook::LoadHead(ByteSpan blob) {
  const auto unsealed = sealing::UnsealHead(sealer_, blob);
  if (had_head_ || !unsealed.ok()) {
    damaged_ = true;
    return;
  }
  head_ = unsealed.value().head;
  head_keys_ = unsealed.value().keys;
  had_head_ = true;
}

Result<Unit> RecordBook::LoadDone(std::optional<std::uint64_t> counter) {
  if (damaged_) return Fail(Status::kRollback);
  if (!had_head_) {
    if (index_.count() > 0) return Fail(Status::kRollback);
    head_.boot_counter = 1;
    loaded_ = true;
    return Ok();
  }
  const bool rekeyed = head_keys_ != sealer_.keys();
  if (rekeyed) index_.Rekey(sealer_.IndexKey(head_keys_));
  PASSPORT_TRY_VOID(index_.VerifyLoaded(head_));
  // From here on it is a whole store that this enclave has left, if not the last one.
  if (!sealer_.Opens(head_.oldest_keys)) return Fail(Status::kSealKeyEpoch);
  if (unopened_ > 0) return Fail(Status::kRollback);
  PASSPORT_TRY_VOID(sealing::JudgeCounter(head_.nv_counter, counter));
  if (rekeyed) index_.Rekey(sealer_.IndexKey(sealer_.keys()));
  ++head_.boot_counter;
  dirty_ = true;
  loaded_ = true;
  if (stale_.left() > 0) outbox_.Log(Event::kResealStarted, {}, {}, stale_.left());
  return Ok();
}

const crypto::SecretBytes* RecordBook::Own(RecordKind kind) const {
  const auto record = own_.find(OwnId(kind));
  return record == own_.end() ? nullptr : &record->second;
}

// What a record contains, by its kind. Nothing: one of the enclave's own, which its reader parses.
Result<std::optional<RecordBook::Content>> RecordBook::Parse(const RecordId& id, ByteSpan plaintext) {
  if (KindOf(id) == RecordKind::kKeyShare || KindOf(id) == RecordKind::kRestoredShare) {
    PASSPORT_TRY(sharing::KeyShare share, sharing::KeyShare::Parse(plaintext));
    return std::optional<Content>(std::make_shared<const sharing::KeyShare>(std::move(share)));
  }
  if (KindOf(id) == RecordKind::kKeyState) {
    PASSPORT_TRY(KeyState state, KeyState::Parse(plaintext));
    return std::optional<Content>(std::move(state));
  }
  if (!policy::IsReplicated(id)) return std::optional<Content>();
  PASSPORT_TRY(replica::Register value, replica::Register::Parse(plaintext));
  return std::optional<Content>(std::move(value));
}

// Keeps what a record contains: own records for good, others as far as the cache goes.
Result<Unit> RecordBook::Remember(const RecordId& id, ByteSpan plaintext) {
  PASSPORT_TRY(std::optional<Content> content, Parse(id, plaintext));
  if (!content) {
    own_.insert_or_assign(id, crypto::SecretBytes(ToBytes(plaintext)));
    return Ok();
  }
  if (const auto* state = std::get_if<KeyState>(&*content)) Digest(*state);
  if (const auto* value = std::get_if<replica::Register>(&*content)) Digest(id, *value);
  const auto* share = std::get_if<std::shared_ptr<const sharing::KeyShare>>(&*content);
  if (share != nullptr && KindOf(id) == RecordKind::kRestoredShare)
    restored_[(*share)->id].insert((*share)->epoch);
  Keep(id, std::move(*content));
  return Ok();
}

// What stays in memory of every register, cached or not: signatures used, holders of keys.
void RecordBook::Digest(const RecordId& id, const replica::Register& value) {
  const ByteSpan committed = value.committed.version.value;
  if (KindOf(id) == RecordKind::kScope) {
    const ByteSpan tentative = value.tentative ? ByteSpan(value.tentative->version.value) : ByteSpan{};
    for (const ByteSpan content : {committed, tentative}) {
      const auto scope = policy::Scope::Parse(content);
      if (scope.ok()) seen_.Add(scope.value());
    }
  }
  if (KindOf(id) == RecordKind::kCeremony) {
    const auto outcome = policy::Outcome::Parse(committed);
    const auto* made = outcome.ok() ? std::get_if<policy::Authenticated>(&outcome.value().what) : nullptr;
    if (made != nullptr) RememberSession(id, made->session);
  }
  if (KindOf(id) != RecordKind::kAccount) return;
  const auto account = policy::Account::Parse(committed);
  if (!account.ok() || account.value().keys.empty()) return;
  const policy::AccountKey& key = account.value().keys.front();
  KeyHolders& out = holders_[id] = {0, key.id, key.epoch};
  for (const PartyIndex party : key.holders) out.bits |= std::uint64_t{1} << (party.value - 1);
}

// Of each account the 64 that end last.
void RecordBook::RememberSession(const RecordId& id, const passkey::Session& session) {
  auto& known = sessions_[session.account];
  known.insert_or_assign(id, session);
  if (known.size() <= kSessionsListedMax) return;
  known.erase(std::ranges::min_element(known, {}, [](const auto& each) { return each.second.expires_ms; }));
}

std::map<RecordId, passkey::Session> RecordBook::SessionsOf(const RecordId& account, std::uint64_t now_ms) {
  const auto known = sessions_.find(account);
  if (known == sessions_.end()) return {};
  std::erase_if(known->second, [&](const auto& each) { return now_ms >= each.second.expires_ms; });
  return known->second;
}

// Of a copy, so that nothing is caught up by looking at it.
void RecordBook::Digest(const KeyState& state) {
  reshare::Activation activation = state.activation;
  activation.CatchUp();
  epochs_[state.key()] = {state.account, activation.SigningEpoch(), activation.IsSettled()};
}

bool RecordBook::HasShareOf(const RecordId& account) const {
  const auto holders = holders_.find(account);
  if (holders == holders_.end()) return false;
  const KeyHolders& key = holders->second;
  const auto state = epochs_.find(key.key);
  const std::uint64_t epoch = state == epochs_.end() ? 0 : state->second.certified.value_or(0);
  return epoch >= key.epoch && Exists(policy::KeyShareRecordId(key.key, epoch));
}

bool RecordBook::HasRestoredShareOf(const RecordId& account) const {
  const auto holders = holders_.find(account);
  return holders != holders_.end() && restored_.contains(holders->second.key);
}

bool RecordBook::HasRestored(const KeyId& key, std::uint64_t epoch) const {
  const auto restored = restored_.find(key);
  return restored != restored_.end() && restored->second.contains(epoch);
}

void RecordBook::Keep(const RecordId& id, Content content) {
  if (const auto entry = cache_.find(id); entry != cache_.end()) {
    recent_.erase(entry->second.place);
    cache_.erase(entry);
  }
  recent_.push_front(id);
  cache_.emplace(id, Cached{std::move(content), recent_.begin()});
  if (!dirty_ && cache_.size() > 2 * cached_max_) Evict();
}

std::optional<crypto::SecretBytes> RecordBook::PlaintextOf(const RecordId& id) const {
  if (const auto own = own_.find(id); own != own_.end())
    return crypto::SecretBytes(ToBytes(own->second.Expose()));
  const auto cached = cache_.find(id);
  if (cached == cache_.end()) return std::nullopt;
  const Content& content = cached->second.content;
  if (const auto* share = std::get_if<std::shared_ptr<const sharing::KeyShare>>(&content))
    return (*share)->EncodeSecret();
  if (const auto* state = std::get_if<KeyState>(&content)) return crypto::SecretBytes(state->Encode());
  return crypto::SecretBytes(std::get<replica::Register>(content).Encode());
}

RecordBook::Cached* RecordBook::Touch(const RecordId& id) {
  const auto entry = cache_.find(id);
  if (entry == cache_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, entry->second.place);
  return &entry->second;
}

void RecordBook::Evict() {
  while (cache_.size() > cached_max_) {
    cache_.erase(recent_.back());
    recent_.pop_back();
  }
}

std::uint64_t RecordBook::VersionAfter(const RecordId& id) const {
  const sealing::RecordIndex::Entry* before = index_.Find(id);
  return before == nullptr ? 1 : before->version + 1;
}

void RecordBook::Seal(const RecordId& id, ByteSpan plaintext) {
  const std::uint64_t version = VersionAfter(id);
  Bytes blob = sealer_.Seal({sealing::SealPolicy::kProduct, TypeOf(id), id, version, head_.counter + 1},
                            plaintext, rng_);
  index_.Put(id, version, blob);
  outbox_->Put(id.bytes, std::move(blob));
  dirty_ = true;
  OnSealedAgain(id);
}

// Progress is told in sixteenths, so that the log of a large store stays short.
void RecordBook::OnSealedAgain(const RecordId& id) {
  const std::size_t before = stale_.left();
  if (stale_.Remove(id)) return outbox_.Log(Event::kResealDone, {}, {}, stale_.total());
  const std::size_t step = std::max<std::size_t>(stale_.total() / 16, 1);
  if (stale_.left() < before && stale_.left() % step == 0)
    outbox_.Log(Event::kResealProgress, {}, {}, stale_.left());
}

void RecordBook::PutOwn(RecordKind kind, ByteSpan plaintext) {
  const RecordId id = OwnId(kind);
  Seal(id, plaintext);
  own_.insert_or_assign(id, crypto::SecretBytes(ToBytes(plaintext)));
}

void RecordBook::PutRegister(const RecordId& id, replica::Register value) {
  const crypto::SecretBytes encoded(value.Encode());
  Seal(id, encoded.Expose());
  PASSPORT_CHECK(Remember(id, encoded.Expose()).ok());
}

void RecordBook::PutShare(std::shared_ptr<const sharing::KeyShare> share) {
  const RecordId id = policy::KeyShareRecordId(share->id, share->epoch);
  Seal(id, share->EncodeSecret().Expose());
  Keep(id, std::move(share));
}

void RecordBook::PutState(KeyState state) {
  const RecordId id = policy::KeyStateRecordId(state.key());
  Seal(id, state.Encode());
  Digest(state);
  Keep(id, std::move(state));
}

void RecordBook::Erase(const RecordId& id) {
  if (const auto entry = cache_.find(id); entry != cache_.end()) {
    recent_.erase(entry->second.place);
    cache_.erase(entry);
  }
  if (!Exists(id)) return;
  index_.Drop(id);
  outbox_->Drop(id.bytes);
  dirty_ = true;
  OnSealedAgain(id);
}

void RecordBook::EraseShare(const KeyId& key, std::uint64_t epoch) {
  Erase(policy::KeyShareRecordId(key, epoch));
  if (!HasRestored(key, epoch)) return;
  Erase(policy::RestoredShareRecordId(key, epoch));
  const auto left = restored_.find(key);
  left->second.erase(epoch);
  if (left->second.empty()) restored_.erase(left);
}

Result<RecordBook::Restored> RecordBook::SealRestored(const RecordId& from, ByteSpan plaintext,
                                                      std::uint64_t backup_counter) const {
  if (from.bytes[0] == sealing::kHeadRecordId.bytes[0] || KindOf(from) == RecordKind::kHead)
    return Fail(Status::kMalformed);
  PASSPORT_TRY(const std::optional<Content> content, Parse(from, plaintext));
  RecordId id = from;
  if (KindOf(from) == RecordKind::kKeyShare) {
    const auto& share = std::get<std::shared_ptr<const sharing::KeyShare>>(*content);
    id = policy::RestoredShareRecordId(share->id, share->epoch);
  }
  const std::uint64_t counter = std::max(head_.counter, backup_counter) + 1;
  return Restored{id, sealer_.Seal({sealing::SealPolicy::kProduct, TypeOf(id), id, VersionAfter(id), counter},
                                   plaintext, rng_)};
}

void RecordBook::CommitRestored(std::map<RecordId, Bytes> records, const Hash32& manifest_hash,
                                std::uint64_t backup_counter) {
  head_.counter = std::max(head_.counter, backup_counter);
  for (auto& [id, blob] : records) {
    index_.Put(id, VersionAfter(id), blob);
    outbox_->Put(id.bytes, std::move(blob));
    OnSealedAgain(id);
  }
  SetManifestHash(manifest_hash);
}

void RecordBook::SetManifestHash(const Hash32& hash) {
  head_.manifest_hash = hash;
  dirty_ = true;
}

void RecordBook::SetCounter(std::optional<std::uint64_t> value) {
  head_.nv_counter = value;
  dirty_ = true;
}

bool RecordBook::Flush() {
  const bool changed = std::exchange(dirty_, false);
  if (changed) {
    ++head_.counter;
    head_.record_count = index_.count();
    head_.records_hash = index_.hash();
    head_.oldest_keys = stale_.oldest();
    outbox_->Put(sealing::kHeadRecordId.bytes, sealing::SealHead(sealer_, head_, rng_));
  }
  Evict();
  return changed;
}

std::pair<Holding, const replica::Register*> RecordBook::FindRegister(const RecordId& id) {
  if (const Cached* cached = Touch(id))
    return {Holding::kPresent, std::get_if<replica::Register>(&cached->content)};
  return {Exists(id) ? Holding::kMissing : Holding::kAbsent, nullptr};
}

std::pair<Holding, std::shared_ptr<const sharing::KeyShare>> RecordBook::FindShare(const KeyId& key,
                                                                                   std::uint64_t epoch) {
  return FindShareAt(policy::KeyShareRecordId(key, epoch));
}

std::pair<Holding, std::shared_ptr<const sharing::KeyShare>> RecordBook::FindRestored(const KeyId& key,
                                                                                      std::uint64_t epoch) {
  return FindShareAt(policy::RestoredShareRecordId(key, epoch));
}

std::pair<Holding, std::shared_ptr<const sharing::KeyShare>> RecordBook::FindShareAt(const RecordId& id) {
  if (const Cached* cached = Touch(id)) {
    return {Holding::kPresent, std::get<std::shared_ptr<const sharing::KeyShare>>(cached->content)};
  }
  return {Exists(id) ? Holding::kMissing : Holding::kAbsent, nullptr};
}

std::pair<Holding, const KeyState*> RecordBook::FindState(const KeyId& key) {
  const RecordId id = policy::KeyStateRecordId(key);
  if (const Cached* cached = Touch(id)) return {Holding::kPresent, std::get_if<KeyState>(&cached->content)};
  return {Exists(id) ? Holding::kMissing : Holding::kAbsent, nullptr};
}

void RecordBook::Fetch(const RecordId& id) {
  asked_.insert(id);
  outbox_->Fetch(id.bytes);
}

Result<Unit> RecordBook::OnFetched(const RecordId& id, bool found, ByteSpan blob) {
  const bool for_sealing = stale_.TakeAsked(id);
  const bool wanted = asked_.erase(id) > 0 || !for_sealing;
  if (for_sealing && !stale_.Contains(id)) return Ok();  // written or erased since it was asked for
  const auto checked = index_.CheckFetched(id, found ? std::optional(blob) : std::nullopt);
  if (!checked.ok()) {
    if (found && stale_.IsReplaced(id, crypto::HashSha256(blob))) return Ok();
    if (for_sealing) stale_.PutOff();
    return checked;
  }
  PASSPORT_TRY(const sealing::UnsealedRecord record, sealer_.Unseal(TypeOf(id), id, blob));
  if (stale_.Contains(id)) {
    stale_.Replace(id, index_.Find(id)->blob_hash);
    Seal(id, record.plaintext.Expose());
  }
  return wanted ? Remember(id, record.plaintext.Expose()) : Ok();
}

void RecordBook::Step() {
  const RecordId id = stale_.Next();
  if (const auto own = own_.find(id); own != own_.end()) return Seal(id, own->second.Expose());
  stale_.Ask(id);
  outbox_->Fetch(id.bytes);
}

}  // namespace passport::core
