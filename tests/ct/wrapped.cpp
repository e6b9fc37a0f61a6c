// Three functions of the product as the linker lets this program see them (--wrap, tests/ct/CMakeLists.txt):
// where a secret begins inside a library, and where something stops being one inside a function.
#include "tests/ct/poison.h"
#include "trusted/crypto/rsa.h"
#include "trusted/curve/scalar.h"
#include "trusted/peer/bind.h"

#define EnvelopeOpenSymbol "_ZNK8passport6crypto11EnvelopeKey4OpenESt4spanIKhLm18446744073709551615EE"
#define OpenBindSymbol \
  "_ZN8passport4peer8OpenBindESt4spanIKhLm18446744073709551615EERKSt5arrayIhLm64EENS0_4RoleERKS4_IhLm32EE"
#define FromCoinSymbol "_ZN8passport5curve6Scalar8FromCoinERKSt5arrayIhLm16EE"

namespace passport::ct {

// What RSA gave is secret from the moment it is ours; RSA itself is OpenSSL's, and is not looked at.
Result<crypto::SecretBytes> RealOpen(const crypto::EnvelopeKey* key,
                                     ByteSpan ciphertext) asm("__real_" EnvelopeOpenSymbol);
Result<crypto::SecretBytes> WrappedOpen(const crypto::EnvelopeKey* key,
                                        ByteSpan ciphertext) asm("__wrap_" EnvelopeOpenSymbol);
Result<crypto::SecretBytes> WrappedOpen(const crypto::EnvelopeKey* key, ByteSpan ciphertext) {
  auto opened = RealOpen(key, ciphertext);
  if (opened.ok()) Poison(opened.value().ExposeMutable());
  return opened;
}

// The first message of a channel says what is in both manifests, the boot and a signature: encrypted, but no
// secret.
Result<peer::Bind> RealOpenBind(ByteSpan input, const peer::HandshakeHash& hash, peer::Role sender,
                                const crypto::Ed25519PublicKey& identity) asm("__real_" OpenBindSymbol);
Result<peer::Bind> WrappedOpenBind(ByteSpan input, const peer::HandshakeHash& hash, peer::Role sender,
                                   const crypto::Ed25519PublicKey& identity) asm("__wrap_" OpenBindSymbol);
Result<peer::Bind> WrappedOpenBind(ByteSpan input, const peer::HandshakeHash& hash, peer::Role sender,
                                   const crypto::Ed25519PublicKey& identity) {
  Publish(input);
  Publish(hash);  // of the handshake's messages, which were on the wire
  return RealOpenBind(input, hash, sender, identity);
}

// The coin that merges two checks of signing is drawn after the message that it judges, and is used once: it
// may be known by then.
curve::Scalar RealFromCoin(const ByteArray<16>& coin) asm("__real_" FromCoinSymbol);
curve::Scalar WrappedFromCoin(const ByteArray<16>& coin) asm("__wrap_" FromCoinSymbol);
curve::Scalar WrappedFromCoin(const ByteArray<16>& coin) {
  Publish(coin);
  return RealFromCoin(coin);
}

}  // namespace passport::ct
