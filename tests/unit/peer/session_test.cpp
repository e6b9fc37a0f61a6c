#include "trusted/peer/session.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "edl/base/codec.h"
#include "tests/golden/golden.h"
#include "tests/unit/peer/network.h"

namespace passport::peer {
namespace {

BootId BootOf(std::uint16_t party) {
  BootId boot;
  boot.bytes.fill(static_cast<std::uint8_t>(0xb0 + party));
  return boot;
}

struct EndOptions {
  VersionRange versions;
  std::uint16_t worker = 0;
  std::uint16_t peer_worker = 0;
};

Result<Session::Started> StartEnd(const Manifest& manifest, std::uint16_t own, std::uint16_t peer,
                                  const EndOptions& options = {}, std::uint64_t seed = 1) {
  const NodeKeys keys(own);
  crypto::SeededRng rng(seed + own);
  const LocalEnd local{PartyIndex{own}, options.worker, BootOf(own),
                       keys.identity,   keys.channel,   options.versions};
  return Session::Start(manifest, local, PartyIndex{peer}, options.peer_worker, rng);
}

constexpr std::string_view kEvidence = "what proves who this is";

// Two ends and the frames between them; nothing but bytes passes.
struct Link {
  Link(Session::Started a, Session::Started b)
      : low(std::move(a.session)),
        high(std::move(b.session)),
        to_high(a.frames.begin(), a.frames.end()),
        to_low(b.frames.begin(), b.frames.end()) {}

  // Delivers until nothing is under way; the reasons for which an end closed.
  void Run() {
    while (!to_high.empty() || !to_low.empty()) {
      Deliver(to_high, high, to_low, high_failure);
      Deliver(to_low, low, to_high, low_failure);
    }
  }
  static void Deliver(std::deque<Bytes>& queue, Session& to, std::deque<Bytes>& back,
                      std::optional<Status>& failure) {
    if (queue.empty()) return;
    const Bytes frame = std::move(queue.front());
    queue.pop_front();
    if (failure.has_value()) return;
    Result<SessionOutput> output = to.OnFrame(frame);
    if (!output.ok()) {
      failure = output.error();
      return;
    }
    for (Bytes& each : output.value().frames) back.push_back(std::move(each));
    // Each end shows something and accepts whatever it is shown; a second showing is refused.
    if (to.attesting()) {
      auto shown = to.SealEvidence(AsBytes(kEvidence));
      if (shown.ok()) back.push_back(std::move(shown).value());
    }
    if (output.value().evidence) back.push_back(to.Accept().value());
  }

  Session low, high;
  std::deque<Bytes> to_high, to_low;
  std::optional<Status> low_failure, high_failure;
};

Link OpenLink(std::uint64_t seed = 1) {
  const Manifest manifest = MakeManifest(3, 2);
  Link link(StartEnd(manifest, 1, 2, {}, seed).value(), StartEnd(manifest, 2, 1, {}, seed).value());
  link.Run();
  EXPECT_TRUE(link.low.open() && link.high.open());
  return link;
}

std::string TextOf(const Result<SessionOutput>& output) {
  if (!output.ok() || output.value().messages.size() != 1) return "no single message";
  return std::string(AsText(output.value().messages[0].Expose()));
}

// Two ends whose binds are verified and that have shown nothing yet.
Link BoundLink() {
  const Manifest manifest = MakeManifest(3, 2);
  Link link(StartEnd(manifest, 1, 2).value(), StartEnd(manifest, 2, 1).value());
  while (!link.low.attesting() || !link.high.attesting()) {
    for (auto* way : {&link.to_high, &link.to_low}) {
      if (way->empty()) continue;
      const Bytes frame = std::move(way->front());
      way->pop_front();
      const bool up = way == &link.to_high;
      SessionOutput output = (up ? link.high : link.low).OnFrame(frame).value();
      for (Bytes& each : output.frames) (up ? link.to_low : link.to_high).push_back(std::move(each));
    }
  }
  EXPECT_TRUE(link.to_high.empty() && link.to_low.empty());
  return link;
}

TEST(Session, OpensOnlyWhenEachEndHasAcceptedTheOther) {
  Link link = BoundLink();
  EXPECT_EQ(link.low.handshake_hash(), link.high.handshake_hash());
  EXPECT_EQ(link.low.Accept().error(), Status::kBadSession);  // nothing shown, nothing seen
  const Bytes low_shows = link.low.SealEvidence(AsBytes("low")).value();
  EXPECT_EQ(link.low.SealEvidence(AsBytes("low")).error(), Status::kBadSession);
  EXPECT_EQ(link.low.Accept().error(), Status::kBadSession);  // nothing seen
  const Bytes high_shows = link.high.SealEvidence(AsBytes("high")).value();
  EXPECT_EQ(AsText(link.high.OnFrame(low_shows).value().evidence->Expose()), "low");
  EXPECT_EQ(AsText(link.low.OnFrame(high_shows).value().evidence->Expose()), "high");

  const Bytes low_accepts = link.low.Accept().value();
  EXPECT_EQ(link.low.Accept().error(), Status::kBadSession);
  EXPECT_TRUE(link.high.OnFrame(low_accepts).ok());
  for (Session* end : {&link.low, &link.high}) {
    EXPECT_FALSE(end->open());
    EXPECT_EQ(end->Seal(AsBytes("a share")).error(), Status::kBadSession);
  }
  const Bytes high_accepts = link.high.Accept().value();
  EXPECT_TRUE(link.high.open());
  EXPECT_FALSE(link.low.open());
  EXPECT_TRUE(link.low.OnFrame(high_accepts).ok());
  EXPECT_TRUE(link.low.open());
}

TEST(Session, Open_NamesTheOtherEnd) {
  Link link = OpenLink();
  EXPECT_EQ(link.low.peer_boot(), BootOf(2));
  EXPECT_EQ(link.high.peer_boot(), BootOf(1));
  EXPECT_EQ(link.low.handshake_hash(), link.high.handshake_hash());
  EXPECT_EQ(link.low.peer(), PartyIndex{2});
  EXPECT_EQ(link.low.version(), 1);
}

TEST(Session, Start_RefusesStrangersAndForeignKeys) {
  const Manifest manifest = MakeManifest(3, 2);
  EXPECT_EQ(StartEnd(manifest, 1, 4).error(), Status::kPeerUnknown);
  EXPECT_EQ(StartEnd(manifest, 4, 1).error(), Status::kPeerUnknown);
  EXPECT_EQ(StartEnd(manifest, 1, 1).error(), Status::kPeerUnknown);
  Manifest other_keys = manifest;
  other_keys.rows[0].channel_key[0] ^= 1;
  EXPECT_EQ(StartEnd(other_keys, 1, 2).error(), Status::kBadKey);
  other_keys = manifest;
  other_keys.rows[0].identity_key[0] ^= 1;
  EXPECT_EQ(StartEnd(other_keys, 1, 2).error(), Status::kBadKey);
}

TEST(Session, Messages_ArriveInOrderInBothDirections) {
  Link link = OpenLink();
  for (int i = 0; i < 3; ++i) {
    const std::string text = "message " + std::to_string(i);
    EXPECT_EQ(TextOf(link.high.OnFrame(link.low.Seal(AsBytes(text)).value())), text);
    EXPECT_EQ(TextOf(link.low.OnFrame(link.high.Seal(AsBytes(text)).value())), text);
  }
  EXPECT_EQ(TextOf(link.high.OnFrame(link.low.Seal({}).value())), "");
}

TEST(Session, Messages_GoOnPastSeveralRekeys) {
  Link link = OpenLink();
  for (std::uint64_t i = 0; i < 3 * kRekeyMessages; ++i)
    ASSERT_EQ(TextOf(link.high.OnFrame(link.low.Seal(AsBytes("x")).value())), "x") << i;
  EXPECT_EQ(TextOf(link.low.OnFrame(link.high.Seal(AsBytes("y")).value())), "y");
}

TEST(Session, Replay_ClosesTheSession) {
  Link link = OpenLink();
  const Bytes frame = link.low.Seal(AsBytes("once")).value();
  EXPECT_TRUE(link.high.OnFrame(frame).ok());
  EXPECT_EQ(link.high.OnFrame(frame).error(), Status::kPeerReplay);
  EXPECT_FALSE(link.high.open());
  EXPECT_EQ(link.high.OnFrame(link.low.Seal(AsBytes("next")).value()).error(), Status::kBadSession);
  EXPECT_EQ(link.high.Seal(AsBytes("answer")).error(), Status::kBadSession);
}

TEST(Session, Reorder_ClosesTheSession) {
  Link link = OpenLink();
  const Bytes first = link.low.Seal(AsBytes("1")).value();
  const Bytes second = link.low.Seal(AsBytes("2")).value();
  EXPECT_EQ(link.high.OnFrame(second).error(), Status::kPeerReplay);
  EXPECT_EQ(link.high.OnFrame(first).error(), Status::kBadSession);
}

TEST(Session, Reflection_ClosesTheSession) {
  Link link = OpenLink();
  EXPECT_EQ(link.low.OnFrame(link.low.Seal(AsBytes("to myself")).value()).error(), Status::kDecrypt);
}

TEST(Session, FrameOfAnotherSession_ClosesTheSession) {
  Link link = OpenLink(1);
  Link other = OpenLink(2);
  EXPECT_EQ(link.high.OnFrame(other.low.Seal(AsBytes("from elsewhere")).value()).error(), Status::kDecrypt);
}

TEST(Session, EveryFlippedBit_ClosesTheSession) {
  const std::size_t size = OpenLink().low.Seal(AsBytes("precious")).value().size();
  EXPECT_EQ(size, 8 + kFrameOverheadBytes);
  for (std::size_t i = 0; i < size; ++i) {
    Link link = OpenLink();
    Bytes frame = link.low.Seal(AsBytes("precious")).value();
    frame[i] ^= 1;
    const Status expected = i == 0 ? Status::kHandshake : i < 9 ? Status::kPeerReplay : Status::kDecrypt;
    EXPECT_EQ(link.high.OnFrame(frame).error(), expected) << i;
    EXPECT_FALSE(link.high.open());
  }
}

TEST(Session, Truncation_ClosesTheSession) {
  for (const std::size_t size : {0u, 1u, 9u, 24u, 26u}) {
    Link link = OpenLink();
    const Bytes frame = link.low.Seal(AsBytes("precious")).value();
    EXPECT_FALSE(link.high.OnFrame(ByteSpan(frame).first(size)).ok()) << size;
    EXPECT_FALSE(link.high.open());
  }
}

TEST(Session, Sizes_AreBoundedOnBothSides) {
  Link link = OpenLink();
  const Bytes largest(kMessageBytesMax, 7);
  const Bytes frame = link.low.Seal(largest).value();
  EXPECT_EQ(frame.size(), kFrameBytesMax);
  EXPECT_EQ(TextOf(link.high.OnFrame(frame)), AsText(largest));
  EXPECT_EQ(link.low.Seal(Bytes(kMessageBytesMax + 1)).error(), Status::kTooLong);
  EXPECT_TRUE(link.low.open());
  EXPECT_EQ(link.high.OnFrame(Bytes(kFrameBytesMax + 1, 3)).error(), Status::kTooLong);
  EXPECT_FALSE(link.high.open());
}

TEST(Session, Manifests_MustBeTheSame) {
  const Manifest manifest = MakeManifest(3, 2);
  Manifest other = manifest;
  other.epoch = 1;
  Link link(StartEnd(manifest, 1, 2).value(), StartEnd(other, 2, 1).value());
  link.Run();
  EXPECT_EQ(link.low_failure, Status::kPeerManifest);
  EXPECT_EQ(link.high_failure, Status::kPeerManifest);
}

TEST(Session, Manifests_AreInTheHandshakeWhateverTheHostsAnnounce) {
  const Manifest manifest = MakeManifest(3, 2);
  Manifest other = manifest;
  other.epoch = 1;
  Link link(StartEnd(manifest, 1, 2).value(), StartEnd(other, 2, 1).value());
  std::swap(link.to_high.front(), link.to_low.front());  // each host shows its enclave its own announcement
  link.Run();
  EXPECT_EQ(link.high_failure, Status::kHandshake);
  EXPECT_FALSE(link.low.open());
}

TEST(Session, Versions_MustMeetAndTheHighestCommonOneIsUsed) {
  const Manifest manifest = MakeManifest(3, 2);
  Link link(StartEnd(manifest, 1, 2, {{1, 4}}).value(), StartEnd(manifest, 2, 1, {{3, 6}}).value());
  link.Run();
  ASSERT_TRUE(link.low.open() && link.high.open());
  EXPECT_EQ(link.low.version(), 4);
  EXPECT_EQ(link.high.version(), 4);

  Link apart(StartEnd(manifest, 1, 2, {{1, 2}}).value(), StartEnd(manifest, 2, 1, {{3, 6}}).value());
  apart.Run();
  EXPECT_EQ(apart.low_failure, Status::kPeerVersion);
  EXPECT_EQ(apart.high_failure, Status::kPeerVersion);
}

TEST(Session, Workers_AreInTheHandshake) {
  const Manifest manifest = MakeManifest(3, 2);
  Link link(StartEnd(manifest, 1, 2, {{}, 0, 1}).value(), StartEnd(manifest, 2, 1, {{}, 2, 0}).value());
  link.Run();
  EXPECT_EQ(link.high_failure, Status::kHandshake);
}

TEST(Session, Handshake_ReplayedFirstMessageNeverOpensASession) {
  const Manifest manifest = MakeManifest(3, 2);
  const auto recorded = StartEnd(manifest, 1, 2).value().frames;
  Session victim = StartEnd(manifest, 2, 1, {}, 77).value().session;
  for (const Bytes& frame : recorded) EXPECT_TRUE(victim.OnFrame(frame).ok());
  EXPECT_FALSE(victim.open());
  EXPECT_EQ(victim.Seal(AsBytes("too early")).error(), Status::kBadSession);
}

TEST(Session, EveryFrameOutOfTurn_ClosesTheSession) {
  const Manifest manifest = MakeManifest(3, 2);
  Bytes announce{0};
  Append(announce, manifest.Hash());
  const Bytes types[] = {announce, Bytes(49, 1), Bytes(49, 2), Bytes(60, 3), Bytes(60, 9)};
  for (std::size_t i = 0; i < std::size(types); ++i) {
    // Before the announcement only that fits; after it, no second one and nobody's own frames.
    Session responder = StartEnd(manifest, 2, 1).value().session;
    Session initiator = StartEnd(manifest, 1, 2).value().session;
    if (i != 0) {
      EXPECT_EQ(Session(std::move(responder)).OnFrame(types[i]).error(), Status::kHandshake) << i;
      EXPECT_EQ(Session(std::move(initiator)).OnFrame(types[i]).error(), Status::kHandshake) << i;
    }
    Session announced_to = StartEnd(manifest, 2, 1).value().session;
    ASSERT_TRUE(announced_to.OnFrame(announce).ok());
    EXPECT_EQ(announced_to.OnFrame(types[i]).error(), Status::kHandshake) << i;
    announced_to = StartEnd(manifest, 1, 2).value().session;
    ASSERT_TRUE(announced_to.OnFrame(announce).ok());
    EXPECT_EQ(announced_to.OnFrame(types[i]).error(), Status::kHandshake) << i;
    Link link = OpenLink();
    EXPECT_FALSE(link.low.OnFrame(types[i]).ok()) << i;
    EXPECT_FALSE(link.low.open());
  }
}

// A malicious core of party 1: it has the keys of its row and speaks Noise itself, so it can bind what it
// likes.
class MaliciousPeer {
 public:
  MaliciousPeer() : manifest_(MakeManifest(3, 2)), victim_(StartEnd(manifest_, 2, 1).value().session) {}

  // What the victim says to this bind, sent with this role and signed with this key.
  Result<SessionOutput> SendBind(const Bind& bind, Role role, const crypto::SigningKey& identity) {
    Transport transport = Handshake();
    const Bytes encoded = EncodeBind(bind, transport.hash, role, identity);
    return victim_.OnFrame(MessageStream(std::move(transport.send), 0).Seal(encoded));
  }
  Result<SessionOutput> SendFirst(ByteSpan message) {
    return victim_.OnFrame(MessageStream(Handshake().send, 0).Seal(message));
  }
  // Binds honestly, then says this; the first refusal. The victim has shown its evidence before, or not.
  Status SayAfterBind(bool shown, const std::vector<std::string>& messages) {
    Transport transport = Handshake();
    MessageStream stream(std::move(transport.send), 0);
    const NodeKeys keys(1);
    EXPECT_TRUE(
        victim_
            .OnFrame(stream.Seal(EncodeBind(HonestBind(), transport.hash, Role::kInitiator, keys.identity)))
            .ok());
    if (shown) {
      EXPECT_TRUE(victim_.SealEvidence({}).ok());
    }
    for (const std::string& message : messages) {
      const auto output = victim_.OnFrame(stream.Seal(AsBytes(message)));
      if (!output.ok()) return output.error();
    }
    return Status::kOk;
  }
  Bind HonestBind() const { return {{1, 1}, PartyIndex{1}, 0, BootOf(1), manifest_.Hash()}; }
  const Session& victim() const { return victim_; }

 private:
  Transport Handshake() {
    const NodeKeys keys(1);
    const Bytes prologue =
        Writer().Text("passport/1").Raw(manifest_.Hash()).U16(1).U16(0).U16(2).U16(0).Take();
    crypto::SeededRng rng(9);
    auto started =
        WriteMessage1({prologue, keys.channel, manifest_.rows[1].channel_key}, rng.Key(), {}).value();
    Bytes announce{0}, message1{1};
    Append(announce, manifest_.Hash());
    Append(message1, started.message);
    EXPECT_TRUE(victim_.OnFrame(announce).ok());
    const SessionOutput answer = victim_.OnFrame(message1).value();
    EXPECT_EQ(answer.frames.size(), 2u);
    return std::move(started.next).ReadMessage2(ByteSpan(answer.frames[0]).subspan(1)).value().transport;
  }

  Manifest manifest_;
  Session victim_;
};

TEST(Session, Bind_OfAnHonestPeerOpens) {
  MaliciousPeer peer;
  EXPECT_TRUE(peer.SendBind(peer.HonestBind(), Role::kInitiator, NodeKeys(1).identity).ok());
  EXPECT_TRUE(peer.victim().attesting());
}

// The peer accepts what it has not seen, says something else, or says it twice.
TEST(Session, AnythingElseBeforeBothAccepted_ClosesTheSession) {
  const auto said = [](bool shown, const std::vector<std::string>& messages) {
    return MaliciousPeer().SayAfterBind(shown, messages);
  };
  EXPECT_EQ(said(true, {"evidence", "accepted"}), Status::kOk);
  EXPECT_EQ(said(false, {"evidence", "accepted"}), Status::kHandshake);
  EXPECT_EQ(said(true, {"evidence", "a share"}), Status::kHandshake);
  EXPECT_EQ(said(true, {"evidence", "accepted", "accepted"}), Status::kHandshake);
  EXPECT_EQ(said(true, {"evidence", "accepted", "a share"}), Status::kHandshake);
}

TEST(Session, Bind_NeedsTheIdentityKeyOfTheManifest) {
  MaliciousPeer peer;  // a stolen channel key alone
  EXPECT_EQ(peer.SendBind(peer.HonestBind(), Role::kInitiator, NodeKeys(3).identity).error(),
            Status::kBadSignature);
  EXPECT_FALSE(peer.victim().open());
}

TEST(Session, Bind_OfTheOtherRoleIsRefused) {
  MaliciousPeer peer;
  EXPECT_EQ(peer.SendBind(peer.HonestBind(), Role::kResponder, NodeKeys(1).identity).error(),
            Status::kBadSignature);
}

TEST(Session, Bind_OfAnotherHandshakeIsRefused) {
  MaliciousPeer peer;
  HandshakeHash other{};
  EXPECT_EQ(
      peer.SendFirst(EncodeBind(peer.HonestBind(), other, Role::kInitiator, NodeKeys(1).identity)).error(),
      Status::kBadSignature);
}

TEST(Session, Bind_FieldsAreCheckedThoughSigned) {
  struct Case {
    Status expected;
    void (*change)(Bind&);
  };
  const Case cases[] = {
      {Status::kPeerUnknown, [](Bind& bind) { bind.party.value = 3; }},
      {Status::kPeerUnknown, [](Bind& bind) { bind.worker = 1; }},
      {Status::kPeerManifest, [](Bind& bind) { bind.manifest_hash[0] ^= 1; }},
      {Status::kPeerVersion,
       [](Bind& bind) {
         bind.versions = {2, 9};
       }},
      {Status::kPeerVersion,
       [](Bind& bind) {
         bind.versions = {0, 0};
       }},
      {Status::kMalformed,
       [](Bind& bind) {
         bind.versions = {2, 1};
       }},
      {Status::kMalformed, [](Bind& bind) { bind.boot = {}; }},
  };
  for (const Case& each : cases) {
    MaliciousPeer peer;
    Bind bind = peer.HonestBind();
    each.change(bind);
    EXPECT_EQ(peer.SendBind(bind, Role::kInitiator, NodeKeys(1).identity).error(), each.expected);
    EXPECT_FALSE(peer.victim().open());
  }
}

TEST(Session, Bind_MustComeBeforeAnyMessage) {
  MaliciousPeer peer;
  EXPECT_EQ(peer.SendFirst(AsBytes("sign this for me, please")).error(), Status::kMalformed);
}

TEST(Bind, Golden_FirstFormatIsReadForEver) {
  const Bytes encoded = golden::ReadGolden("bind-v1.bin");
  const HandshakeHash hash = golden::Numbered<64>(0x80);
  const NodeKeys keys(2);
  const auto bind = OpenBind(encoded, hash, Role::kResponder, keys.identity.public_key());
  ASSERT_TRUE(bind.ok());
  EXPECT_EQ(bind.value().versions.max, 3);
  EXPECT_EQ(bind.value().party, PartyIndex{2});
  EXPECT_EQ(bind.value().boot.bytes, golden::Numbered<16>(0x30));
  EXPECT_EQ(bind.value().manifest_hash, MakeManifest(3, 2).Hash());
  EXPECT_EQ(EncodeBind(bind.value(), hash, Role::kResponder, keys.identity), encoded);
}

TEST(Bind, Open_RefusesEveryFlippedBitAndEveryLength) {
  const Bytes encoded = golden::ReadGolden("bind-v1.bin");
  const HandshakeHash hash = golden::Numbered<64>(0x80);
  const NodeKeys keys(2);
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    Bytes changed = encoded;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenBind(changed, hash, Role::kResponder, keys.identity.public_key()).ok()) << i;
    EXPECT_FALSE(
        OpenBind(ByteSpan(encoded).first(i), hash, Role::kResponder, keys.identity.public_key()).ok())
        << i;
  }
}

}  // namespace
}  // namespace passport::peer
