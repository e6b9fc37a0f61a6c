// The frame of every message between cores: version, kind, request id, then the body of that kind.
#pragma once

#include "edl/base/codec.h"
#include "edl/base/ids.h"
#include "trusted/crypto/rng.h"

namespace passport::core {

// A request id begins with its gateway's party index (LE16), so that nobody else can lead in its name.
inline RequestId MakeRequestId(PartyIndex gateway, crypto::Rng& rng) {
  RequestId out{rng.Array<16>()};
  out.bytes[0] = static_cast<std::uint8_t>(gateway.value);
  out.bytes[1] = static_cast<std::uint8_t>(gateway.value >> 8);
  return out;
}
inline PartyIndex GatewayOf(const RequestId& request) {
  return PartyIndex{static_cast<std::uint16_t>(request.bytes[0] | request.bytes[1] << 8)};
}

// Never reused. A peer that sends an unknown kind is of a newer build: the message is ignored and counted.
enum class MessageKind : std::uint16_t {
  kSetupHello = 1,
  kSetupReply = 2,
  kSetupFinish = 3,
  kSetupConfirm = 4,
  kSetupReset = 5,
  kReplica = 16,
  kKeygenInvite = 32,
  kKeygenCommitment = 33,
  kKeygenOpening = 34,
  kKeygenConfirmation = 35,
  kKeygenAbort = 36,
  kSignInvite = 48,
  kSignJoin = 49,
  kSignBegin = 50,
  kSignRound1 = 51,
  kSignRound2 = 52,
  kSignRound3 = 53,
  kSignRefuse = 54,
  kSignOnline = 55,
  kSignDispute = 57,
  kSignDefence = 58,
  kSignEvidence = 59,
  kTime = 64,
  kReceived = 65,
  kPresignInvite = 80,
  kPresignJoin = 81,
  kPresignBegin = 82,
  kPresignRound1 = 83,
  kPresignRound2 = 84,
  kPresignReady = 85,
  kPresignRefuse = 86,
  kEpochNews = 96,  // this and those below since protocol version 3
  kEpochAsk = 97,
  kRefreshInvite = 98,
  kRefreshJoin = 99,
  kRefreshBegin = 100,
  kRefreshCommitment = 101,
  kRefreshOpening = 102,
  kRefreshRefuse = 103,
  kRefreshSetups = 104,
  kRefreshSetupsDone = 105,
  kRepairInvite = 112,
  kRepairJoin = 113,
  kRepairBegin = 114,
  kRepairPart = 115,
  kRepairSum = 116,
  kRepairEnd = 117,
  kAccountsAsk = 118,
  kAccountsList = 119,
  kCeremonyAsk = 128,
  kCeremonyPart = 129,
};

inline constexpr std::uint8_t kPeerMessageVersion = 1;

// The client request that caused the message, as its sender says (rules.md 36); zero if none did: a pair's
// setup, the envelope key.
struct PeerMessage {
  MessageKind kind = MessageKind::kReplica;
  RequestId request;
  Bytes body;  // wiped with the message: some carry secrets to an attested peer

  PeerMessage() = default;
  PeerMessage(MessageKind message_kind, const RequestId& caused_by, Bytes content)
      : kind(message_kind), request(caused_by), body(std::move(content)) {}
  PeerMessage(PeerMessage&&) = default;
  PeerMessage& operator=(PeerMessage&&) = default;
  PeerMessage(const PeerMessage&) = default;
  PeerMessage& operator=(const PeerMessage&) = default;
  ~PeerMessage() { crypto::Wipe(body); }

  Bytes Encode() const {
    Writer out;
    out.U8(kPeerMessageVersion).U16(static_cast<std::uint16_t>(kind)).Raw(request.bytes).Raw(body);
    return out.Take();
  }
  // kPeerVersion for another version, kMalformed if shorter than its header. The kind is not checked.
  static Result<PeerMessage> Parse(ByteSpan bytes) {
    Reader in(bytes);
    const std::uint8_t version = in.U8();
    PeerMessage out;
    out.kind = static_cast<MessageKind>(in.U16());
    out.request = RequestId{in.Array<16>()};
    out.body = ToBytes(in.Raw(in.remaining()));
    if (!in.Done()) return Fail(Status::kMalformed);
    if (version != kPeerMessageVersion) return Fail(Status::kPeerVersion);
    return out;
  }
};

}  // namespace passport::core
