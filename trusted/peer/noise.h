// Noise_KK_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework, revision 34): handshake and ciphers, no I/O.
#pragma once

#include <sodium.h>

#include "edl/base/bytes.h"
#include "trusted/crypto/identity.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"

namespace passport::peer {

inline constexpr std::size_t kNoiseTagBytes = 16;
inline constexpr std::size_t kNoiseMessageBytesMin = 32 + kNoiseTagBytes;  // ephemeral key, empty payload
inline constexpr std::size_t kNoisePayloadBytesMax =
    65535 - kNoiseMessageBytesMin;  // section 3, handshake only

using HandshakeHash = ByteArray<64>;  // BLAKE2b-512; unique to one handshake (section 11.2)
using NoiseKey64 = crypto::Secret<ByteArray<64>>;

// One key with its counter nonce (section 5.1). Messages open only in the order in which they were sealed.
class CipherState {
 public:
  CipherState() = default;
  explicit CipherState(crypto::SecretKey32 key) : key_(std::move(key)) {}

  // plaintext.size() + 16 bytes; moves the nonce on.
  Bytes Encrypt(ByteSpan associated, ByteSpan plaintext);
  // kDecrypt if it does not verify under the next nonce; the nonce then stays.
  Result<crypto::SecretBytes> Decrypt(ByteSpan associated, ByteSpan sealed);
  // Section 4.2: the key becomes the first 32 bytes of ENCRYPT(k, 2^64-1, "", 0^32). The nonce goes on.
  void Rekey();
  std::uint64_t next_nonce() const { return nonce_; }

 private:
  crypto::SecretKey32 key_;
  std::uint64_t nonce_ = 0;
};

// What a finished handshake leaves: one cipher per direction, and the hash both ends agree on.
struct Transport {
  CipherState send;
  CipherState receive;
  HandshakeHash hash{};
};

// Chaining key, hash and cipher of a running handshake (section 5.2). Only noise.cpp uses its operations.
class SymmetricState {
 public:
  explicit SymmetricState(std::string_view protocol_name);
  void MixHash(ByteSpan data);
  void MixKey(ByteSpan input);
  Bytes EncryptAndHash(ByteSpan plaintext);
  Result<crypto::SecretBytes> DecryptAndHash(ByteSpan sealed);
  // The initiator's sending key first (section 5.2, Split).
  std::pair<CipherState, CipherState> Split() const;
  const HandshakeHash& hash() const { return hash_; }

 private:
  HandshakeHash hash_{};
  NoiseKey64 chaining_;
  CipherState cipher_;
};

// What each end must know before: both static keys, and the bytes both must agree on. Borrowed for one call.
struct KkParameters {
  ByteSpan prologue;
  const crypto::SecretKey32& own_static;
  const crypto::X25519PublicKey& peer_static;
};

struct InitiatorFinished {
  Transport transport;
  crypto::SecretBytes payload;  // of message 2
};

// The initiator after message 1. Owns the ephemeral key; reading message 2 spends it, whatever comes of it.
class AwaitingMessage2 {
 public:
  // Message 2 is `<- e, ee, se`. kHandshake if it does not verify.
  Result<InitiatorFinished> ReadMessage2(ByteSpan message) &&;

 private:
  friend struct NoiseSteps;
  AwaitingMessage2(SymmetricState symmetric, crypto::SecretKey32 own_static, crypto::SecretKey32 ephemeral)
      : symmetric_(std::move(symmetric)),
        own_static_(std::move(own_static)),
        ephemeral_(std::move(ephemeral)) {}
  SymmetricState symmetric_;
  crypto::SecretKey32 own_static_;
  crypto::SecretKey32 ephemeral_;
};

struct InitiatorStarted {
  AwaitingMessage2 next;
  Bytes message;
};

// Message 1 is `-> e, es, ss`. Spends the ephemeral key. kHandshake if the peer's static key has small order.
Result<InitiatorStarted> WriteMessage1(const KkParameters& parameters, crypto::SecretKey32 ephemeral,
                                       ByteSpan payload);

// The responder after message 1, which anyone may have replayed: nothing is proven about the peer until it
// has sent something under the transport keys.
class SendingMessage2 {
 public:
  struct Finished {
    Transport transport;
    Bytes message;
  };
  // Spends the ephemeral key. kHandshake if the peer's ephemeral key has small order.
  Result<Finished> WriteMessage2(crypto::SecretKey32 ephemeral, ByteSpan payload) &&;

 private:
  friend struct NoiseSteps;
  SendingMessage2(SymmetricState symmetric, const crypto::X25519PublicKey& peer_static,
                  const crypto::X25519PublicKey& peer_ephemeral)
      : symmetric_(std::move(symmetric)), peer_static_(peer_static), peer_ephemeral_(peer_ephemeral) {}
  SymmetricState symmetric_;
  crypto::X25519PublicKey peer_static_;
  crypto::X25519PublicKey peer_ephemeral_;
};

struct ResponderStarted {
  SendingMessage2 next;
  crypto::SecretBytes payload;  // of message 1: replayable, and not forward secret
};

// kHandshake if message 1 does not verify.
Result<ResponderStarted> ReadMessage1(const KkParameters& parameters, ByteSpan message);

}  // namespace passport::peer
