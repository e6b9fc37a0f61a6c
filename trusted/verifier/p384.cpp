#include "trusted/verifier/p384.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace passport::verifier {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, secp384r1 }, BIT STRING { 04 || x || y } }
constexpr std::uint8_t kP384SpkiPrefix[24] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                              0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                              0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

}  // namespace

bool IsP384Spki(ByteSpan spki_der) {
  return spki_der.size() == kP384SpkiBytes &&
         std::equal(std::begin(kP384SpkiPrefix), std::end(kP384SpkiPrefix), spki_der.begin());
}

bool VerifyP384(ByteSpan spki_der, ByteSpan message, const ByteArray<48>& r, const ByteArray<48>& s) {
  if (!IsP384Spki(spki_der)) return false;
  const std::uint8_t* cursor = spki_der.data();
  const Key key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(spki_der.size())), EVP_PKEY_free);
  if (key == nullptr) return false;
  const Signature signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  PASSPORT_CHECK(signature != nullptr);
  PASSPORT_CHECK(ECDSA_SIG_set0(signature.get(), BN_bin2bn(r.data(), 48, nullptr),
                                BN_bin2bn(s.data(), 48, nullptr)) == 1);
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  PASSPORT_CHECK(size > 0);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool ok = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha384(), nullptr, key.get()) == 1 &&
                  EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), message.data(),
                                   message.size()) == 1;
  OPENSSL_free(der);
  return ok;
}

}  // namespace passport::verifier
