// Noise KK. Section numbers are those of the Noise Protocol Framework, revision 34.
#include "trusted/peer/noise.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"

namespace passport::peer {
namespace {

using crypto::SecretBytes;
using crypto::SecretKey32;
using crypto::X25519PublicKey;

constexpr std::string_view kProtocolName = "Noise_KK_25519_ChaChaPoly_BLAKE2b";
constexpr std::size_t kHashBytes = 64;
constexpr std::size_t kBlockBytes = 128;
constexpr std::uint64_t kNonceReserved = UINT64_MAX;  // section 5.1: for Rekey only

// BLAKE2b-512, unkeyed.
class Blake2b {
 public:
  Blake2b() { crypto_generichash_blake2b_init(&state_, nullptr, 0, kHashBytes); }
  ~Blake2b() { crypto::Wipe(&state_, sizeof state_); }
  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;
  Blake2b& Update(ByteSpan data) {
    if (!data.empty()) crypto_generichash_blake2b_update(&state_, data.data(), data.size());
    return *this;
  }
  void Final(ByteArray<kHashBytes>& out) {
    crypto_generichash_blake2b_final(&state_, out.data(), out.size());
  }

 private:
  crypto_generichash_blake2b_state state_;
};

// HMAC-HASH (section 4.3, RFC 2104) with a key of at most one block.
NoiseKey64 HmacBlake2b(ByteSpan key, ByteSpan first, ByteSpan second) {
  PASSPORT_CHECK(key.size() <= kBlockBytes);
  crypto::Secret<ByteArray<kBlockBytes>> pad;
  ByteArray<kBlockBytes>& block = pad.ExposeMutable();
  std::copy(key.begin(), key.end(), block.begin());
  for (std::uint8_t& byte : block) byte ^= 0x36;
  NoiseKey64 inner;
  Blake2b().Update(block).Update(first).Update(second).Final(inner.ExposeMutable());
  for (std::uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  NoiseKey64 out;
  Blake2b().Update(block).Update(inner.Expose()).Final(out.ExposeMutable());
  return out;
}

// HKDF(chaining_key, input, 2) of section 4.3.
std::pair<NoiseKey64, NoiseKey64> Hkdf2(const NoiseKey64& chaining, ByteSpan input) {
  static constexpr ByteArray<1> kOne{1};
  static constexpr ByteArray<1> kTwo{2};
  const NoiseKey64 temporary = HmacBlake2b(chaining.Expose(), input, {});
  NoiseKey64 first = HmacBlake2b(temporary.Expose(), kOne, {});
  NoiseKey64 second = HmacBlake2b(temporary.Expose(), first.Expose(), kTwo);
  return {std::move(first), std::move(second)};
}

// Section 5.2: a cipher key is the first 32 of 64 hash bytes.
SecretKey32 Truncate(const NoiseKey64& key) {
  SecretKey32 out;
  std::copy_n(key.Expose().begin(), 32, out.ExposeMutable().begin());
  return out;
}

// Section 12.3: 32 zero bits, then the nonce as 64 bits little endian.
ByteArray<12> NonceBytes(std::uint64_t nonce) {
  ByteArray<12> out{};
  const ByteArray<8> counter = crypto::Le64(nonce);
  std::copy(counter.begin(), counter.end(), out.begin() + 4);
  return out;
}

Bytes SealChaChaPoly(const SecretKey32& key, std::uint64_t nonce, ByteSpan associated, ByteSpan plaintext) {
  Bytes out(plaintext.size() + kNoiseTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                            associated.data(), associated.size(), nullptr,
                                            NonceBytes(nonce).data(), key.Expose().data());
  return out;
}

// One DH token: mixes X25519(own, peer) into the key. kHandshake for a public key of small order.
Result<Unit> MixDh(SymmetricState& symmetric, const SecretKey32& own, const X25519PublicKey& peer) {
  const Result<SecretKey32> shared = crypto::AgreeX25519(own, peer);
  if (!shared.ok()) return Fail(Status::kHandshake);
  symmetric.MixKey(shared.value().Expose());
  return Ok();
}

// Initialize (section 5.3): name, prologue, then the pre-messages `-> s`, `<- s`.
SymmetricState StartHandshake(ByteSpan prologue, const X25519PublicKey& initiator_static,
                              const X25519PublicKey& responder_static) {
  SymmetricState symmetric(kProtocolName);
  symmetric.MixHash(prologue);
  symmetric.MixHash(initiator_static);
  symmetric.MixHash(responder_static);
  return symmetric;
}

Result<SecretBytes> ReadPayload(SymmetricState& symmetric, ByteSpan sealed) {
  Result<SecretBytes> payload = symmetric.DecryptAndHash(sealed);
  if (!payload.ok()) return Fail(Status::kHandshake);
  return payload;
}

bool HasHandshakeSize(ByteSpan message) {
  return message.size() >= kNoiseMessageBytesMin &&
         message.size() <= kNoiseMessageBytesMin + kNoisePayloadBytesMax;
}

X25519PublicKey EphemeralOf(ByteSpan message) {
  X25519PublicKey out;
  std::copy_n(message.begin(), out.size(), out.begin());
  return out;
}

Bytes Join(const X25519PublicKey& ephemeral, ByteSpan sealed_payload) {
  Bytes message = ToBytes(ephemeral);
  Append(message, sealed_payload);
  return message;
}

}  // namespace

// Makes the states, whose constructors nothing else may call.
struct NoiseSteps {
  static AwaitingMessage2 Await(SymmetricState symmetric, SecretKey32 own_static, SecretKey32 ephemeral) {
    return {std::move(symmetric), std::move(own_static), std::move(ephemeral)};
  }
  static SendingMessage2 Send(SymmetricState symmetric, const X25519PublicKey& peer_static,
                              const X25519PublicKey& peer_ephemeral) {
    return {std::move(symmetric), peer_static, peer_ephemeral};
  }
};

Bytes CipherState::Encrypt(ByteSpan associated, ByteSpan plaintext) {
  PASSPORT_CHECK(nonce_ != kNonceReserved);
  return SealChaChaPoly(key_, nonce_++, associated, plaintext);
}

Result<SecretBytes> CipherState::Decrypt(ByteSpan associated, ByteSpan sealed) {
  if (sealed.size() < kNoiseTagBytes || nonce_ == kNonceReserved) return Fail(Status::kDecrypt);
  SecretBytes out(Bytes(sealed.size() - kNoiseTagBytes));
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.ExposeMutable().data(), nullptr, nullptr, sealed.data(),
                                                sealed.size(), associated.data(), associated.size(),
                                                NonceBytes(nonce_).data(), key_.Expose().data()) != 0) {
    return Fail(Status::kDecrypt);
  }
  ++nonce_;
  return out;
}

void CipherState::Rekey() {
  const ByteArray<32> zeros{};
  SecretBytes sealed(SealChaChaPoly(key_, kNonceReserved, {}, zeros));
  std::copy_n(sealed.Expose().begin(), 32, key_.ExposeMutable().begin());
}

SymmetricState::SymmetricState(std::string_view protocol_name) {
  PASSPORT_CHECK(protocol_name.size() <= hash_.size());
  std::copy(protocol_name.begin(), protocol_name.end(), hash_.begin());
  chaining_ = NoiseKey64(hash_);
}

void SymmetricState::MixHash(ByteSpan data) {
  HandshakeHash next;
  Blake2b().Update(hash_).Update(data).Final(next);
  hash_ = next;
}

void SymmetricState::MixKey(ByteSpan input) {
  auto [chaining, key] = Hkdf2(chaining_, input);
  chaining_ = std::move(chaining);
  cipher_ = CipherState(Truncate(key));
}

Bytes SymmetricState::EncryptAndHash(ByteSpan plaintext) {
  Bytes sealed = cipher_.Encrypt(hash_, plaintext);
  MixHash(sealed);
  return sealed;
}

Result<SecretBytes> SymmetricState::DecryptAndHash(ByteSpan sealed) {
  PASSPORT_TRY(SecretBytes plaintext, cipher_.Decrypt(hash_, sealed));
  MixHash(sealed);
  return plaintext;
}

std::pair<CipherState, CipherState> SymmetricState::Split() const {
  const auto [first, second] = Hkdf2(chaining_, {});
  return {CipherState(Truncate(first)), CipherState(Truncate(second))};
}

Result<InitiatorStarted> WriteMessage1(const KkParameters& parameters, SecretKey32 ephemeral,
                                       ByteSpan payload) {
  PASSPORT_CHECK(payload.size() <= kNoisePayloadBytesMax);
  SymmetricState symmetric = StartHandshake(parameters.prologue, crypto::PublicX25519(parameters.own_static),
                                            parameters.peer_static);
  const X25519PublicKey e = crypto::PublicX25519(ephemeral);
  symmetric.MixHash(e);
  PASSPORT_TRY_VOID(MixDh(symmetric, ephemeral, parameters.peer_static));              // es
  PASSPORT_TRY_VOID(MixDh(symmetric, parameters.own_static, parameters.peer_static));  // ss
  Bytes message = Join(e, symmetric.EncryptAndHash(payload));
  return InitiatorStarted{
      NoiseSteps::Await(std::move(symmetric), parameters.own_static.Clone(), std::move(ephemeral)),
      std::move(message)};
}

Result<InitiatorFinished> AwaitingMessage2::ReadMessage2(ByteSpan message) && {
  AwaitingMessage2 spent = std::move(*this);
  if (!HasHandshakeSize(message)) return Fail(Status::kHandshake);
  const X25519PublicKey re = EphemeralOf(message);
  spent.symmetric_.MixHash(re);
  PASSPORT_TRY_VOID(MixDh(spent.symmetric_, spent.ephemeral_, re));   // ee
  PASSPORT_TRY_VOID(MixDh(spent.symmetric_, spent.own_static_, re));  // se
  PASSPORT_TRY(SecretBytes payload, ReadPayload(spent.symmetric_, message.subspan(re.size())));
  auto [send, receive] = spent.symmetric_.Split();
  return InitiatorFinished{Transport{std::move(send), std::move(receive), spent.symmetric_.hash()},
                           std::move(payload)};
}

Result<ResponderStarted> ReadMessage1(const KkParameters& parameters, ByteSpan message) {
  if (!HasHandshakeSize(message)) return Fail(Status::kHandshake);
  SymmetricState symmetric = StartHandshake(parameters.prologue, parameters.peer_static,
                                            crypto::PublicX25519(parameters.own_static));
  const X25519PublicKey re = EphemeralOf(message);
  symmetric.MixHash(re);
  PASSPORT_TRY_VOID(MixDh(symmetric, parameters.own_static, re));                      // es
  PASSPORT_TRY_VOID(MixDh(symmetric, parameters.own_static, parameters.peer_static));  // ss
  PASSPORT_TRY(SecretBytes payload, ReadPayload(symmetric, message.subspan(re.size())));
  return ResponderStarted{NoiseSteps::Send(std::move(symmetric), parameters.peer_static, re),
                          std::move(payload)};
}

Result<SendingMessage2::Finished> SendingMessage2::WriteMessage2(SecretKey32 ephemeral, ByteSpan payload) && {
  PASSPORT_CHECK(payload.size() <= kNoisePayloadBytesMax);
  SendingMessage2 spent = std::move(*this);
  const SecretKey32 own_ephemeral = std::move(ephemeral);
  const X25519PublicKey e = crypto::PublicX25519(own_ephemeral);
  spent.symmetric_.MixHash(e);
  PASSPORT_TRY_VOID(MixDh(spent.symmetric_, own_ephemeral, spent.peer_ephemeral_));  // ee
  PASSPORT_TRY_VOID(MixDh(spent.symmetric_, own_ephemeral, spent.peer_static_));     // se
  Bytes message = Join(e, spent.symmetric_.EncryptAndHash(payload));
  auto [receive, send] = spent.symmetric_.Split();
  return Finished{Transport{std::move(send), std::move(receive), spent.symmetric_.hash()},
                  std::move(message)};
}

}  // namespace passport::peer
