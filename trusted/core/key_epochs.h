// Which epoch of each key this enclave signs with, what it tells peers about it and asks them, and how the
// network's records follow (dkls23.md 7.3).
//
// A node whose disk was taken back to before a refresh does not know that there was one. It need not: it
// signs only by an account record that others have confirmed since its start (rules.md 6), and that record
// names the epoch below which nothing signs. So a key that was never refreshed waits for nothing more than
// before, and of one that was, the old epoch is refused as surely as an old scope is. Between the certificate
// of an epoch and the record that names it, a second or so, only the nodes' own states hold: those that took
// part and are restarted ask a peer before they sign with the key.
#pragma once

#include <set>

#include "trusted/core/changes.h"
#include "trusted/reshare/reshare.h"

namespace passport::core {

class EpochEvents {
 public:
  virtual ~EpochEvents() = default;
  // Signing with the key goes on in another epoch: what was begun or made in the old one is of no use.
  virtual void OnEpochChanged(const KeyId& key) = 0;
  // A peer has told what it knows of a key that was in flux.
  virtual void OnEpochClear(const KeyId& key) = 0;
};

class KeyEpochs {
 public:
  struct Parts {
    const Identity& identity;
    PeerTable& peers;
    RecordBook& records;
    replica::Replica& replica;
    RegisterView& view;
    EpochEvents& events;
    Outbox& outbox;
  };
  explicit KeyEpochs(Parts parts);

  // The epoch that this enclave signs with now, by a confirmed record of the key. Nothing: not before peers
  // have told something, which they are asked for.
  std::optional<std::uint64_t> Signing(const policy::AccountKey& key);
  // The epoch that signers should be at, as far as this node knows; it need not hold a share.
  std::uint64_t Known(const policy::AccountKey& key) const;
  std::uint64_t Known(const KeyId& key) const;
  // Whether something may come of a key for which there is no signing epoch now.
  bool InFlux(const KeyId& key) const { return flux_.contains(key); }
  // Whether a peer has told what it knows of a key that is in flux, or there is no need.
  bool IsClear(const KeyId& key) const { return !InFlux(key) || caught_up_.contains(key); }
  // Whether the epoch that the key signs with was proposed under this digest.
  bool WasMadeBy(const KeyId& key, const Hash32& digest);
  // All nodes are asked what they know of a key, not more than once a second.
  void AskAll(const KeyId& key);
  // All that this node knows of a key, for a peer that is behind; nothing if the host has to be asked first.
  void Tell(PartyIndex to, const KeyId& key);

  // A share of a new epoch that has passed all checks: it is stored and then confirmed to all. When it is
  // certified, the node that leads proposes the account's new record at once, others if it has not.
  Result<Unit> Prepare(const RecordId& account, reshare::Confirmed confirmed, bool leads);
  // Below it no epoch of the key can be prepared here. Nothing: the host is asked first.
  std::optional<std::uint64_t> Highest(const KeyId& key);
  // Who has not confirmed a pending epoch.
  std::vector<PartyIndex> Unconfirmed(const KeyId& key, std::uint64_t epoch);
  // Keys whose account records still have to follow what is certified here.
  std::size_t following() const { return following_.size(); }

  // kEpochNews, kEpochAsk.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnPeerOpen(PartyIndex party);
  void OnTick(std::uint64_t now_ms);
  // The end of a change that was started with this ticket. False: the ticket is another's.
  bool OnChanged(std::uint64_t ticket);

 private:
  struct Following {
    RecordId account;
    std::uint64_t next_ms = 0;
    std::uint64_t ticket = 0;  // of the change in progress; 0: none
  };

  void OnNews(PartyIndex from, const EpochNews& news);
  std::optional<KeyState> Load(const KeyId& key);
  void Apply(KeyState state, const reshare::Effects& effects, PartyIndex answer_to);
  void SendNews(PartyIndex to, const EpochNews& news);
  void Ask(PartyIndex to, const KeyId& key);
  void Settle(const KeyId& key, Following& entry);

  Parts parts_;
  dkg::Roster roster_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t next_asking_ms_ = 0;
  std::uint64_t next_ticket_;
  std::set<KeyId> flux_;       // with epochs that are pending or given up
  std::set<KeyId> caught_up_;  // of those: a peer has told what it knows since this start
  std::map<KeyId, std::uint64_t> asked_ms_;
  std::set<KeyId> led_;  // whose epoch in progress this node leads
  std::map<KeyId, Following> following_;
};

}  // namespace passport::core
