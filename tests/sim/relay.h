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

  // What the relay shows `to` as evidence of `as` in their session: its own making, or changed by a test.
  struct Showing {
    PartyIndex as;
    PartyIndex to;
    claims::Claims claims;       // without evidence, as good as the keys of `as` can make them
    Bytes seen;                  // the proof that `as` itself has shown the relay; empty: nothing yet
    std::optional<Bytes> bytes;  // what is shown instead
    bool confirmed = true;       // what `as` says of its policy
    Bytes statement = {};        // and shows of it
  };
  using EvidenceTap = std::function<void(Showing& showing)>;

  Relay(const peer::Manifest& manifest, const StolenKeys& a, const StolenKeys& b, crypto::Rng& rng,
        EvidenceTap tap = {});

  // The frames that open the two sessions.
  std::vector<Frame> TakeFirst() { return std::move(first_); }
  // What a frame from one end causes at both. Throws if the frame is refused.
  std::vector<Frame> OnFrame(PartyIndex from, ByteSpan frame, const Tap& tap);
  // Whether one end did not accept what it was shown, upon which a peer cuts the link.
  bool refused() const { return refused_; }
  // A frame that makes `to` read this message from the other end. Throws unless the session is open.
  Frame Forge(PartyIndex to, const core::PeerMessage& message);

 private:
  struct End {
    PartyIndex party;  // who is at this end; the relay speaks to it as the other one
    peer::Session session;
    BootId as_boot;                   // of the other one
    std::vector<Bytes> waiting = {};  // for the session to open
    Bytes seen = {};                  // the evidence that this end has shown
    bool shown = false;
  };
  void Attest(End& end, std::vector<Frame>& out);
  End& At(PartyIndex party) { return ends_[0].party == party ? ends_[0] : ends_[1]; }
  End& Opposite(PartyIndex party) { return ends_[0].party == party ? ends_[1] : ends_[0]; }

  const peer::Manifest& manifest_;
  EvidenceTap evidence_tap_;
  std::vector<End> ends_;
  std::vector<Frame> first_;
  bool refused_ = false;
};

}  // namespace passport::sim
