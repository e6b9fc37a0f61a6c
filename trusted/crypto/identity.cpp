#include "trusted/crypto/identity.h"

#include <sodium.h>

namespace passport::crypto {

SigningKey::SigningKey(SecretKey32 seed) : seed_(std::move(seed)) {
  crypto_sign_seed_keypair(public_key_.data(), expanded_.ExposeMutable().data(), seed_.Expose().data());
}

Ed25519Signature SigningKey::Sign(ByteSpan message) const {
  Ed25519Signature out;
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), expanded_.Expose().data());
  return out;
}

bool VerifyEd25519(const Ed25519PublicKey& key, ByteSpan message, const Ed25519Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

X25519PublicKey PublicX25519(const SecretKey32& secret) {
  X25519PublicKey out;
  crypto_scalarmult_base(out.data(), secret.Expose().data());
  return out;
}

Result<SecretKey32> AgreeX25519(const SecretKey32& secret, const X25519PublicKey& peer) {
  SecretKey32 out;
  if (crypto_scalarmult(out.ExposeMutable().data(), secret.Expose().data(), peer.data()) != 0)
    return Fail(Status::kBadKey);
  return out;
}

}  // namespace passport::crypto
