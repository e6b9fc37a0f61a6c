// Bytes between the parties of a test run: what is sent is recorded, may be changed on its way, and is parsed
// again by whoever receives it.
#pragma once

#include <algorithm>
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
  bool HasSent(PartyIndex from, PartyIndex to) const { return directions_.contains({from, to}); }
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

// "from>to first 16 digits" of the trace of each direction in which something was sent.
inline std::vector<std::string> TracesOf(const Wire& wire, const Parties& parties) {
  std::vector<std::string> out;
  for (const PartyIndex from : parties) {
    for (const PartyIndex to : parties) {
      if (!wire.HasSent(from, to)) continue;
      out.push_back(std::to_string(from.value) + ">" + std::to_string(to.value) + " " +
                    ToHex(wire.Trace(from, to)).substr(0, 16));
    }
  }
  return out;
}

// What is left of a run with all its parties in one process: its bytes, and why parties have stopped.
struct Run {
  explicit Run(Tamper tamper) : wire(std::move(tamper)) {}
  Wire wire;
  std::map<PartyIndex, protocol::Abort> aborts;

  // Whether the party can not go on, which is noted.
  template <class T>
  bool Stopped(PartyIndex self, const protocol::Outcome<T>& outcome) {
    if (!outcome.ok()) aborts.emplace(self, outcome.error());
    return !outcome.ok();
  }

  void SendToOthers(int round, PartyIndex self, const Parties& parties, ByteSpan message) {
    for (const PartyIndex peer : parties) {
      if (peer != self) wire.Send({round, self, peer}, message);
    }
  }

  // One message from each of the senders other than self. A party that lacks one stops with kPeerLost.
  template <class Message>
  std::optional<protocol::Inbox<Message>> Receive(int round, PartyIndex self, const Parties& senders) {
    auto inbox = wire.Receive<Message>(round, self, senders);
    if (Stopped(self, inbox)) return std::nullopt;
    const auto others = senders.size() - static_cast<std::size_t>(std::ranges::count(senders, self));
    if (inbox.value().size() < others) {
      aborts.emplace(self, protocol::Abort{protocol::AbortReason::kPeerLost, {}});
      return std::nullopt;
    }
    return std::move(inbox).value();
  }
};

}  // namespace passport::test
