// Key generation and signing, and what nodes add to a signature: their own signatures and the channel.
#include "bench/micro/harness.h"
#include "trusted/core/signing_messages.h"
#include "trusted/peer/noise.h"
#include "trusted/sign/defence.h"

namespace passport::bench {
namespace {

void AddSigning(const char* name, std::uint16_t t, std::uint16_t n) {
  AddRow<SigningBench>(
      name, [](SigningBench& bench) { bench.Finish(bench.Presign()); }, t, t, n);
}

// The part of a signature that is left when the message is known.
void AddOnline(const char* name, std::uint16_t t, std::uint16_t n) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    SigningBench bench(t, n);
    for (auto _ : state) {
      state.PauseTiming();
      auto presignatures = bench.Presign();
      state.ResumeTiming();
      bench.Finish(std::move(presignatures));
    }
    SharedBy(state, t);
  });
}

// What the leader of a 2-of-n run signs and verifies as a node: round 2 and the receipt, its own and its
// peer's.
struct NodeSignatures {
  NodeSignatures() {
    for (auto* point : {&round_2.nonce, &round_2.public_share, &round_2.gamma_nonce, &round_2.gamma_key})
      *point = *curve::MulBase(curve::Scalar::FromU64(2));
    round_2.multiply.corrections = curve::EncodedScalars(mul::MultiplyMessage::kCorrections);
  }
  Hash32 OfRound2() const { return sign::Statement(sign::Show(round_2)); }
  static Hash32 OfRound3() { return sign::Statement(sign::SignatureShare{}, core::ReceiptDigest({}), {}); }
  void Run() {
    const crypto::Ed25519Signature own[] = {key.Sign(OfRound2()), key.Sign(OfRound3())};
    PASSPORT_CHECK(crypto::VerifyEd25519(key.public_key(), OfRound2(), own[0]));
    PASSPORT_CHECK(crypto::VerifyEd25519(key.public_key(), OfRound3(), own[1]));
  }
  crypto::SystemRng rng;
  crypto::SigningKey key = crypto::SigningKey::Generate(rng);
  sign::Multiplication round_2;
};

// What one of two signers seals and opens of the other: the messages of three rounds.
struct Channel {
  void Run() {
    for (const Bytes& message : messages) {
      const Bytes sealed = send.Encrypt({}, message);
      PASSPORT_CHECK(receive.Decrypt({}, sealed).ok());
    }
  }
  crypto::SystemRng rng;
  crypto::SecretKey32 key = rng.Key();
  peer::CipherState send{key.Clone()}, receive{key.Clone()};
  Bytes messages[3] = {Bytes(sign::Header::kSize + sign::NonceCommitment::kPayloadSize),
                       Bytes(sign::Header::kSize + sign::Multiplication::kPayloadSize),
                       Bytes(sign::SignatureShare::kHeaderSize + sign::SignatureShare::kPayloadSize)};
};

struct Ed25519 {
  crypto::SystemRng rng;
  crypto::SigningKey key = crypto::SigningKey::Generate(rng);
  Hash32 message{};
  crypto::Ed25519Signature signature = key.Sign(message);
};

}  // namespace

void AddProtocolRows() {
  AddRow<KeygenBench>(
      "keygen_2of3", [](KeygenBench& bench) { bench.Run(); }, 3, std::uint16_t{2}, std::uint16_t{3});
  AddSigning("sign_2of3", 2, 3);
  AddSigning("sign_3of5", 3, 5);
  AddSigning("sign_5of9", 5, 9);
  AddOnline("online_2of3", 2, 3);
  AddRow<NodeSignatures>("nodesig_2of3", [](NodeSignatures& node) { node.Run(); });
  AddRow<Channel>("aead_2of3", [](Channel& channel) { channel.Run(); });
  AddRow<Ed25519>("ed25519_sign", [](Ed25519& o) { benchmark::DoNotOptimize(o.key.Sign(o.message)); });
  AddRow<Ed25519>("ed25519_verify", [](Ed25519& o) {
    PASSPORT_CHECK(crypto::VerifyEd25519(o.key.public_key(), o.message, o.signature));
  });
}

}  // namespace passport::bench
