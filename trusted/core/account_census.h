// How a node hears of keys that were made, and of shares that were lost or repaired, while it could not be
// reached: it asks each peer that it meets. The registers themselves come as certified versions.
#pragma once

#include "trusted/core/record_book.h"
#include "trusted/core/repair_messages.h"

namespace passport::core {

class AccountCensus {
 public:
  AccountCensus(PeerTable& peers, const RecordBook& records) : peers_(peers), records_(records) {}

  // kAccountsAsk, kAccountsList.
  void OnMessage(PartyIndex from, const PeerMessage& message);
  void OnPeerOpen(PartyIndex party) { asking_[party] = {}; }
  void OnPeerLost(PartyIndex party) { asking_.erase(party); }
  void OnTick(std::uint64_t now_ms);

 private:
  struct Asking {
    RecordId after;
    bool asked = false;  // and not answered
  };
  struct Answered {
    std::uint64_t second = 0;
    std::size_t count = 0;
  };

  void OnAsk(PartyIndex from, const AccountsAsk& ask);
  void OnList(PartyIndex from, const AccountsList& list);

  PeerTable& peers_;
  const RecordBook& records_;
  std::uint64_t now_ms_ = 0;
  std::map<PartyIndex, Asking> asking_;
  std::map<PartyIndex, Answered> answered_;
};

}  // namespace passport::core
