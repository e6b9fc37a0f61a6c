// A relay with the stolen keys of both ends of a link: it reads, changes, drops and forges what two cores say
// to each other. Any core whose messages pass through one can be made to lie.
#pragma once

#include <functional>

#include "trusted/core/peer_table.h"

namespace passport::sim {

// The secrets of a node, out of its disk.
struct StolenKeys {
  PartyIndex party;
  BootId boot;
  crypto::SigningKey identity;
  crypto::SecretKey32 channel;
};

class Relay {
 public:
  // Sees each message; false drops it.
  using Tap = std::function<bool(PartyIndex from, PartyIndex to, core::PeerMessage& message)>;
  struct Frame {
    PartyIndex to;
    Bytes bytes;
  };

  Relay(const peer::Manifest& manifest, const StolenKeys& a, const StolenKeys& b, crypto::Rng& rng);

  // The frames that open the two sessions.
  std::vector<Frame> TakeFirst() { return std::move(first_); }
  // What a frame from one end causes at both. Throws if the frame is refused.
  std::vector<Frame> OnFrame(PartyIndex from, ByteSpan frame, const Tap& tap);
  // A frame that makes `to` read this message from the other end. Throws unless the session is open.
  Frame Forge(PartyIndex to, const core::PeerMessage& message);

 private:
  struct End {
    PartyIndex party;  // who is at this end; the relay speaks to it as the other one
    peer::Session session;
    std::vector<Bytes> waiting;  // for the session to open
  };
  End& At(PartyIndex party) { return ends_[0].party == party ? ends_[0] : ends_[1]; }
  End& Opposite(PartyIndex party) { return ends_[0].party == party ? ends_[1] : ends_[0]; }

  std::vector<End> ends_;
  std::vector<Frame> first_;
};

}  // namespace passport::sim
