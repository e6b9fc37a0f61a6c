#include "tests/unit/policy/twins.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "trusted/crypto/hash.h"

namespace passport::policy_test {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

Number NumberOf(ByteSpan bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free};
}
Bytes BytesOf(const BIGNUM* number) {
  Bytes out(32);
  PASSPORT_CHECK(BN_bn2binpad(number, out.data(), 32) == 32);
  return out;
}

// Arithmetic modulo the order.
struct ModOrder {
  Number order = NumberOf(kOrderP256);
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context{BN_CTX_new(), BN_CTX_free};

  Number Add(const Number& a, const Number& b) const {
    Number out(BN_new(), BN_free);
    PASSPORT_CHECK(BN_mod_add(out.get(), a.get(), b.get(), order.get(), context.get()) == 1);
    return out;
  }
  Number Times(const Number& a, const Number& b) const {
    Number out(BN_new(), BN_free);
    PASSPORT_CHECK(BN_mod_mul(out.get(), a.get(), b.get(), order.get(), context.get()) == 1);
    return out;
  }
  Number Inverse(const Number& a) const {
    return {BN_mod_inverse(nullptr, a.get(), order.get(), context.get()), BN_free};
  }
};

Number PrivateScalar(const client::DeveloperKey& key) {
  const Bytes der = key.EncodePrivate();
  const std::uint8_t* cursor = der.data();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
      d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(der.size())), EVP_PKEY_free);
  BIGNUM* out = nullptr;
  PASSPORT_CHECK(EVP_PKEY_get_bn_param(parsed.get(), OSSL_PKEY_PARAM_PRIV_KEY, &out) == 1);
  return {out, BN_free};
}

}  // namespace

const ByteArray<32> kOrderP256 = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

RawSignature ReadDer(ByteSpan der) {
  const std::uint8_t* cursor = der.data();
  const Signature parsed(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())), ECDSA_SIG_free);
  PASSPORT_CHECK(parsed != nullptr);
  return {BytesOf(ECDSA_SIG_get0_r(parsed.get())), BytesOf(ECDSA_SIG_get0_s(parsed.get()))};
}

Bytes WriteDer(const RawSignature& signature) {
  const Signature out(ECDSA_SIG_new(), ECDSA_SIG_free);
  PASSPORT_CHECK(
      ECDSA_SIG_set0(out.get(), NumberOf(signature.r).release(), NumberOf(signature.s).release()) == 1);
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(out.get(), &der);
  PASSPORT_CHECK(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Bytes Twin(ByteSpan der) {
  RawSignature out = ReadDer(der);
  const Number order = NumberOf(kOrderP256);
  const Number s = NumberOf(out.s);
  PASSPORT_CHECK(BN_sub(s.get(), order.get(), s.get()) == 1);
  out.s = BytesOf(s.get());
  return WriteDer(out);
}

// s = (h + r d) / k. The first signature and the key give k.
Bytes SignWithNonceOf(const client::DeveloperKey& key, ByteSpan first, std::string_view first_text,
                      std::string_view text) {
  const ModOrder mod;
  const RawSignature known = ReadDer(first);
  const Number r = NumberOf(known.r);
  const Number rd = mod.Times(r, PrivateScalar(key));
  const auto sum = [&](std::string_view signed_text) {
    return mod.Add(NumberOf(crypto::HashSha256(AsBytes(signed_text))), rd);
  };
  const Number k = mod.Times(sum(first_text), mod.Inverse(NumberOf(known.s)));
  const Number s = mod.Times(sum(text), mod.Inverse(k));
  return WriteDer({known.r, BytesOf(s.get())});
}

}  // namespace passport::policy_test
