// What passportd and the enclave tell each other over descriptor 4: LaunchInfo down, then Ready or Refusal
// up.
#pragma once

#include <optional>

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"
#include "trusted/platform/confinement_record.h"

namespace passport::platform {

inline constexpr int kHostChannel = 3;      // the enclave's end of the channel to the host
inline constexpr int kLauncherChannel = 4;  // the enclave's end of the channel to passportd
inline constexpr int kDescriptorCount = 5;

// The operator's bounds; absent: the enclave's own.
struct Limits {
  std::optional<std::uint32_t> sessions;       // signing runs at a time
  std::optional<std::uint32_t> presignatures;  // kept; 0: none are made
  bool operator==(const Limits&) const = default;
};

// Everything an enclave starts from. The keys are passportd's derivations from the root key
// (boundary.md 4.1): unique is bound to the measurement, product to product and svn, so that it survives an
// upgrade.
struct LaunchInfo {
  bool development = false;  // passportd --dev: missing optional layers are accepted, and claimed
  std::uint32_t svn = 0;
  Hash32 measurement{};  // SHA-256 of the image, passportd's word
  crypto::SecretKey32 unique_key;
  crypto::SecretKey32 product_key;
  Limits limits;
  ConfinementRecord launch;  // the layers that passportd applied; the enclave fills in its own

  // At most kLaunchInfoBytesMax. Parse: kMalformed on any other magic, version, size or value.
  crypto::SecretBytes Encode() const;
  static Result<LaunchInfo> Parse(ByteSpan input);
};
inline constexpr std::size_t kLaunchInfoBytesMax = 1024;

// The enclave's first and only message: locked and listening, or the layer without which it does not run.
struct StartReport {
  bool ready = false;
  Layer missing = Layer::kSeccomp;  // with ready == false
  ConfinementRecord confinement;

  Bytes Encode() const;
  static Result<StartReport> Parse(ByteSpan input);
};

}  // namespace passport::platform
