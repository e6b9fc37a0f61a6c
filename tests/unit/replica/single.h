// One real replica among nodes that the test plays, with their keys: what a peer may lie about.
#pragma once

#include <memory>

#include "tests/unit/replica/rules.h"

namespace passport::replica {

class Single final : public Port {
 public:
  // The replica is party 1. Quorums as of the given n and t; unconfirmed: as after a restart.
  explicit Single(std::uint16_t n = 3, std::uint16_t t = 2, bool confirmed = true, bool strict = true);

  struct Sent {
    PartyIndex to;
    RequestId request;
    Message message;
  };
  struct Decision {
    PartyIndex proposer;
    RequestId request;
    bool granted = false;
    std::uint64_t value = 0;
    bool operator==(const Decision&) const = default;
  };
  // What the replica sent since the last call, of one kind.
  template <class M>
  std::vector<std::pair<PartyIndex, M>> Take() {
    std::vector<std::pair<PartyIndex, M>> out;
    for (const Sent& s : std::exchange(sent, {})) {
      if (const M* m = std::get_if<M>(&s.message)) out.emplace_back(s.to, *m);
    }
    return out;
  }
  void From(PartyIndex party, const Message& message, const RequestId& request = {}) {
    replica->OnMessage(party, request, message);
  }

  // A version that follows `before`, made as honest nodes would make it.
  Version After(const RecordId& id, const Version& before, std::uint64_t number) const;
  // A certificate for a version by these parties, who sign whatever they are asked to.
  Committed Certified(const RecordId& id, const Version& version, std::set<PartyIndex> by) const;
  crypto::Ed25519Signature SignAs(PartyIndex party, const RecordId& id, const Version& version) const;
  // Gives the replica version 1 of a record with one number in it.
  Version Give(const RecordId& id, std::uint64_t number);

  void Send(PartyIndex to, const RequestId& request, const Message& message) override {
    sent.push_back({to, request, message});
  }
  std::vector<PartyIndex> Connected() const override { return connected; }
  std::pair<Holding, const Register*> Find(const RecordId& id) override;
  void Store(const RecordId& id, Register value) override;
  void Fetch(const RecordId& id) override { fetched.push_back(id); }
  crypto::Ed25519Signature Sign(ByteSpan message) override { return keys.at(PartyIndex{1}).Sign(message); }
  void Done(std::uint64_t ticket, ChangeResult result) override { done.emplace(ticket, std::move(result)); }
  void Usable(const RecordId& id) override { usable.push_back(id); }
  void Granted(PartyIndex proposer, const RequestId& request, std::uint64_t number) override {
    decisions.push_back({proposer, request, true, number});
  }
  void Denied(PartyIndex proposer, const RequestId& request, std::uint16_t code) override {
    decisions.push_back({proposer, request, false, code});
  }
  void Forked(const RecordId& id, const Committed& ours, const Committed& theirs) override;

  std::map<PartyIndex, crypto::SigningKey> keys;
  crypto::SeededRng rng;
  LogRules rules;
  std::map<RecordId, Register> held;
  std::set<RecordId> missing;  // stored, but not in memory
  std::vector<PartyIndex> connected;
  std::vector<Sent> sent;
  std::vector<Decision> decisions;
  std::vector<RecordId> fetched, usable;
  std::map<std::uint64_t, ChangeResult> done;
  std::vector<std::pair<Committed, Committed>> forks;
  BootId boot;
  std::unique_ptr<Replica> replica;
};

}  // namespace passport::replica
