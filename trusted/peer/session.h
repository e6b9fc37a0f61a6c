// Session: ordered, replay-proof messages between two enclaves, once each has proven identity, boot and
// manifest.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "edl/base/bytes.h"
#include "edl/base/ids.h"
#include "trusted/peer/bind.h"
#include "trusted/peer/manifest.h"
#include "trusted/peer/stream.h"

namespace passport::peer {

// Our end of a session. The keys are borrowed for the call that this is passed to.
struct LocalEnd {
  PartyIndex party;
  std::uint16_t worker = 0;
  BootId boot;
  const crypto::SigningKey& identity;
  const crypto::SecretKey32& channel;
  VersionRange versions;
};

// What one frame caused: frames to send on the same link, in order, what the peer shows of itself, and
// messages for the core.
struct SessionOutput {
  std::vector<Bytes> frames;
  std::optional<crypto::SecretBytes> evidence;
  std::optional<Status> refused;  // why the peer does not accept what we showed: the session is closed
  std::vector<crypto::SecretBytes> messages;
};

// One connection to one worker of one peer. The lower party index is the initiator. Each end sends
//   announce    the manifest hash, in clear, only so that a difference is named and not just a failed
//   handshake handshake   Noise KK; the prologue is protocol name, manifest hash, both parties and workers
//   bind        the first transport message (bind.h)
//   evidence    the second: what proves to the peer which enclave this is. Whether that is enough is the
//   core's
//               word, as is making it; both may take a while
//   accepted    the third, once the core accepted the peer's evidence; or, since version 5, `refused` and why
// and is open only when each end has accepted the other: what is sealed then is read by an enclave that this
// one accepted and that accepted this one (boundary.md 5.4). Any failure closes the session for good.
class Session {
 public:
  struct Started;
  // kPeerUnknown if the manifest has no such peer, kBadKey if our keys are not those of our own row. Draws
  // the handshake's ephemeral key.
  static Result<Started> Start(const Manifest& manifest, const LocalEnd& local, PartyIndex peer,
                               std::uint16_t peer_worker, crypto::Rng& rng);

  // Takes a frame from the link. After a failure the session is closed and the link must be cut:
  // kPeerManifest, kPeerVersion, kPeerUnknown (the peer says it is another party or worker), kBadSignature,
  // kHandshake (also a frame out of turn), kPeerReplay, kDecrypt, kTooLong, kMalformed, kBadSession (it was
  // closed before).
  Result<SessionOutput> OnFrame(ByteSpan frame);

  // Once each while attesting, or kBadSession: the frame with our evidence, of at most kMessageBytesMax
  // bytes; and, after the peer's evidence came, the frame that says it is accepted, which may open the
  // session.
  Result<Bytes> SealEvidence(ByteSpan evidence);
  Result<Bytes> Accept();
  // The frame that says why it is not accepted, after which the session is closed; nothing to a peer before
  // version 5, which would not understand it.
  std::optional<Bytes> Refuse(Status why);

  // The frame that carries a message. kBadSession unless open, kTooLong over kMessageBytesMax.
  Result<Bytes> Seal(ByteSpan message);

  bool open() const { return std::holds_alternative<Open>(state_); }
  bool attesting() const { return std::holds_alternative<Attesting>(state_); }  // the peer's bind verified
  PartyIndex peer() const { return peer_.party; }
  std::uint16_t peer_worker() const { return peer_.worker; }
  // Only while attesting or open.
  const BootId& peer_boot() const { return Bound().peer_boot; }
  const HandshakeHash& handshake_hash() const { return Bound().channel.hash; }
  std::uint16_t version() const { return Bound().version; }  // the highest that both speak
  Role own_role() const { return own_.party < peer_.party ? Role::kInitiator : Role::kResponder; }
  Role peer_role() const { return own_.party < peer_.party ? Role::kResponder : Role::kInitiator; }

 private:
  struct Peer {
    PartyIndex party;
    std::uint16_t worker = 0;
    crypto::Ed25519PublicKey identity{};
    crypto::X25519PublicKey channel{};
  };
  struct ResponderKeys {
    crypto::SecretKey32 own_static;
    crypto::SecretKey32 ephemeral;
  };
  struct Handshake {
    std::variant<AwaitingMessage2, ResponderKeys> noise;
    crypto::SigningKey identity;
  };
  struct Channel {
    MessageStream send;
    MessageStream receive;
    HandshakeHash hash{};
  };
  struct AwaitingAnnounce {
    Handshake handshake;
  };
  struct AwaitingHandshake {
    Handshake handshake;
  };
  struct AwaitingBind {
    Channel channel;
  };
  struct BoundChannel {
    Channel channel;
    BootId peer_boot;
    std::uint16_t version = 0;
  };
  struct Attesting {
    BoundChannel bound;
    bool shown = false;     // our evidence is sealed
    bool seen = false;      // the peer's came
    bool accepted = false;  // and we said so
    bool welcome = false;   // the peer accepted ours
  };
  struct Open {
    BoundChannel bound;
  };
  struct Closed {};
  using State = std::variant<AwaitingAnnounce, AwaitingHandshake, AwaitingBind, Attesting, Open, Closed>;

  Session(const Bind& own, const Peer& peer, Handshake handshake)
      : own_(own), peer_(peer), state_(AwaitingAnnounce{std::move(handshake)}) {}

  Result<SessionOutput> Handle(ByteSpan frame);
  Result<SessionOutput> OnAnnounce(AwaitingAnnounce state, ByteSpan frame);
  Result<SessionOutput> OnHandshake(AwaitingHandshake state, ByteSpan frame);
  Result<SessionOutput> OnBind(AwaitingBind state, ByteSpan frame);
  Result<SessionOutput> OnAttest(Attesting& state, ByteSpan frame);
  Result<SessionOutput> OnWord(Attesting& state, ByteSpan word);
  Result<SessionOutput> OnMessage(Open& state, ByteSpan frame);
  void OpenIfBothAccepted(Attesting& state);
  const BoundChannel& Bound() const;

  Bind own_;
  Peer peer_;
  State state_;
};

struct Session::Started {
  Session session;
  std::vector<Bytes> frames;  // to send at once
};

}  // namespace passport::peer
