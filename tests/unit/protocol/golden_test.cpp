// The first released form of every record and message of these protocols is understood for ever (rules.md
// 36). The files are of one key of 2-of-3 and one signature with it.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test {
namespace {

using golden::ReadGolden;

// Whether a file decodes and encodes to itself.
template <class T>
bool RoundTrips(const std::string& name) {
  const Bytes bytes = ReadGolden(name);
  const Result<T> parsed = T::Parse(bytes);
  if (!parsed.ok()) return false;
  if constexpr (requires(const T& value) { value.EncodeSecret(); }) {
    return Equal(parsed.value().EncodeSecret().Expose(), bytes);
  } else {
    return parsed.value().Encode() == bytes;
  }
}

TEST(Golden, MessagesOfKeyGenerationAreUnderstood) {
  EXPECT_TRUE(RoundTrips<dkg::Commitment>("dkg-commitment-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::Opening>("dkg-opening-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::Confirmation>("dkg-confirmation-v1.bin"));
}

TEST(Golden, MessagesOfSigningAreUnderstood) {
  EXPECT_TRUE(RoundTrips<sign::NonceCommitment>("sign-commitment-v1.bin"));
  EXPECT_TRUE(RoundTrips<sign::Multiplication>("sign-multiplication-v1.bin"));
  EXPECT_TRUE(RoundTrips<sign::SignatureShare>("sign-share-v1.bin"));
}

TEST(Golden, KeyShareBelongsToTheCertifiedKey) {
  EXPECT_TRUE(RoundTrips<sharing::KeyShare>("key-share-v1.bin"));
  EXPECT_TRUE(RoundTrips<dkg::KeyCertificate>("key-certificate-v1.bin"));
  const auto share = sharing::KeyShare::Parse(ReadGolden("key-share-v1.bin"));
  const auto certificate = dkg::KeyCertificate::Parse(ReadGolden("key-certificate-v1.bin"));
  ASSERT_TRUE(share.ok() && certificate.ok());
  EXPECT_TRUE(certificate.value().Verify(MakeRoster(3), 3).ok());
  EXPECT_EQ(certificate.value().facts.Id(), share.value().id);
  EXPECT_EQ(curve::MulBase(share.value().share.Expose()), share.value().SharePoint(share.value().self));
}

// One hash over all bytes of a run from a fixed seed. A change of it is a change of what goes over the wire,
// or of the order in which randomness is drawn; it belongs into the commit message.
TEST(Golden, TracesOfFixedSeedsStayTheSame) {
  EXPECT_EQ(ToHex(RunDkg(MakeProposal(2, 3), 1).wire.Trace()),
            "117cc45c1b7d6811be969f53712485742963bba6fe087b0c38e6ba64731f4052");
  EXPECT_EQ(ToHex(RunSign(Cluster(2, 3, 1), {{1}, {3}}, 1).wire.Trace()),
            "3112eb9cd4f85c1bdd3d58647676b17614cdb29568258a6e2613509fdd6ea9d6");
}

}  // namespace
}  // namespace passport::test
