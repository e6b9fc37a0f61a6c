// After a refresh: the pair setups are made again, so that those from before are of no use either (dkls23.md
// 7.1). One at a time in the whole network, so that there are always others to sign with.
#pragma once

#include "trusted/core/refresh_book.h"
#include "trusted/core/refresh_messages.h"

namespace passport::core {

// One node's part: the setups with the nodes above it, which it begins (pair_setup.cpp).
class RefreshSetupsRun {
 public:
  RefreshSetupsRun(const Identity& identity, PeerTable& peers, RefreshBook& book)
      : identity_(identity), peers_(peers), book_(book) {}

  void OnOrder(PartyIndex from, const RequestId& id, const RefreshSetups& order, TimeBounds now);
  void OnTick(std::uint64_t now_ms);

 private:
  void Next();

  const Identity& identity_;
  PeerTable& peers_;
  RefreshBook& book_;
  std::uint64_t now_ms_ = 0;
  PartyIndex leader_;  // nobody: there is nothing to do
  RequestId id_;
  std::deque<PartyIndex> left_;           // the first of them is being made
  std::uint64_t until_ms_ = 0;            // then the next one is made, whatever came of this one
  std::map<PartyIndex, Hash32> done_by_;  // by leader: its statement that was followed last, since this start
};

}  // namespace passport::core
