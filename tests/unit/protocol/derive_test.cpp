// BIP-32 derivation against its own test vectors and ethers, and a threshold signature under a derived key.
#include <gtest/gtest.h>

#include "tests/kat/vectors.h"
#include "tests/unit/protocol/sign_network.h"
#include "trusted/derive/derive.h"

namespace passport::test {
namespace {

using curve::Scalar;
using derive::Path;

derive::ExtendedKey ReadKey(const std::string& point, const std::string& chain_code) {
  return {curve::Point::Parse(kat::Hex(point)).value(), kat::HexArray<32>(chain_code)};
}

Result<derive::Derived> DeriveAt(const derive::ExtendedKey& root, std::string_view path) {
  return derive::Derive(root, Path::Parse(path).value());
}

// Fields: public key and chain code of the root, path, public key and chain code of the descendant.
void ExpectCase(const kat::Fields& fields) {
  const derive::ExtendedKey root = ReadKey(fields[0], fields[1]);
  const Result<derive::Derived> derived = DeriveAt(root, fields[2]);
  ASSERT_TRUE(derived.ok()) << fields[2];
  EXPECT_EQ(ToHex(derived.value().key.public_key.Encode()), fields[3]) << fields[2];
  EXPECT_EQ(ToHex(derived.value().key.chain_code), fields[4]) << fields[2];
  EXPECT_EQ(curve::Add(root.public_key, curve::MulBase(derived.value().tweak)),
            derived.value().key.public_key);
}

TEST(Derive, GivesTheVectorsOfBip32) {
  for (const kat::Fields& fields : kat::Cases("bip32.txt", "official", 5)) ExpectCase(fields);
}

TEST(Derive, AgreesWithEthersAlsoOnWhatIsAddedToThePrivateKey) {
  for (const kat::Fields& fields : kat::Cases("bip32.txt", "random", 7)) {
    ExpectCase(fields);
    const Scalar root = Scalar::Parse(kat::Hex(fields[5])).value();
    const Scalar child = Scalar::Parse(kat::Hex(fields[6])).value();
    const derive::Derived derived = DeriveAt(ReadKey(fields[0], fields[1]), fields[2]).value();
    EXPECT_TRUE((root + derived.tweak).EqualsPublic(child)) << fields[2];
  }
}

TEST(Derive, TheRootIsItsOwnDescendantAtTheEmptyPath) {
  const kat::Fields fields = kat::Cases("bip32.txt", "official", 5)[0];
  const derive::ExtendedKey root = ReadKey(fields[0], fields[1]);
  const derive::Derived derived = DeriveAt(root, "m").value();
  EXPECT_EQ(derived.key.public_key, root.public_key);
  EXPECT_EQ(derived.key.chain_code, root.chain_code);
  EXPECT_TRUE(derived.tweak.IsZero());
}

// No index with such an I can be found, so I is given.
TEST(Derive, AStepOfAtLeastTheGroupOrderIsAnError) {
  const kat::Fields fields = kat::Cases("bip32.txt", "official", 5)[0];
  ByteArray<64> i{};
  const Bytes order = kat::Hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  std::copy(order.begin(), order.end(), i.begin());
  const Result<derive::Derived> at_order = derive::ChildOf(ReadKey(fields[0], fields[1]), i);
  ASSERT_FALSE(at_order.ok());
  EXPECT_EQ(at_order.error(), Status::kBadScalar);
  i[31] -= 1;
  EXPECT_TRUE(derive::ChildOf(ReadKey(fields[0], fields[1]), i).ok());
}

TEST(Derive, AChildThatIsTheIdentityIsAnError) {
  ByteArray<64> i{};
  i[31] = 7;
  const curve::Point seven = *curve::MulBase(Scalar::FromU64(7));
  const Result<derive::Derived> child = derive::ChildOf({seven.Negate(), {}}, i);
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error(), Status::kBadPoint);
  EXPECT_TRUE(derive::ChildOf({seven, {}}, i).ok());
}

TEST(DerivePath, TakesIndicesBelowTwoToThe31) {
  EXPECT_TRUE(Path::Parse("m").value().indices().empty());
  const Path path = Path::Parse("m/0/5/2147483647").value();
  const std::vector<std::uint32_t> expected = {0, 5, 2147483647};
  EXPECT_EQ(std::vector<std::uint32_t>(path.indices().begin(), path.indices().end()), expected);
}

TEST(DerivePath, RefusesEverythingElse) {
  for (const char* text : {"",
                           "/0",
                           "0",
                           "M/0",
                           "m/",
                           "m//1",
                           "m/0/",
                           "m0",
                           "m/00",
                           "m/01",
                           "m/+1",
                           "m/-1",
                           "m/ 1",
                           "m/1 ",
                           "m/a",
                           "m/0'",
                           "m/0h",
                           "m/0H",
                           "m/2147483648",
                           "m/4294967296",
                           "m/99999999999",
                           "m/18446744073709551616"}) {
    EXPECT_FALSE(Path::Parse(text).ok()) << text;
  }
}

TEST(DerivePath, IsBounded) {
  std::string text = "m";
  for (std::size_t i = 0; i < derive::kPathDepthMax; ++i) text += "/1";
  EXPECT_TRUE(Path::Parse(text).ok());
  EXPECT_FALSE(Path::Parse(text + "/1").ok());
}

TEST(DerivePath, DigestsOfDifferentPathsDifferAndTheRootsIsZero) {
  std::set<Hash32> seen{Hash32{}};
  EXPECT_EQ(Path().Digest(), Hash32{});
  EXPECT_EQ(Path::Parse("m").value().Digest(), Hash32{});
  for (const char* text : {"m/0", "m/1", "m/0/0", "m/0/1", "m/1/0", "m/256", "m/65536", "m/0/0/0"}) {
    EXPECT_TRUE(seen.insert(Path::Parse(text).value().Digest()).second) << text;
  }
}

TEST(Derive, AQuorumSignsUnderADerivedKey) {
  const Cluster cluster(2, 3, 21);
  const sharing::KeyShare& share = cluster.share({1});
  const derive::Derived derived = DeriveAt({share.PublicKey(), share.chain_code}, "m/44/60/0/5").value();
  SignScript script;
  script.tweak = derived.tweak;
  const SignRun run = RunSign(cluster, {{2}, {3}}, 22, script);
  ASSERT_EQ(run.signatures.size(), 2u);
  for (const auto& [party, signature] : run.signatures) {
    EXPECT_TRUE(curve::VerifyEcdsa(derived.key.public_key, MakeDigest(1), signature));
    EXPECT_FALSE(curve::VerifyEcdsa(share.PublicKey(), MakeDigest(1), signature));
  }
}

}  // namespace
}  // namespace passport::test
