// Simulated evidence: the whole path of evidence without a platform, and always called what it is.
#include "trusted/attest/simulated.h"

#include <gtest/gtest.h>

namespace passport::attest {
namespace {

Evidence Simulated() {
  Hash32 image;
  image.fill(3);
  ByteArray<64> report_data;
  report_data.fill(9);
  return MakeSimulated(image, report_data);
}

TEST(SimulatedEvidence, SaysThatItIs) {
  const auto findings = VerifySimulated(Simulated());
  ASSERT_TRUE(findings.ok());
  EXPECT_EQ(findings.value().provider, Provider::kSimulated);
  EXPECT_TRUE(findings.value().simulated);
  EXPECT_FALSE(findings.value().tcb_current);
  EXPECT_EQ(findings.value().report_data[63], 9);
  EXPECT_EQ(findings.value().measurement, Bytes(32, 3));
  EXPECT_EQ(findings.value().enclave_image[31], 3);
  EXPECT_EQ(findings.value().root, Hash32{});
  EXPECT_EQ(AsText(ByteSpan(Simulated().quote).first(19)), "SIMULATED EVIDENCE\n");
}

TEST(SimulatedEvidence, EveryByteCounts) {
  const Evidence good = Simulated();
  for (std::size_t at = 0; at < good.quote.size(); ++at) {
    Evidence bad = good;
    bad.quote[at] ^= 1;
    EXPECT_FALSE(VerifySimulated(bad).ok()) << at;
  }
  Evidence longer = good;
  longer.quote.push_back(0);
  EXPECT_EQ(VerifySimulated(longer).error(), Status::kEvidenceFormat);
  Evidence other_provider = good;
  other_provider.provider = Provider::kTpm2;
  EXPECT_EQ(VerifySimulated(other_provider).error(), Status::kEvidenceProvider);
  Evidence with_collateral = good;
  with_collateral.collateral.push_back(ToBytes("more"));
  EXPECT_EQ(VerifySimulated(with_collateral).error(), Status::kEvidenceFormat);
}

}  // namespace
}  // namespace passport::attest
