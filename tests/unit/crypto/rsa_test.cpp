// RSA envelope keys: OAEP of OpenSSL, other paddings, key forms.
#include "trusted/crypto/rsa.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::crypto {
namespace {

class EnvelopeKeyTest : public testing::Test {
 protected:
  EnvelopeKeyTest() : fields_(kat::Cases("crypto.txt", "rsa_key", 2).at(0)) {}
  EnvelopeKey Key() const {
    Result<EnvelopeKey> key = EnvelopeKey::Parse(kat::Hex(fields_[0]));
    EXPECT_TRUE(key.ok());
    return std::move(key).value();
  }
  kat::Fields fields_;
};

TEST_F(EnvelopeKeyTest, ParsesAndEncodesTheFormsOfOpenssl) {
  const EnvelopeKey key = Key();
  EXPECT_EQ(ToHex(key.EncodePrivate().Expose()), fields_[0]);
  EXPECT_EQ(ToHex(key.public_spki()), fields_[1]);
}

TEST_F(EnvelopeKeyTest, OpensWhatPythonSealed) {
  const EnvelopeKey key = Key();
  for (const kat::Fields& f : kat::Cases("crypto.txt", "rsa_oaep", 2)) {
    const Result<SecretBytes> opened = key.Open(kat::Hex(f[1]));
    ASSERT_TRUE(opened.ok()) << f[0];
    EXPECT_EQ(ToBytes(opened.value().Expose()), kat::Message(std::stoul(f[0])));
  }
}

TEST_F(EnvelopeKeyTest, RefusesOtherPaddingsHashesAndLabels) {
  const EnvelopeKey key = Key();
  for (const char* kind : {"rsa_oaep_sha1", "rsa_pkcs1", "rsa_oaep_label"}) {
    const Result<SecretBytes> opened = key.Open(kat::Hex(kat::Cases("crypto.txt", kind, 1).at(0)[0]));
    ASSERT_FALSE(opened.ok()) << kind;
    EXPECT_EQ(opened.error(), Status::kDecrypt);
  }
}

TEST_F(EnvelopeKeyTest, OpensWhatSealToEnvelopeSealed) {
  const EnvelopeKey key = Key();
  for (const std::size_t size : {std::size_t{0}, std::size_t{32}, std::size_t{190}}) {
    const Result<Bytes> sealed = SealToEnvelope(key.public_spki(), kat::Message(size));
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed.value().size(), 256u);
    const Result<SecretBytes> opened = key.Open(sealed.value());
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(ToBytes(opened.value().Expose()), kat::Message(size));
  }
  EXPECT_FALSE(SealToEnvelope(key.public_spki(), kat::Message(191)).ok());  // more than OAEP holds
}

TEST_F(EnvelopeKeyTest, RefusesChangedAndCutCiphertexts) {
  const EnvelopeKey key = Key();
  const Result<Bytes> sealed = SealToEnvelope(key.public_spki(), kat::Message(32));
  ASSERT_TRUE(sealed.ok());
  for (std::size_t i = 0; i < sealed.value().size(); i += 17) {
    Bytes changed = sealed.value();
    changed[i] ^= 1;
    const Result<SecretBytes> opened = key.Open(changed);
    ASSERT_FALSE(opened.ok()) << i;
    EXPECT_EQ(opened.error(), Status::kDecrypt);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{255}}) {
    EXPECT_FALSE(key.Open(ByteSpan(sealed.value()).first(size)).ok());
  }
  Bytes longer = sealed.value();
  longer.push_back(0);
  EXPECT_FALSE(key.Open(longer).ok());
  EXPECT_FALSE(key.Open(Bytes(256, 0xff)).ok());  // at least the modulus
}

TEST_F(EnvelopeKeyTest, AnotherKeyOpensNothing) {
  const EnvelopeKey generated = EnvelopeKey::Generate();
  const Result<Bytes> sealed = SealToEnvelope(generated.public_spki(), kat::Message(32));
  ASSERT_TRUE(sealed.ok());
  EXPECT_FALSE(Key().Open(sealed.value()).ok());
  EXPECT_TRUE(generated.Open(sealed.value()).ok());
}

TEST_F(EnvelopeKeyTest, Parse_RefusesOtherKeysAndBytes) {
  Bytes trailing = kat::Hex(fields_[0]);
  trailing.push_back(0);
  const Bytes cases[] = {
      {},
      Bytes(100, 0x30),
      trailing,
      kat::Hex(fields_[0].substr(0, 200)),
      kat::Hex(fields_[1]),  // a public key
      kat::Hex(kat::Cases("crypto.txt", "rsa_key_small", 1).at(0)[0]),
      kat::Hex(kat::Cases("crypto.txt", "ec_key", 1).at(0)[0]),
  };
  for (const Bytes& bytes : cases) {
    const Result<EnvelopeKey> key = EnvelopeKey::Parse(bytes);
    ASSERT_FALSE(key.ok()) << ToHex(bytes);
    EXPECT_EQ(key.error(), Status::kBadKey);
  }
}

TEST_F(EnvelopeKeyTest, SealToEnvelope_RefusesWhatIsNoRsaKey) {
  const Bytes p256 = kat::Hex(kat::Cases("crypto.txt", "p256", 3).at(0)[0]);
  for (const Bytes& bytes : {Bytes{}, Bytes(50, 1), p256}) {
    const Result<Bytes> sealed = SealToEnvelope(bytes, kat::Message(1));
    ASSERT_FALSE(sealed.ok());
    EXPECT_EQ(sealed.error(), Status::kBadKey);
  }
}

}  // namespace
}  // namespace passport::crypto
