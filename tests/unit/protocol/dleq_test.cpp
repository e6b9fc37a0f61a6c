// Proofs that two points are one multiple of two bases: each binds everything it names.
#include <gtest/gtest.h>

#include "trusted/proof/dleq.h"

namespace passport::proof::dleq {
namespace {

using crypto::tag::kPokBlame;
using crypto::tag::kPokShare;
using curve::Point;
using curve::Scalar;
using curve::SecretScalar;

class Dleq : public testing::Test {
 protected:
  Point RandomPoint() { return *curve::MulBase(Scalar::Random(rng_)); }
  DleqStatement StatementOf(const Scalar& x) {
    const Point base_1 = RandomPoint();
    const Point base_2 = RandomPoint();
    return {base_1, *curve::MulVar(x, base_1), base_2, *curve::MulVar(x, base_2)};
  }

  crypto::SeededRng rng_{1};
  const SecretScalar secret_{Scalar::Random(rng_)};
  const DlogUse use_{kPokBlame, Hash32{1}, {3}, 2};
  const DleqStatement statement_ = StatementOf(secret_.Expose());
  const DleqProof proof_ = ProveDleq(use_, secret_, statement_, rng_);
};

TEST_F(Dleq, VerifiesAfterARoundTripOverBytes) {
  Writer writer;
  proof_.Write(writer);
  EXPECT_EQ(writer.bytes().size(), DleqProof::kSize);
  Reader reader(writer.bytes());
  const DleqProof proof = DleqProof::Read(reader);
  ASSERT_TRUE(reader.Done());
  EXPECT_TRUE(VerifyDleq(use_, statement_, proof));
}

TEST_F(Dleq, VerifiesForNoOtherUse) {
  EXPECT_FALSE(VerifyDleq({kPokShare, Hash32{1}, {3}, 2}, statement_, proof_));
  EXPECT_FALSE(VerifyDleq({kPokBlame, Hash32{2}, {3}, 2}, statement_, proof_));
  EXPECT_FALSE(VerifyDleq({kPokBlame, Hash32{1}, {4}, 2}, statement_, proof_));
  EXPECT_FALSE(VerifyDleq({kPokBlame, Hash32{1}, {3}, 1}, statement_, proof_));
}

TEST_F(Dleq, VerifiesForNoOtherPoint) {
  for (Point DleqStatement::*point :
       {&DleqStatement::base_1, &DleqStatement::image_1, &DleqStatement::base_2, &DleqStatement::image_2}) {
    DleqStatement other = statement_;
    other.*point = RandomPoint();
    EXPECT_FALSE(VerifyDleq(use_, other, proof_));
  }
  EXPECT_FALSE(VerifyDleq(
      use_, {statement_.base_2, statement_.image_2, statement_.base_1, statement_.image_1}, proof_));
}

TEST_F(Dleq, ImagesOfTwoMultipliersAreNotProvedWithEither) {
  const SecretScalar other(Scalar::Random(rng_));
  for (const bool first : {true, false}) {
    DleqStatement wrong = statement_;
    wrong.image_2 = *curve::MulVar(other.Expose(), wrong.base_2);
    EXPECT_FALSE(VerifyDleq(use_, wrong, ProveDleq(use_, first ? secret_ : other, wrong, rng_)));
    wrong = statement_;
    wrong.image_1 = *curve::MulVar(other.Expose(), wrong.base_1);
    EXPECT_FALSE(VerifyDleq(use_, wrong, ProveDleq(use_, first ? secret_ : other, wrong, rng_)));
  }
}

TEST_F(Dleq, ChangedChallengeOrResponseIsRefused) {
  const Scalar one = Scalar::FromU64(1);
  EXPECT_FALSE(VerifyDleq(use_, statement_, {proof_.challenge + one, proof_.response}));
  EXPECT_FALSE(VerifyDleq(use_, statement_, {proof_.challenge, proof_.response + one}));
  EXPECT_FALSE(VerifyDleq(use_, statement_, {Scalar(), Scalar()}));
}

TEST_F(Dleq, NoncesAreFresh) {
  const DleqProof again = ProveDleq(use_, secret_, statement_, rng_);
  EXPECT_FALSE(again.challenge.EqualsPublic(proof_.challenge));
  EXPECT_FALSE(again.response.EqualsPublic(proof_.response));
}

}  // namespace
}  // namespace passport::proof::dleq
