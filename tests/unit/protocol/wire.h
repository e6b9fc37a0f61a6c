// Bytes between the parties of a test run: what is sent is recorded, may be changed on its way, and is parsed
// again by whoever receives it.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "edl/base/bytes.h"
#include "trusted/crypto/hash.h"
#include "trusted/protocol/step.h"

namespace passport::test {

using Parties = std::vector<PartyIndex>;

struct Route {
  int round = 0;
  PartyIndex from;
  PartyIndex to;
  auto operator<=>(const Route&) const = default;
};
// Changes a message on its way.
using Tamper = std::function<void(const Route&, Bytes&)>;

class Wire {
 public:
  explicit Wire(Tamper tamper) : tamper_(std::move(tamper)) {}

  void Send(const Route& route, ByteSpan message) {
    sent_[route] = ToBytes(message);
    trace_.Update(message);
    directions_[{route.from, route.to}].Update(message);
    Bytes& arriving = arriving_[route];
    arriving = ToBytes(message);
    if (tamper_) tamper_(route, arriving);
  }

  // What reached a party in a round. A message that does not parse ends the run and blames who sent it; one
  // that never came ends it too.
  template <class Message>
  protocol::Outcome<protocol::Inbox<Message>> Receive(int round, PartyIndex to,
                                                      const Parties& parties) const {
    protocol::Inbox<Message> inbox;
    for (const PartyIndex from : parties) {
      if (from == to) continue;
      const auto message = arriving_.find({round, from, to});
      if (message == arriving_.end()) continue;
      auto parsed = Message::Parse(message->second);
      if (!parsed.ok()) return Fail(protocol::Abort{protocol::AbortReason::kMalformed, from});
      inbox.emplace(from, std::move(parsed).value());
    }
    return inbox;
  }

  const Bytes& sent(const Route& route) const { return sent_.at(route); }
  bool HasSent(const Route& route) const { return sent_.contains(route); }
  // One hash of all bytes sent so far, in order.
  Hash32 Trace() const { return crypto::Sha256(trace_).Final(); }
  // The same of all that one party has sent to another.
  Hash32 Trace(PartyIndex from, PartyIndex to) const {
    return crypto::Sha256(directions_.at({from, to})).Final();
  }

 private:
  Tamper tamper_;
  std::map<Route, Bytes> sent_;
  std::map<Route, Bytes> arriving_;
  crypto::Sha256 trace_;
  std::map<std::pair<PartyIndex, PartyIndex>, crypto::Sha256> directions_;
};

}  // namespace passport::test
