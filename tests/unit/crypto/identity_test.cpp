// Ed25519 and X25519: the vectors of RFC 8032 and RFC 7748, and what verification must refuse.
#include "trusted/crypto/identity.h"

#include <gtest/gtest.h>

#include "tests/kat/vectors.h"

namespace passport::crypto {
namespace {

struct Ed25519Case {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
// RFC 8032, 7.1, tests 1 to 3 and SHA(abc).
constexpr Ed25519Case kEd25519[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24"
     "655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aee"
     "b00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28d"
     "c027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d442"
     "3643ce80e"
     "2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179"
     "c138ac17a"
     "d9bef1177331a704"},
};

TEST(Ed25519, SignsAndVerifiesAsRfc8032) {
  for (const Ed25519Case& c : kEd25519) {
    const SigningKey key{SecretKey32(kat::HexArray<32>(c.seed))};
    const Bytes message = kat::Hex(c.message);
    EXPECT_EQ(ToHex(key.public_key()), c.key);
    EXPECT_EQ(ToHex(key.Sign(message)), c.signature);
    EXPECT_TRUE(VerifyEd25519(key.public_key(), message, kat::HexArray<64>(c.signature)));
    EXPECT_EQ(ToHex(key.seed().Expose()), c.seed);
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  const Ed25519Case& c = kEd25519[2];
  const auto key = kat::HexArray<32>(c.key);
  const auto signature = kat::HexArray<64>(c.signature);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto changed = signature;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(VerifyEd25519(key, kat::Hex(c.message), changed)) << bit;
  }
  EXPECT_FALSE(VerifyEd25519(key, kat::Hex("af83"), signature));
  EXPECT_FALSE(VerifyEd25519(kat::HexArray<32>(kEd25519[1].key), kat::Hex(c.message), signature));
}

TEST(Ed25519, RefusesTheSameSignatureWithSPlusTheGroupOrder) {
  const Ed25519Case& c = kEd25519[0];
  const auto order = kat::HexArray<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  auto signature = kat::HexArray<64>(c.signature);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned>(signature[32 + i]) + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_EQ(carry, 0u);
  EXPECT_FALSE(VerifyEd25519(kat::HexArray<32>(c.key), {}, signature));
}

TEST(Ed25519, RefusesKeysOfSmallOrder) {
  // With the identity as key and R, and s = 0, the equation holds for every message.
  Ed25519PublicKey identity{};
  identity[0] = 1;
  Ed25519Signature signature{};
  signature[0] = 1;
  EXPECT_FALSE(VerifyEd25519(identity, AsBytes("anything"), signature));
}

TEST(Ed25519, GeneratedKeysSign) {
  SeededRng rng(6);
  const SigningKey key = SigningKey::Generate(rng);
  EXPECT_TRUE(VerifyEd25519(key.public_key(), AsBytes("m"), key.Sign(AsBytes("m"))));
}

std::string Agreed(std::string_view secret, std::string_view peer) {
  const Result<SecretKey32> shared =
      AgreeX25519(SecretKey32(kat::HexArray<32>(secret)), kat::HexArray<32>(peer));
  return shared.ok() ? ToHex(shared.value().Expose()) : "refused";
}

TEST(X25519, AgreesAsRfc7748) {
  // RFC 7748, 5.2 and 6.1 (Bob's side).
  EXPECT_EQ(Agreed("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                   "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  const std::string bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
  EXPECT_EQ(ToHex(PublicX25519(SecretKey32(kat::HexArray<32>(bob)))),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  EXPECT_EQ(Agreed(bob, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519, BothSidesAgree) {
  SeededRng rng(8);
  const SecretKey32 a = rng.Key();
  const SecretKey32 b = rng.Key();
  const Result<SecretKey32> from_a = AgreeX25519(a, PublicX25519(b));
  const Result<SecretKey32> from_b = AgreeX25519(b, PublicX25519(a));
  ASSERT_TRUE(from_a.ok() && from_b.ok());
  EXPECT_EQ(from_a.value().Expose(), from_b.value().Expose());
}

TEST(X25519, RefusesPublicKeysOfSmallOrder) {
  // 0, 1, p - 1, p, p + 1 and the two points of order 8 (Langley, Hamburg, Turner: RFC 7748, 7).
  for (const char* peer : {"0000000000000000000000000000000000000000000000000000000000000000",
                           "0100000000000000000000000000000000000000000000000000000000000000",
                           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"}) {
    SeededRng rng(9);
    const Result<SecretKey32> shared = AgreeX25519(rng.Key(), kat::HexArray<32>(peer));
    ASSERT_FALSE(shared.ok()) << peer;
    EXPECT_EQ(shared.error(), Status::kBadKey);
  }
}

}  // namespace
}  // namespace passport::crypto
