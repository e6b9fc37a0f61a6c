#include "trusted/peer/noise.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::peer {
namespace {

using crypto::SecretBytes;
using crypto::SecretKey32;

static_assert(!std::is_copy_constructible_v<AwaitingMessage2>);
static_assert(!std::is_copy_constructible_v<SendingMessage2>);
static_assert(!std::is_copy_constructible_v<CipherState>);

// The published vector, split into named fields.
struct Vector {
  Bytes prologue;
  SecretKey32 initiator_static, initiator_ephemeral, responder_static, responder_ephemeral;
  crypto::X25519PublicKey initiator_public, responder_public;
  HandshakeHash hash;
  std::vector<kat::Fields> messages;
};

Vector ReadVector() {
  const kat::Fields row = kat::Cases("noise_kk.txt", "handshake", 8).front();
  const auto secret = [&](std::size_t i) { return SecretKey32(kat::HexArray<32>(row[i])); };
  return {kat::Hex(row[0]),
          secret(1),
          secret(2),
          secret(3),
          secret(4),
          kat::HexArray<32>(row[5]),
          kat::HexArray<32>(row[6]),
          kat::HexArray<64>(row[7]),
          kat::Cases("noise_kk.txt", "message", 2)};
}

// Both ends after a handshake with the keys of the vector and empty payloads.
struct Ends {
  Transport initiator, responder;
};
Result<Ends> RunHandshake(const Vector& vector, ByteSpan responder_prologue) {
  PASSPORT_TRY(InitiatorStarted first,
               WriteMessage1({vector.prologue, vector.initiator_static, vector.responder_public},
                             vector.initiator_ephemeral.Clone(), {}));
  PASSPORT_TRY(
      ResponderStarted second,
      ReadMessage1({responder_prologue, vector.responder_static, vector.initiator_public}, first.message));
  PASSPORT_TRY(SendingMessage2::Finished responder,
               std::move(second.next).WriteMessage2(vector.responder_ephemeral.Clone(), {}));
  PASSPORT_TRY(InitiatorFinished initiator, std::move(first.next).ReadMessage2(responder.message));
  return Ends{std::move(initiator.transport), std::move(responder.transport)};
}

Ends Handshaken() { return RunHandshake(ReadVector(), ReadVector().prologue).value(); }

TEST(Noise, Handshake_MatchesThePublishedVector) {
  const Vector vector = ReadVector();
  ASSERT_EQ(vector.messages.size(), 6u);
  auto first = WriteMessage1({vector.prologue, vector.initiator_static, vector.responder_public},
                             vector.initiator_ephemeral.Clone(), kat::Hex(vector.messages[0][0]));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(ToHex(first.value().message), vector.messages[0][1]);
  auto second = ReadMessage1({vector.prologue, vector.responder_static, vector.initiator_public},
                             first.value().message);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(ToHex(second.value().payload.Expose()), vector.messages[0][0]);
  auto responder = std::move(second.value().next)
                       .WriteMessage2(vector.responder_ephemeral.Clone(), kat::Hex(vector.messages[1][0]));
  ASSERT_TRUE(responder.ok());
  EXPECT_EQ(ToHex(responder.value().message), vector.messages[1][1]);
  auto initiator = std::move(first.value().next).ReadMessage2(responder.value().message);
  ASSERT_TRUE(initiator.ok());
  EXPECT_EQ(ToHex(initiator.value().payload.Expose()), vector.messages[1][0]);
  EXPECT_EQ(initiator.value().transport.hash, vector.hash);
  EXPECT_EQ(responder.value().transport.hash, vector.hash);

  Transport* ends[] = {&initiator.value().transport, &responder.value().transport};
  for (std::size_t i = 2; i < vector.messages.size(); ++i) {
    const Bytes sealed = ends[i % 2]->send.Encrypt({}, kat::Hex(vector.messages[i][0]));
    EXPECT_EQ(ToHex(sealed), vector.messages[i][1]);
    const auto opened = ends[1 - i % 2]->receive.Decrypt({}, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(ToHex(opened.value().Expose()), vector.messages[i][0]);
  }
}

TEST(Noise, Rekey_MatchesAnIndependentImplementation) {
  const kat::Fields row = kat::Cases("noise_rekey.txt", "rekey", 2).front();
  CipherState cipher{SecretKey32(kat::HexArray<32>(row[0]))};
  cipher.Rekey();
  EXPECT_EQ(ToHex(cipher.Encrypt(AsBytes("associated"), AsBytes("after"))), row[1]);
}

TEST(Noise, Rekey_KeepsBothEndsInStepAndTheNonceGoing) {
  Ends ends = Handshaken();
  (void)ends.responder.receive.Decrypt({}, ends.initiator.send.Encrypt({}, AsBytes("one")));
  ends.initiator.send.Rekey();
  const Bytes sealed = ends.initiator.send.Encrypt({}, AsBytes("two"));
  EXPECT_FALSE(ends.responder.receive.Decrypt({}, sealed).ok());
  ends.responder.receive.Rekey();
  EXPECT_TRUE(ends.responder.receive.Decrypt({}, sealed).ok());
  EXPECT_EQ(ends.responder.receive.next_nonce(), 2u);
}

TEST(Noise, Handshake_RefusesAnotherPrologue) {
  const auto ends = RunHandshake(ReadVector(), AsBytes("Prologue124"));
  ASSERT_FALSE(ends.ok());
  EXPECT_EQ(ends.error(), Status::kHandshake);
}

TEST(Noise, ReadMessage1_RefusesEveryFlippedBitAndEveryLength) {
  const Vector vector = ReadVector();
  const KkParameters responder{vector.prologue, vector.responder_static, vector.initiator_public};
  const Bytes message = WriteMessage1({vector.prologue, vector.initiator_static, vector.responder_public},
                                      vector.initiator_ephemeral.Clone(), {})
                            .value()
                            .message;
  ASSERT_TRUE(ReadMessage1(responder, message).ok());
  for (std::size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] ^= 1;
    EXPECT_EQ(ReadMessage1(responder, changed).error(), Status::kHandshake) << i;
    EXPECT_EQ(ReadMessage1(responder, ByteSpan(message).first(i)).error(), Status::kHandshake) << i;
  }
  Bytes longer = message;
  longer.push_back(0);
  EXPECT_EQ(ReadMessage1(responder, longer).error(), Status::kHandshake);
  EXPECT_EQ(ReadMessage1(responder, Bytes(70000)).error(), Status::kHandshake);
}

TEST(Noise, ReadMessage2_RefusesEveryFlippedBit) {
  const Vector vector = ReadVector();
  const KkParameters responder{vector.prologue, vector.responder_static, vector.initiator_public};
  const auto start = [&] {
    return WriteMessage1({vector.prologue, vector.initiator_static, vector.responder_public},
                         vector.initiator_ephemeral.Clone(), {})
        .value();
  };
  const Bytes message = std::move(ReadMessage1(responder, start().message).value().next)
                            .WriteMessage2(vector.responder_ephemeral.Clone(), {})
                            .value()
                            .message;
  ASSERT_TRUE(std::move(start().next).ReadMessage2(message).ok());
  for (std::size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] ^= 0x80;
    // The top bit of an X25519 public key is ignored by the curve (RFC 7748) but not by the hash.
    EXPECT_EQ(std::move(start().next).ReadMessage2(changed).error(), Status::kHandshake) << i;
  }
  EXPECT_EQ(std::move(start().next).ReadMessage2({}).error(), Status::kHandshake);
}

TEST(Noise, Handshake_RefusesASmallOrderEphemeralKey) {
  const Vector vector = ReadVector();
  const Bytes message(kNoiseMessageBytesMin, 0);  // the all-zero key has small order
  EXPECT_EQ(
      ReadMessage1({vector.prologue, vector.responder_static, vector.initiator_public}, message).error(),
      Status::kHandshake);
}

TEST(Noise, Handshake_RefusesSomebodyElsesStaticKey) {
  Vector vector = ReadVector();
  vector.initiator_static = SecretKey32(kat::HexArray<32>(std::string(64, '5')));
  EXPECT_FALSE(RunHandshake(vector, vector.prologue).ok());
}

TEST(Noise, CipherState_OpensOnlyInOrderAndWithTheSameAssociatedData) {
  Ends ends = Handshaken();
  const Bytes first = ends.initiator.send.Encrypt(AsBytes("a"), AsBytes("one"));
  const Bytes second = ends.initiator.send.Encrypt(AsBytes("a"), AsBytes("two"));
  CipherState& receive = ends.responder.receive;
  EXPECT_EQ(receive.Decrypt(AsBytes("a"), second).error(), Status::kDecrypt);
  EXPECT_EQ(receive.Decrypt(AsBytes("b"), first).error(), Status::kDecrypt);
  EXPECT_EQ(receive.Decrypt(AsBytes("a"), ByteSpan(first).first(15)).error(), Status::kDecrypt);
  EXPECT_TRUE(receive.Decrypt(AsBytes("a"), first).ok());
  EXPECT_EQ(receive.Decrypt(AsBytes("a"), first).error(), Status::kDecrypt);
  EXPECT_TRUE(receive.Decrypt(AsBytes("a"), second).ok());
}

}  // namespace
}  // namespace passport::peer
