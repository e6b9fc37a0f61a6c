#include "trusted/peer/session.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"

namespace passport::peer {
namespace {

constexpr std::string_view kProtocolName = "passport/1";
constexpr std::string_view kAccepted = "accepted";
constexpr std::string_view kRefused = "refused";  // then the Status, LE16
constexpr std::uint16_t kRefusesSince = 5;

Bytes Frame(FrameType type, ByteSpan body) {
  return Writer().U8(static_cast<std::uint8_t>(type)).Raw(body).Take();
}

// The body of a handshake-time frame. kTooLong, or kHandshake for a frame out of turn.
Result<ByteSpan> BodyOf(ByteSpan frame, FrameType type) {
  if (frame.size() > kFrameBytesMax) return Fail(Status::kTooLong);
  if (frame.empty() || frame.front() != static_cast<std::uint8_t>(type)) return Fail(Status::kHandshake);
  return frame.subspan(1);
}

Bytes Prologue(const Bind& own, PartyIndex peer, std::uint16_t peer_worker) {
  struct Address {
    PartyIndex party;
    std::uint16_t worker;
  };
  const auto [initiator, responder] =
      own.party < peer ? std::pair<Address, Address>({own.party, own.worker}, {peer, peer_worker})
                       : std::pair<Address, Address>({peer, peer_worker}, {own.party, own.worker});
  Writer writer;
  writer.Text(kProtocolName).Raw(own.manifest_hash);
  writer.U16(initiator.party.value).U16(initiator.worker).U16(responder.party.value).U16(responder.worker);
  return writer.Take();
}

}  // namespace

Result<Session::Started> Session::Start(const Manifest& manifest, const LocalEnd& local, PartyIndex peer,
                                        std::uint16_t peer_worker, crypto::Rng& rng) {
  const ManifestRow* own_row = manifest.Row(local.party);
  const ManifestRow* peer_row = manifest.Row(peer);
  if (own_row == nullptr || peer_row == nullptr || peer == local.party) return Fail(Status::kPeerUnknown);
  if (own_row->identity_key != local.identity.public_key() ||
      own_row->channel_key != crypto::PublicX25519(local.channel))
    return Fail(Status::kBadKey);

  const Bind own{local.versions, local.party, local.worker, local.boot, manifest.Hash()};
  const Peer other{peer, peer_worker, peer_row->identity_key, peer_row->channel_key};
  std::vector<Bytes> frames{Frame(FrameType::kAnnounce, own.manifest_hash)};
  crypto::SigningKey identity(local.identity.seed().Clone());
  if (local.party > peer) {
    Handshake responder{ResponderKeys{local.channel.Clone(), rng.Key()}, std::move(identity)};
    return Started{Session(own, other, std::move(responder)), std::move(frames)};
  }
  const Bytes prologue = Prologue(own, peer, peer_worker);
  PASSPORT_TRY(InitiatorStarted started,
               WriteMessage1({prologue, local.channel, other.channel}, rng.Key(), {}));
  frames.push_back(Frame(FrameType::kHandshake1, started.message));
  Handshake initiator{std::move(started.next), std::move(identity)};
  return Started{Session(own, other, std::move(initiator)), std::move(frames)};
}

Result<SessionOutput> Session::OnFrame(ByteSpan frame) {
  Result<SessionOutput> output = Handle(frame);
  if (!output.ok()) state_ = Closed{};
  return output;
}

Result<SessionOutput> Session::Handle(ByteSpan frame) {
  if (auto* state = std::get_if<Open>(&state_)) return OnMessage(*state, frame);
  if (auto* state = std::get_if<Attesting>(&state_)) return OnAttest(*state, frame);
  if (auto* state = std::get_if<AwaitingBind>(&state_)) return OnBind(std::move(*state), frame);
  if (auto* state = std::get_if<AwaitingHandshake>(&state_)) return OnHandshake(std::move(*state), frame);
  if (auto* state = std::get_if<AwaitingAnnounce>(&state_)) return OnAnnounce(std::move(*state), frame);
  return Fail(Status::kBadSession);
}

Result<SessionOutput> Session::OnAnnounce(AwaitingAnnounce state, ByteSpan frame) {
  PASSPORT_TRY(const ByteSpan body, BodyOf(frame, FrameType::kAnnounce));
  if (!Equal(body, own_.manifest_hash)) return Fail(Status::kPeerManifest);
  state_ = AwaitingHandshake{std::move(state.handshake)};
  return SessionOutput{};
}

Result<SessionOutput> Session::OnHandshake(AwaitingHandshake state, ByteSpan frame) {
  SessionOutput output;
  Transport transport;
  if (auto* initiator = std::get_if<AwaitingMessage2>(&state.handshake.noise)) {
    PASSPORT_TRY(const ByteSpan body, BodyOf(frame, FrameType::kHandshake2));
    PASSPORT_TRY(InitiatorFinished finished, std::move(*initiator).ReadMessage2(body));
    if (!finished.payload.Expose().empty()) return Fail(Status::kHandshake);
    transport = std::move(finished.transport);
  } else {
    PASSPORT_TRY(const ByteSpan body, BodyOf(frame, FrameType::kHandshake1));
    auto& keys = std::get<ResponderKeys>(state.handshake.noise);
    const Bytes prologue = Prologue(own_, peer_.party, peer_.worker);
    PASSPORT_TRY(ResponderStarted started, ReadMessage1({prologue, keys.own_static, peer_.channel}, body));
    if (!started.payload.Expose().empty()) return Fail(Status::kHandshake);
    PASSPORT_TRY(SendingMessage2::Finished finished,
                 std::move(started.next).WriteMessage2(std::move(keys.ephemeral), {}));
    output.frames.push_back(Frame(FrameType::kHandshake2, finished.message));
    transport = std::move(finished.transport);
  }
  Channel channel{{std::move(transport.send), static_cast<std::uint8_t>(own_role())},
                  {std::move(transport.receive), static_cast<std::uint8_t>(peer_role())},
                  transport.hash};
  output.frames.push_back(
      channel.send.Seal(EncodeBind(own_, channel.hash, own_role(), state.handshake.identity)));
  state_ = AwaitingBind{std::move(channel)};
  return output;
}

Result<SessionOutput> Session::OnBind(AwaitingBind state, ByteSpan frame) {
  PASSPORT_TRY_VOID(BodyOf(frame, FrameType::kTransport));
  PASSPORT_TRY(const crypto::SecretBytes message, state.channel.receive.Open(frame));
  PASSPORT_TRY(const Bind bind, OpenBind(message.Expose(), state.channel.hash, peer_role(), peer_.identity));
  if (bind.party != peer_.party || bind.worker != peer_.worker) return Fail(Status::kPeerUnknown);
  if (bind.manifest_hash != own_.manifest_hash) return Fail(Status::kPeerManifest);
  const std::uint16_t version = std::min(own_.versions.max, bind.versions.max);
  if (version < own_.versions.min || version < bind.versions.min) return Fail(Status::kPeerVersion);
  state_ = Attesting{{std::move(state.channel), bind.boot, version}};
  return SessionOutput{};
}

Result<SessionOutput> Session::OnAttest(Attesting& state, ByteSpan frame) {
  PASSPORT_TRY_VOID(BodyOf(frame, FrameType::kTransport));
  PASSPORT_TRY(crypto::SecretBytes message, state.bound.channel.receive.Open(frame));
  SessionOutput output;
  if (!state.seen) {
    state.seen = true;
    output.evidence = std::move(message);
    return output;
  }
  // It has not seen our evidence, or speaks twice before both are open.
  if (state.welcome || !state.shown) return Fail(Status::kHandshake);
  return OnWord(state, message.Expose());
}

// Accepted or refused, and nothing else.
Result<SessionOutput> Session::OnWord(Attesting& state, ByteSpan word) {
  SessionOutput output;
  if (crypto::EqualCt(word, AsBytes(kAccepted))) {
    state.welcome = true;
    OpenIfBothAccepted(state);
    return output;
  }
  if (state.bound.version < kRefusesSince || word.size() != kRefused.size() + 2 ||
      AsText(word.first(kRefused.size())) != kRefused)
    return Fail(Status::kHandshake);
  output.refused = Status{Reader(word.subspan(kRefused.size())).U16()};
  state_ = Closed{};
  return output;
}

Result<Bytes> Session::SealEvidence(ByteSpan evidence) {
  auto* state = std::get_if<Attesting>(&state_);
  if (state == nullptr || state->shown) return Fail(Status::kBadSession);
  if (evidence.size() > kMessageBytesMax) return Fail(Status::kTooLong);
  state->shown = true;
  return state->bound.channel.send.Seal(evidence);
}

Result<Bytes> Session::Accept() {
  auto* state = std::get_if<Attesting>(&state_);
  if (state == nullptr || !state->shown || !state->seen || state->accepted) return Fail(Status::kBadSession);
  state->accepted = true;
  Bytes frame = state->bound.channel.send.Seal(AsBytes(kAccepted));
  OpenIfBothAccepted(*state);
  return frame;
}

std::optional<Bytes> Session::Refuse(Status why) {
  auto* state = std::get_if<Attesting>(&state_);
  if (state == nullptr || !state->shown || state->accepted || state->bound.version < kRefusesSince)
    return std::nullopt;
  Writer word;
  word.Raw(AsBytes(kRefused)).U16(static_cast<std::uint16_t>(why));
  Bytes frame = state->bound.channel.send.Seal(word.bytes());
  state_ = Closed{};
  return frame;
}

void Session::OpenIfBothAccepted(Attesting& state) {
  if (!state.accepted || !state.welcome) return;
  BoundChannel bound = std::move(state.bound);  // out of what the assignment destroys
  state_ = Open{std::move(bound)};
}

Result<SessionOutput> Session::OnMessage(Open& state, ByteSpan frame) {
  PASSPORT_TRY_VOID(BodyOf(frame, FrameType::kTransport));
  PASSPORT_TRY(crypto::SecretBytes message, state.bound.channel.receive.Open(frame));
  SessionOutput output;
  output.messages.push_back(std::move(message));
  return output;
}

Result<Bytes> Session::Seal(ByteSpan message) {
  Open* state = std::get_if<Open>(&state_);
  if (state == nullptr) return Fail(Status::kBadSession);
  if (message.size() > kMessageBytesMax) return Fail(Status::kTooLong);
  return state->bound.channel.send.Seal(message);
}

const Session::BoundChannel& Session::Bound() const {
  if (const auto* state = std::get_if<Attesting>(&state_)) return state->bound;
  const Open* state = std::get_if<Open>(&state_);
  PASSPORT_CHECK(state != nullptr);
  return state->bound;
}

}  // namespace passport::peer
