// One good piece of evidence of every provider that signs, for tests of what stands around the verifiers.
#pragma once

#include "tests/unit/attest/test_chip.h"
#include "tests/unit/attest/test_hypervisor.h"
#include "tests/unit/attest/test_platform.h"
#include "tests/unit/attest/test_tpm.h"
#include "trusted/attest/simulated.h"

namespace passport::attest {

// A quote of the test's TPM with a certificate of its key, by authorities on P-256.
inline Evidence CertifiedTpm2(const CertificateSpec& leaf = {}, const char* authorities = kP256) {
  const TestTpm tpm;
  const EvpKey root = MakeEcKey(authorities);
  const EvpKey middle = MakeEcKey(authorities);
  return {Provider::kTpm2,
          tpm.Quote().Encode(),
          {MakeCertificate(leaf, tpm.key, middle), MakeCertificate(MiddleSpec(), middle, root),
           MakeCertificate(RootSpec(), root, root)}};
}

inline std::vector<Evidence> GoodEvidence() {
  Hash32 image{};
  image.fill(1);
  ByteArray<64> report_data{};
  report_data.fill(2);
  return {MakeSimulated(image, report_data),
          {Provider::kTpm2, SwtpmQuote().Encode(), {}},
          CertifiedTpm2(),
          TestChip{}.Make(),
          Tdx(4).Make(),
          Tdx(5).Make(),
          TestPlatform{}.Make(),
          TestHypervisor{}.Make()};
}

}  // namespace passport::attest
