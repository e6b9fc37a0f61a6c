// Commitments and proofs of knowledge: each binds everything it names.
#include <gtest/gtest.h>

#include "trusted/proof/commitment.h"
#include "trusted/proof/dlog.h"

namespace passport::proof {
namespace {

using crypto::tag::kPokKg;
using crypto::tag::kPokShare;
using curve::Scalar;
using curve::SecretScalar;

TEST(Commitment, ChangesWithTagContextCommitterSaltAndValue) {
  const Bytes value{1, 2, 3};
  const Bytes other{1, 2, 4};
  const Hash32 base = Commit(crypto::tag::kKgCom, Hash32{}, {1}, Salt{}, {value});
  EXPECT_EQ(base, Commit(crypto::tag::kKgCom, Hash32{}, {1}, Salt{}, {value}));
  EXPECT_NE(base, Commit(crypto::tag::kSgCom, Hash32{}, {1}, Salt{}, {value}));
  EXPECT_NE(base, Commit(crypto::tag::kKgCom, Hash32{1}, {1}, Salt{}, {value}));
  EXPECT_NE(base, Commit(crypto::tag::kKgCom, Hash32{}, {2}, Salt{}, {value}));
  EXPECT_NE(base, Commit(crypto::tag::kKgCom, Hash32{}, {1}, Salt{1}, {value}));
  EXPECT_NE(base, Commit(crypto::tag::kKgCom, Hash32{}, {1}, Salt{}, {other}));
}

TEST(Commitment, IsTheTaggedHashOfIndexSaltAndValue) {
  const Bytes value{9};
  EXPECT_EQ(Commit(crypto::tag::kSgCom, Hash32{5}, {258}, Salt{6}, {value}),
            crypto::TaggedHash(crypto::tag::kSgCom, Hash32{5}, {Bytes{2, 1}, Salt{6}, value}));
}

struct Statement {
  SecretScalar secret;
  curve::Point point;
};

Statement MakeStatement(crypto::Rng& rng) {
  SecretScalar secret(Scalar::Random(rng));
  const curve::Point point = *curve::MulBase(secret.Expose());
  return {std::move(secret), point};
}

TEST(DlogProof, VerifiesAfterARoundTripOverBytes) {
  crypto::SeededRng rng(1);
  const Statement statement = MakeStatement(rng);
  const DlogUse use{kPokKg, Hash32{1}, {3}, 2};
  Writer writer;
  ProveDlog(use, statement.secret, statement.point, rng).Write(writer);
  EXPECT_EQ(writer.bytes().size(), DlogProof::kSize);
  Reader reader(writer.bytes());
  const DlogProof proof = DlogProof::Read(reader);
  ASSERT_TRUE(reader.Done());
  EXPECT_TRUE(VerifyDlog(use, statement.point, proof));
}

TEST(DlogProof, VerifiesForNoOtherUseAndNoOtherStatement) {
  crypto::SeededRng rng(2);
  const Statement statement = MakeStatement(rng);
  const DlogProof proof = ProveDlog({kPokKg, Hash32{1}, {3}, 2}, statement.secret, statement.point, rng);
  EXPECT_FALSE(VerifyDlog({kPokShare, Hash32{1}, {3}, 2}, statement.point, proof));
  EXPECT_FALSE(VerifyDlog({kPokKg, Hash32{2}, {3}, 2}, statement.point, proof));
  EXPECT_FALSE(VerifyDlog({kPokKg, Hash32{1}, {4}, 2}, statement.point, proof));
  EXPECT_FALSE(VerifyDlog({kPokKg, Hash32{1}, {3}, 1}, statement.point, proof));
  EXPECT_FALSE(VerifyDlog({kPokKg, Hash32{1}, {3}, 2}, MakeStatement(rng).point, proof));
}

TEST(DlogProof, ChangedNonceOrResponseIsRefused) {
  crypto::SeededRng rng(3);
  const Statement statement = MakeStatement(rng);
  const DlogUse use{kPokKg, Hash32{1}, {3}, 2};
  const DlogProof proof = ProveDlog(use, statement.secret, statement.point, rng);
  EXPECT_FALSE(VerifyDlog(use, statement.point, {proof.nonce.Negate(), proof.response}));
  EXPECT_FALSE(VerifyDlog(use, statement.point, {proof.nonce, proof.response + Scalar::FromU64(1)}));
  EXPECT_FALSE(VerifyDlog(use, statement.point, {proof.nonce, Scalar()}));
}

TEST(DlogProof, WrongSecretDoesNotProve) {
  crypto::SeededRng rng(4);
  const Statement statement = MakeStatement(rng);
  const DlogUse use{kPokKg, Hash32{1}, {3}, 2};
  EXPECT_FALSE(
      VerifyDlog(use, statement.point, ProveDlog(use, MakeStatement(rng).secret, statement.point, rng)));
}

}  // namespace
}  // namespace passport::proof
