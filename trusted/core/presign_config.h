// Every bound of the presignature pool (rules.md 33). One struct, so that a test or a release can choose.
#pragma once

#include <cstddef>
#include <cstdint>

namespace passport::core {

struct PresignConfig {
  // Kept.
  std::size_t total_max = 4'096;           // in one enclave, shared equally by the leaders; 0: no pool
  std::size_t per_set_max = 2;             // of one key and signer set, for one leader
  std::size_t scope_min = 8;               // of one leader's, no scope's share is less
  std::uint64_t lifetime_ms = 86'400'000;  // by the latest network time
  // Being made.
  std::size_t led_max = 2;               // runs that this enclave leads at a time
  std::size_t runs_of_one_max = 8;       // runs of one leader that a signer takes part in at a time
  std::size_t begun_per_second = 100;    // runs that one leader may begin at a signer
  std::uint64_t run_ms = 12'000;         // then a run that has not ended is dropped
  std::uint64_t rest_ms = 10'000;        // a signer set that failed is left alone for so long
  std::size_t wishes_of_scope_max = 64;  // accounts that wait for a presignature; the oldest goes
  std::size_t wishing_scopes_max = 1'024;
};

}  // namespace passport::core
