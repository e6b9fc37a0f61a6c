#include "trusted/curve/schnorr.h"

#include <secp256k1_schnorrsig.h>

namespace passport::curve {

bool VerifySchnorr(const SchnorrPublicKey& key, ByteSpan message, const SchnorrSignature& signature) {
  secp256k1_xonly_pubkey parsed;
  return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &parsed, key.data()) == 1 &&
         secp256k1_schnorrsig_verify(secp256k1_context_static, signature.data(), message.data(),
                                     message.size(), &parsed) == 1;
}

}  // namespace passport::curve
