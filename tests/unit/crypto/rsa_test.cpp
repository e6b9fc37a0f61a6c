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

// The numbers of RSAPrivateKey (RFC 8017 A.1.2), to be bent.
enum Number {
  kVersion,
  kModulus,
  kExponent,
  kPrivate,
  kPrime1,
  kPrime2,
  kExponent1,
  kExponent2,
  kCoefficient
};

std::vector<Bytes> NumbersOf(const EnvelopeKey& key) {
  const SecretBytes der = key.EncodePrivate();
  // PKCS#8 begins with 26 bytes of its own for a key of this size, RSAPrivateKey with 4.
  ByteSpan rest = der.Expose().subspan(26 + 4);
  std::vector<Bytes> out;
  while (!rest.empty()) {
    const std::size_t head = rest[1] < 0x80 ? 2 : rest[1] == 0x81 ? 3 : 4;
    const std::size_t size = head == 2 ? rest[1] : head == 3 ? rest[2] : rest[2] * 256u + rest[3];
    out.push_back(ToBytes(rest.subspan(head, size)));
    rest = rest.subspan(head + size);
  }
  return out;
}

Bytes Der(std::uint8_t tag, const Bytes& body) {
  Bytes out = {tag, 0x82, static_cast<std::uint8_t>(body.size() >> 8),
               static_cast<std::uint8_t>(body.size())};
  Append(out, body);
  if (body.size() >= 256) return out;
  out = {tag, 0x81, static_cast<std::uint8_t>(body.size())};
  if (body.size() < 128) out = {tag, static_cast<std::uint8_t>(body.size())};
  Append(out, body);
  return out;
}

bool OpensItsOwn(const std::vector<Bytes>& numbers) {
  Bytes body;
  for (const Bytes& number : numbers) Append(body, Der(0x02, number));
  const Result<EnvelopeKey> key = EnvelopeKey::Parse(Der(0x30, body));
  return key.ok() && key.value().OpensItsOwn();
}

TEST_F(EnvelopeKeyTest, OpensItsOwn_OnlyWhereClientsGetThrough) {
  EXPECT_TRUE(EnvelopeKey::Generate().OpensItsOwn());
  const std::vector<Bytes> good = NumbersOf(Key());
  ASSERT_EQ(good.size(), 9u);
  EXPECT_TRUE(OpensItsOwn(good));
  const auto bent = [&](std::initializer_list<Number> which) {
    std::vector<Bytes> numbers = good;
    for (const Number number : which) numbers[number].back() ^= 2;
    return OpensItsOwn(numbers);
  };
  EXPECT_FALSE(bent({kModulus}));
  EXPECT_FALSE(bent({kExponent}));
  EXPECT_FALSE(bent({kPrivate, kPrime1}));
  EXPECT_FALSE(bent({kPrivate, kExponent1}));
  EXPECT_FALSE(bent({kPrivate, kExponent2}));
  EXPECT_FALSE(bent({kPrivate, kCoefficient}));
  // Numbers that would be worked with for seconds are not worked with.
  for (const Number number : {kPrivate, kPrime1, kPrime2, kExponent1, kExponent2, kCoefficient}) {
    std::vector<Bytes> numbers = good;
    numbers[number] = Bytes(2'000, 0x7f);
    EXPECT_FALSE(OpensItsOwn(numbers)) << number;
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
