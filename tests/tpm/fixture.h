// What every test with a TPM begins with.
#pragma once

#include <gtest/gtest.h>

#include "tests/tpm/platform_run.h"
#include "tests/tpm/swtpm.h"
#include "trusted/crypto/hash.h"
#include "trusted/devices/tpm_pcrs.h"

namespace passport::tpm_test {

using platform_link::Op;

// Leaves the test out where there is no swtpm, and says so.
class TpmTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HaveSwtpm()) GTEST_SKIP() << "skipped: no swtpm (apt-get install swtpm)";
    tpm_.emplace();
  }
  Swtpm& tpm() { return *tpm_; }

  static Hash32 Measurement(std::string_view image) { return crypto::HashSha256(AsBytes(image)); }

  // As somebody else on the machine would: one extension of one register. Nobody else may be connected.
  void Extend(std::uint32_t pcr) {
    const Result<process::Descriptor, devices::Refusal> link = devices::TpmLink::Open(tpm().Name());
    ASSERT_TRUE(link.ok());
    devices::Tpm other(link.value().get());
    TPML_DIGEST_VALUES digests{};
    digests.count = 1;
    digests.digests[0].hashAlg = TPM2_ALG_SHA256;
    digests.digests[0].digest.sha256[0] = 1;
    ASSERT_EQ(Esys_PCR_Extend(other.esys(), ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                              &digests),
              TSS2_RC_SUCCESS);
  }

 private:
  std::optional<Swtpm> tpm_;
};

inline testing::AssertionResult Refuses(const Reply& reply, std::string_view text) {
  if (reply.ok) return testing::AssertionFailure() << "it was done";
  if (reply.text().find(text) == std::string::npos) return testing::AssertionFailure() << reply.text();
  return testing::AssertionSuccess();
}

inline const Bytes kRoot(32, 0x5a);

}  // namespace passport::tpm_test
