// The leader's side of refreshing keys (dkls23.md 7.1): every account's key, one batch after the other in
// idle time, then the pair setups. It goes on after a restart, until the statement expires.
#pragma once

#include "trusted/core/refresh_runs.h"
#include "trusted/core/signing_leader.h"

namespace passport::core {

enum class RefreshTrouble : std::uint8_t {
  kNone,
  kAway,       // these nodes are not connected: it waits for them
  kStatement,  // these nodes do not follow the statement
  kRefused,    // these nodes could not take part with some key, or said nothing
  kNoShares,   // fewer than t nodes have shares of some key; these have none
  kSetups,     // these nodes have not made their pair setups again
  kExpired,    // the statement did before it was done
};

class RefreshLeader {
 public:
  struct Parts {
    const Identity& identity;
    PeerTable& peers;
    RecordBook& records;
    replica::Replica& replica;
    RegisterView& view;
    KeyEpochs& epochs;
    RefreshBook& book;
    const SigningLeader& signing;
    const NetworkTime& time;
    Outbox& outbox;
    crypto::Rng& rng;
  };
  explicit RefreshLeader(Parts parts);

  // By a statement that was given to this node and has been verified.
  void Lead(const AdminStatement& statement);
  // kRefreshJoin, kRefreshRefuse, kRefreshSetupsDone.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  // Begins the refresh of one key.
  bool HasWork() const;
  void Step();
  void OnEpochChanged(const KeyId& key);
  void OnTick(std::uint64_t now_ms);

  struct Progress {
    RefreshBook::Outcome outcome = RefreshBook::Outcome::kRunning;
    bool setups = false;     // the keys are done, the pair setups are being made
    std::size_t keys = 0;    // of this node's accounts
    std::size_t done = 0;    // of those, since this start
    std::size_t failed = 0;  // likewise
    RefreshTrouble trouble = RefreshTrouble::kNone;
    std::vector<PartyIndex> nodes;
  };
  // Of the latest statement that this node was given; nothing if there was none.
  std::optional<Progress> progress() const;

 private:
  struct Run {
    RecordId account;
    policy::AccountKey key;
    std::map<PartyIndex, RefreshJoin> joins;
    std::uint64_t epoch = 0;  // the new one, once it is chosen
    std::uint64_t since_ms = 0;
  };

  void Begin();
  bool running() const;
  const AdminStatement& statement() const { return parts_.book.led()->statement; }
  std::vector<PartyIndex> Away() const;
  void Later(const RecordId& account, std::uint64_t ms);
  void OnJoin(PartyIndex from, const RequestId& id, Run& run, RefreshJoin join);
  void OnRefuse(PartyIndex from, const RequestId& id, RefreshRefusal reason);
  void Retry(const RequestId& id, RefreshTrouble trouble, std::vector<PartyIndex> nodes);
  std::vector<PartyIndex> Silent(const Run& run) const;
  void OnKeysDone();
  void OrderSetups();
  void End(RefreshBook::Outcome outcome, RefreshTrouble trouble, std::vector<PartyIndex> nodes);

  Parts parts_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t rest_until_ms_ = 0;
  std::deque<RecordId> todo_;
  std::map<RecordId, unsigned> tries_;
  std::map<RequestId, Run> runs_;
  Progress progress_;
  std::deque<PartyIndex> setups_left_;  // the first was told to make its setups again
  RequestId setups_id_;
  std::uint64_t setups_until_ms_ = 0;
};

}  // namespace passport::core
