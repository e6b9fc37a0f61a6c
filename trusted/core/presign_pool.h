// Presignatures that wait for a message (dkls23.md 6.8; rules.md 33, 37): in this enclave's memory only, each
// handed out once.
//
// Each node that leads has a shelf of its own, an equal part of the pool, so that no leader can push out what
// another one has made. Within a shelf, each scope has an equal share.
#pragma once

#include <array>
#include <functional>

#include "trusted/core/decision.h"
#include "trusted/core/presign_config.h"
#include "trusted/sign/defence.h"
#include "trusted/sign/sign.h"

namespace passport::core {

// Which key a presignature is for. It is bound to all of it when it is made, so nobody can choose a tweak
// after having seen R; the digest is computed from the client's request by every signer. With both, the
// attacks of Groth and Shoup (2021/1330) on presignatures have nothing to choose (dkls23.md 6.8.4).
struct PresignedKey {
  KeyId id;
  Hash32 path{};            // of the derived key; zero: the key itself
  std::uint64_t epoch = 0;  // of its shares
  bool operator==(const PresignedKey&) const = default;
};

// A presignature and what it may be used for: its signers and setups are in its session.
struct PooledPresignature {
  PartyIndex leader;  // only this node may ask for the share
  PresignedKey key;
  RecordRef scope;  // the versions by which it was made: another version, another policy
  RecordRef account;
  std::uint64_t expires_unix_ms = 0;
  sign::Presignature presignature;  // move-only, and so is this
  sign::Exchanges exchanges = {};   // of its round 2, for a blame round
};

enum class PresignLoss : std::uint8_t { kExpired, kEvicted, kPairLost, kRecordChanged, kUnconfirmed, kCount };

class PresignPool {
 public:
  struct Counts {
    std::uint64_t made = 0;    // that this node has taken part in
    std::uint64_t hits = 0;    // signatures led here, with a presignature
    std::uint64_t misses = 0;  // and without one
    std::array<std::uint64_t, static_cast<std::size_t>(PresignLoss::kCount)> lost{};
  };

  PresignPool(const PresignConfig& config, std::size_t leaders, Outbox& outbox)
      : config_(config), shelf_max_(config.total_max / leaders), outbox_(outbox) {}

  const PresignConfig& config() const { return config_; }
  bool enabled() const { return shelf_max_ > 0; }
  std::size_t size() const { return entries_.size(); }
  const Counts& counts() const { return counts_; }

  // Makes room where its scope has more than its share, or the shelf is full.
  void Add(const RequestId& run, PooledPresignature made);
  // Out of the pool for good: whatever comes of it, it is spent. Nothing if this leader has none of that id.
  std::optional<PooledPresignature> Take(const Hash32& ssid, PartyIndex leader);
  std::size_t CountOf(PartyIndex leader, const PresignedKey& key,
                      const std::vector<PartyIndex>& quorum) const;

  // At the leader. A presignature can be claimed when all its signers hold it, and only once.
  void Confirm(const Hash32& ssid);
  struct Claimed {
    Hash32 ssid{};
    std::vector<PartyIndex> quorum;
    curve::Point nonce;
  };
  using SetFilter = std::function<bool(const std::vector<PartyIndex>& quorum)>;
  std::optional<Claimed> Claim(PartyIndex self, const PresignedKey& key, const RecordRef& scope,
                               const RecordRef& account, const SetFilter& usable);
  void CountUse(const RequestId& request, bool hit);

  // What must never be used again.
  void Drop(const Hash32& ssid, PresignLoss loss);
  void OnSetupLost(PartyIndex party);
  void OnVersion(const RecordId& record, std::uint64_t version);
  void OnEpochChanged(const KeyId& key);
  void OnTick(std::uint64_t latest_unix_ms, std::uint64_t now_ms);

 private:
  struct Entry {
    PooledPresignature what;
    std::uint64_t used = 0;  // when its key was last used, or it was made; counted, not timed
    bool confirmed = false;
    bool claimed = false;
  };
  using Entries = std::map<Hash32, Entry>;
  using Filter = std::function<bool(const Entry&)>;

  static bool IsOf(const Entry& entry, PartyIndex leader, const PresignedKey& key);
  Entries::iterator LeastRecent(const Filter& filter);
  void DropIf(const Filter& filter, PresignLoss loss);
  void MakeRoom(const PooledPresignature& made);

  PresignConfig config_;
  std::size_t shelf_max_;
  Outbox& outbox_;
  Entries entries_;  // by ssid
  Counts counts_;
  std::uint64_t uses_ = 0;
  std::uint64_t latest_unix_ms_ = 0;
  std::uint64_t checked_ms_ = 0;
  std::size_t told_ = 0;  // the last size that was logged
};

std::string_view NameOf(PresignLoss loss);

}  // namespace passport::core
