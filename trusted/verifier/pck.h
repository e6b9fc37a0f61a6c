// What Intel's certificate of a platform's key says about the platform.
#pragma once

#include "trusted/verifier/certificate.h"

namespace passport::verifier {

struct PckFacts {
  std::array<std::uint16_t, 16> components{};  // security versions of the processor's firmware, 0 to 255 each
  std::uint16_t pce_svn = 0;
  ByteArray<6> fmspc{};  // family, model and stepping of the platform

  // From the extension 1.2.840.113741.1.13.1 (Intel SGX PCK Certificate and CRL Profile Specification, 1.3).
  // kEvidenceTcb if it is missing, does not decode or says one of these twice or not at all.
  static Result<PckFacts> Read(const Certificate& certificate);
};

}  // namespace passport::verifier
