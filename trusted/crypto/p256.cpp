#include "trusted/crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>

namespace passport::crypto {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 || x || y } }
constexpr std::uint8_t kSpkiPrefix[27] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                          0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                          0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
// n, the order of the base point (SEC 2, 2.4.2), and floor(n / 2).
constexpr ByteArray<32> kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr ByteArray<32> kHalfOrder = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                                      0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using EcdsaSig = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

constexpr std::size_t kPointAt = sizeof kSpkiPrefix - 1;  // its byte 04 is in the prefix

// A key without a point, made once: OpenSSL builds the curve anew for each key that does not begin as a copy.
EVP_PKEY* CurveOnly() {
  static EVP_PKEY* const made = [] {
    EVP_PKEY* out = nullptr;
    char curve[] = "P-256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
                               OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
    PASSPORT_CHECK(context != nullptr && EVP_PKEY_fromdata_init(context) == 1 &&
                   EVP_PKEY_fromdata(context, &out, EVP_PKEY_KEY_PARAMETERS, parameters) == 1);
    EVP_PKEY_CTX_free(context);
    return out;
  }();
  return made;
}

// Null unless it is that encoding of a point on the curve, which OpenSSL checks. OpenSSL's own reader of DER
// would take three times as long as all the rest of a verification.
Key LoadKey(ByteSpan spki_der) {
  if (spki_der.size() != std::tuple_size_v<P256PublicKey> ||
      !std::equal(std::begin(kSpkiPrefix), std::end(kSpkiPrefix), spki_der.begin()))
    return {nullptr, EVP_PKEY_free};
  Key key(EVP_PKEY_new(), EVP_PKEY_free);
  PASSPORT_CHECK(key != nullptr && EVP_PKEY_copy_parameters(key.get(), CurveOnly()) == 1);
  const ByteSpan point = spki_der.subspan(kPointAt);
  if (EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) != 1) key.reset();
  return key;
}

// One DER INTEGER, minimal and positive, below 2^256, as 32 big-endian bytes.
Result<ByteArray<32>> ParseInteger(ByteSpan& rest) {
  if (rest.size() < 2 || rest[0] != 0x02) return Fail(Status::kBadSignature);
  const std::size_t size = rest[1];
  if (size == 0 || size > 33 || rest.size() < 2 + size) return Fail(Status::kBadSignature);
  ByteSpan digits = rest.subspan(2, size);
  rest = rest.subspan(2 + size);
  if ((digits[0] & 0x80) != 0) return Fail(Status::kBadSignature);
  if (digits[0] == 0 && size > 1) {
    if ((digits[1] & 0x80) == 0) return Fail(Status::kBadSignature);
    digits = digits.subspan(1);
  }
  if (digits.size() > 32) return Fail(Status::kBadSignature);
  ByteArray<32> out{};
  std::copy(digits.begin(), digits.end(), out.begin() + static_cast<std::ptrdiff_t>(32 - digits.size()));
  if (out == ByteArray<32>{} || out >= kOrder) return Fail(Status::kBadSignature);
  return out;
}

ByteArray<32> Negate(const ByteArray<32>& s) {
  ByteArray<32> out;
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = kOrder[i] - s[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    out[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  return out;
}

}  // namespace

Result<P256PublicKey> ParseP256(ByteSpan spki_der) {
  if (LoadKey(spki_der) == nullptr) return Fail(Status::kBadKey);
  P256PublicKey out;
  std::copy(spki_der.begin(), spki_der.end(), out.begin());
  return out;
}

Result<P256PublicKey> P256FromCoordinates(ByteSpan x, ByteSpan y) {
  if (x.size() != 32 || y.size() != 32) return Fail(Status::kBadKey);
  Bytes spki(std::begin(kSpkiPrefix), std::end(kSpkiPrefix));
  Append(spki, x);
  Append(spki, y);
  return ParseP256(spki);
}

Result<P256Signature> ParseP256Signature(ByteSpan der) {
  if (der.size() < 2 || der[0] != 0x30 || der[1] >= 0x80 || der.size() != std::size_t{2} + der[1]) {
    return Fail(Status::kBadSignature);
  }
  ByteSpan rest = der.subspan(2);
  P256Signature out;
  PASSPORT_TRY(out.r, ParseInteger(rest));
  PASSPORT_TRY(out.s, ParseInteger(rest));
  if (!rest.empty()) return Fail(Status::kBadSignature);
  if (out.s > kHalfOrder) out.s = Negate(out.s);
  return out;
}

bool VerifyP256(const P256PublicKey& key, ByteSpan message, const P256Signature& signature) {
  const Key pkey = LoadKey(key);
  const EcdsaSig sig(ECDSA_SIG_new(), ECDSA_SIG_free);
  PASSPORT_CHECK(sig != nullptr);
  if (pkey == nullptr) return false;
  PASSPORT_CHECK(ECDSA_SIG_set0(sig.get(), BN_bin2bn(signature.r.data(), 32, nullptr),
                                BN_bin2bn(signature.s.data(), 32, nullptr)) == 1);
  std::uint8_t* der = nullptr;
  const int der_size = i2d_ECDSA_SIG(sig.get(), &der);
  PASSPORT_CHECK(der_size > 0);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool ok = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, pkey.get()) == 1 &&
                  EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(der_size), message.data(),
                                   message.size()) == 1;
  OPENSSL_free(der);
  return ok;
}

}  // namespace passport::crypto
