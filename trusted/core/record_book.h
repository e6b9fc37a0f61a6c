// The enclave's records: sealed for the host's disk, indexed and partly cached here (rules.md 7;
// boundary.md 4.3, 4.4).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "sealing/head.h"
#include "trusted/core/key_state.h"
#include "trusted/core/outbox.h"
#include "trusted/core/stale_records.h"
#include "trusted/passkey/session.h"
#include "trusted/policy/record_ids.h"
#include "trusted/policy/scope_rules.h"
#include "trusted/replica/replica.h"
#include "trusted/sharing/key_share.h"

namespace passport::core {

// Records that must be at hand at once are few; the rest can be fetched again.
inline constexpr std::size_t kRecordsCachedDefault = 65'536;

inline constexpr std::size_t kSessionsListedMax = 64;  // of one account

// Which owner signature changed which scope (rules.md 3), over all scopes this enclave holds.
class SeenIndex final : public policy::SeenSignatures {
 public:
  void Add(const policy::Scope& scope);
  std::optional<ScopeId> UsedFor(const crypto::P256PublicKey& owner, const ByteArray<32>& r) const override;

 private:
  std::unordered_map<std::string, ScopeId> uses_;
};

class RecordBook {
 public:
  RecordBook(sealing::SealingKeys keys, std::size_t cached_max, Outbox& outbox, crypto::Rng& rng);

  // Start: every record the host has, then LoadDone with what the TPM's counter reads, if there is one.
  // kRollback if they are not exactly the records of a head that opens, whatever is wrong with them, so that
  // the host learns nothing from what it tries; only of a whole store of its own the enclave says more:
  // kSealKeyEpoch if it lacks the keys of some records, and what sealing::JudgeCounter gives.
  void Load(const RecordId& id, ByteSpan blob);
  Result<Unit> LoadDone(std::optional<std::uint64_t> counter);
  bool empty() const { return !had_head_; }  // the first start of this enclave
  const sealing::Head& head() const { return head_; }
  // One of the enclave's own records, found while loading.
  const crypto::SecretBytes* Own(policy::RecordKind kind) const;

  // Seals and stores. What is stored in one call is one transaction, closed by Flush with a new head.
  void PutOwn(policy::RecordKind kind, ByteSpan plaintext);
  void PutRegister(const RecordId& id, replica::Register value);
  void PutShare(std::shared_ptr<const sharing::KeyShare> share);
  void PutState(KeyState state);
  void Erase(const RecordId& id);  // with the record of it on the disk; fine if there is none
  void EraseShare(const KeyId& key, std::uint64_t epoch);  // a restored one as well
  void SetManifestHash(const Hash32& hash);
  // What heads name from now on (rollback_counter.h).
  void SetCounter(std::optional<std::uint64_t> value);
  bool Flush();  // whether there was a change, and so a new head

  // At hand, to be fetched, or absent. Pointers hold until the end of the call.
  std::pair<replica::Holding, const replica::Register*> FindRegister(const RecordId& id);
  std::pair<replica::Holding, std::shared_ptr<const sharing::KeyShare>> FindShare(const KeyId& key,
                                                                                  std::uint64_t epoch);
  // The same of a share that came back from a backup (docs/adr/0021): whoever signs, makes presignatures or
  // helps others does not look here, a refresh does.
  std::pair<replica::Holding, std::shared_ptr<const sharing::KeyShare>> FindRestored(const KeyId& key,
                                                                                     std::uint64_t epoch);
  std::pair<replica::Holding, const KeyState*> FindState(const KeyId& key);
  void Fetch(const RecordId& id);
  // The host's answer. kRollback: it gave other bytes than were stored, or none; the record stays unusable.
  Result<Unit> OnFetched(const RecordId& id, bool found, ByteSpan blob);

  // Records under older keys are sealed again, one in each step: at once, or when the host has fetched it.
  // Not before the whole store has been found to be this enclave's: until then nothing is written.
  bool HasWork() const { return loaded_ && stale_.HasWork(); }
  void Step();
  void OnTick(std::uint64_t now_ms) { stale_.OnTick(now_ms); }
  const StaleRecords& stale() const { return stale_; }
  const sealing::Sealer& sealer() const { return sealer_; }

  // A record of a backup, sealed as this enclave's own; a share becomes a restored one. Nothing is stored
  // before CommitRestored. kMalformed for what Load would not take. backup_counter: of the head of the store
  // that it comes from, above which this one's goes on.
  struct Restored {
    RecordId id;
    Bytes blob;
  };
  Result<Restored> SealRestored(const RecordId& id, ByteSpan plaintext, std::uint64_t backup_counter) const;
  // All at once, in the transaction of this call. What is in memory is not theirs: the enclave has to start
  // anew.
  void CommitRestored(std::map<RecordId, Bytes> records, const Hash32& manifest_hash,
                      std::uint64_t backup_counter);

  std::vector<RecordId> Ids() const { return index_.Ids(); }
  // As it is sealed; nothing if it is not at hand, and has to be fetched.
  std::optional<crypto::SecretBytes> PlaintextOf(const RecordId& id) const;
  bool Exists(const RecordId& id) const { return index_.Find(id) != nullptr; }
  std::uint64_t count() const { return index_.count(); }
  SeenIndex& seen() { return seen_; }
  // Which nodes hold a share of an account's key by its register, as bits by party index from 1 (rules.md
  // 16), and of which epoch.
  struct KeyHolders {
    std::uint64_t bits = 0;
    KeyId key;
    std::uint64_t epoch = 0;
  };
  const std::map<RecordId, KeyHolders>& holders() const { return holders_; }
  // Not after its disk was taken back to before the key was made or refreshed, whatever the register says.
  bool HasShareOf(const RecordId& account) const;
  bool HasRestoredShareOf(const RecordId& account) const;
  bool HasRestored(const KeyId& key, std::uint64_t epoch) const;
  // Sessions of an account that this node has heard of and that end after `now_ms`, by their registers.
  std::map<RecordId, passkey::Session> SessionsOf(const RecordId& account, std::uint64_t now_ms);
  // What stays in memory of every KeyState.
  struct KeyEpoch {
    RecordId account;
    std::optional<std::uint64_t> certified;  // the highest epoch that is
    bool settled = false;                    // nothing else is pending or given up
  };
  const std::unordered_map<KeyId, KeyEpoch>& epochs() const { return epochs_; }

 private:
  using Content = std::variant<replica::Register, std::shared_ptr<const sharing::KeyShare>, KeyState>;
  struct Cached {
    Content content;
    std::list<RecordId>::iterator place;
  };

  void LoadHead(ByteSpan blob);
  void Seal(const RecordId& id, ByteSpan plaintext);
  void OnSealedAgain(const RecordId& id);
  static Result<std::optional<Content>> Parse(const RecordId& id, ByteSpan plaintext);
  Result<Unit> Remember(const RecordId& id, ByteSpan plaintext);
  std::uint64_t VersionAfter(const RecordId& id) const;
  std::pair<replica::Holding, std::shared_ptr<const sharing::KeyShare>> FindShareAt(const RecordId& id);
  void Digest(const RecordId& id, const replica::Register& value);
  void Digest(const KeyState& state);
  void RememberSession(const RecordId& id, const passkey::Session& session);
  void Keep(const RecordId& id, Content content);
  Cached* Touch(const RecordId& id);
  void Evict();

  sealing::Sealer sealer_;
  std::size_t cached_max_;
  Outbox& outbox_;
  crypto::Rng& rng_;
  sealing::RecordIndex index_;
  StaleRecords stale_;
  std::set<RecordId> asked_;  // of the host, by others than stale_
  sealing::Head head_;
  sealing::KeyVersion head_keys_;
  bool had_head_ = false;
  bool loaded_ = false;
  bool dirty_ = false;
  // Of a start: something that was never a record of this enclave, and records for which it has no keys.
  bool damaged_ = false;
  std::size_t unopened_ = 0;
  std::unordered_map<RecordId, crypto::SecretBytes> own_;
  std::unordered_map<RecordId, Cached> cache_;
  std::list<RecordId> recent_;  // newest first
  SeenIndex seen_;
  std::map<RecordId, KeyHolders> holders_;
  std::unordered_map<KeyId, KeyEpoch> epochs_;
  std::unordered_map<KeyId, std::set<std::uint64_t>> restored_;                  // epochs of restored shares
  std::unordered_map<RecordId, std::map<RecordId, passkey::Session>> sessions_;  // by account
};

}  // namespace passport::core
