#include "trusted/crypto/rs256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>

namespace passport::crypto {
namespace {

constexpr std::size_t kModulusBytesMin = 256;
constexpr std::size_t kModulusBytesMax = 512;
constexpr ByteArray<3> kExponent = {1, 0, 1};

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

Key LoadRsa(const RsaModulus& key) {
  const Owned<BIGNUM, BN_free> n(BN_bin2bn(key.bytes.data(), static_cast<int>(key.bytes.size()), nullptr));
  const Owned<BIGNUM, BN_free> e(BN_bin2bn(kExponent.data(), kExponent.size(), nullptr));
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  PASSPORT_CHECK(n != nullptr && e != nullptr && builder != nullptr &&
                 OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                 OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* out = nullptr;
  PASSPORT_CHECK(parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  if (EVP_PKEY_fromdata(context.get(), &out, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return nullptr;
  return Key(out);
}

}  // namespace

Result<RsaModulus> ParseRsa(ByteSpan modulus, ByteSpan exponent) {
  const bool size_fits = modulus.size() >= kModulusBytesMin && modulus.size() <= kModulusBytesMax;
  if (!size_fits || modulus.front() == 0 || (modulus.back() & 1) == 0) return Fail(Status::kBadKey);
  if (modulus.size() == kModulusBytesMin && (modulus.front() & 0x80) == 0) return Fail(Status::kBadKey);
  if (!std::ranges::equal(exponent, kExponent)) return Fail(Status::kBadKey);
  return RsaModulus{ToBytes(modulus)};
}

bool VerifyRs256(const RsaModulus& key, ByteSpan message, ByteSpan signature) {
  const Key loaded = LoadRsa(key);
  if (loaded == nullptr) return false;
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  PASSPORT_CHECK(context != nullptr);
  EVP_PKEY_CTX* padding = nullptr;  // the context's own
  return EVP_DigestVerifyInit(context.get(), &padding, EVP_sha256(), nullptr, loaded.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PADDING) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace passport::crypto
