// Findings: what a verifier found evidence to prove. Facts only: whether they are enough is the policy's
// word (trusted/claims).
#pragma once

#include <optional>

#include "trusted/attest/evidence.h"

namespace passport::attest {

inline constexpr std::size_t kFindingBytesMax = 64;   // measurement, signer, each register
inline constexpr std::size_t kTcbComponentsMax = 64;  // security versions
inline constexpr std::size_t kRegistersMax = 40;      // measured registers
inline constexpr std::uint64_t kForever = ~std::uint64_t{0};

// One register that goes into the measurement, by the provider's own number; what is meant by it stands in
// the provider's verifier.
struct Register {
  std::uint8_t index = 0;
  Bytes value;
  bool operator==(const Register&) const = default;
};

// A TPM's own time. It only rises while `reset_count` stays; `safe` is false for a while after an unorderly
// shutdown.
struct TpmClock {
  std::uint64_t clock_ms = 0;
  std::uint32_t reset_count = 0;
  std::uint32_t restart_count = 0;
  bool safe = false;
  bool operator==(const TpmClock&) const = default;
};

// Every signature, chain and binding inside the evidence holds. Three things are still the caller's: that
// report_data is that of the claims, that root or attester is one he trusts, and that the time is inside
// not_before_s and not_after_s.
struct Findings {
  Provider provider = Provider::kNone;
  bool debug = false;      // the platform lets somebody look into it
  bool simulated = false;  // signed with a key that everybody has
  bool tcb_current =
      false;  // the vendor's signed statement about these security versions was there and says up to date
  ByteArray<64> report_data{};
  Bytes measurement;       // of what the platform started; at most kFindingBytesMax
  Hash32 enclave_image{};  // SHA-256 of the enclave's image; zero: the evidence does not name it
  Bytes signer;            // who signed what was started; empty: nobody
  std::vector<std::uint16_t>
      tcb;            // security versions, compared component by component; order: the verifier's
  Hash32 attester{};  // SHA-256 of the attesting key's SPKI, or of its TPMT_PUBLIC
  Hash32 root{};      // SHA-256 of the root certificate's SPKI; zero: there is no chain
  std::uint64_t not_before_s = 0;        // Unix seconds between which all certificates are valid,
  std::uint64_t not_after_s = kForever;  // both included
  std::vector<Register> registers;       // by rising index
  std::optional<TpmClock> tpm_clock;

  // Canonical: Parse accepts exactly what Encode makes; kMalformed otherwise. Encode of what breaks a bound
  // above is a bug.
  Bytes Encode() const;
  static Result<Findings> Parse(ByteSpan input);
  bool operator==(const Findings&) const = default;

  // Whether all certificates are valid whatever the true time between earliest and latest is (rules.md 23).
  bool ValidAt(std::uint64_t earliest_s, std::uint64_t latest_s) const {
    return not_before_s <= earliest_s && latest_s <= not_after_s;
  }
};
inline constexpr std::size_t kFindingsBytesMax = 4096;

}  // namespace passport::attest
