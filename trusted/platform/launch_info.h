// What passportd and the enclave tell each other over descriptor 4: LaunchInfo down, then Ready or Refusal
// up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"
#include "trusted/platform/confinement_record.h"
#include "trusted/platform_link/helper.h"

namespace passport::platform {

inline constexpr int kHostDescriptor = 3;      // the enclave's end of the channel to the host
inline constexpr int kLauncherDescriptor = 4;  // the enclave's end of the channel to passportd
inline constexpr int kDescriptorCount = 5;

// The operator's bounds; absent: the enclave's own.
struct Limits {
  std::optional<std::uint32_t> sessions;       // signing runs at a time
  std::optional<std::uint32_t> presignatures;  // kept; 0: none are made
  bool operator==(const Limits&) const = default;
};

// The signed release that the image is of (trusted/launcher/release.h). Unsigned only in development.
struct Release {
  Hash32 signer_sha256{};  // SHA-256 of the Ed25519 key that signed it; zero: unsigned
  std::uint16_t product_id = 0;
  std::uint32_t svn = 0;   // security version
  std::string build = {};  // plain text, at most kBuildTextMax; empty: unsigned
  bool operator==(const Release&) const = default;
};
inline constexpr std::size_t kBuildTextMax = 64;

// One root key's sealing keys (boundary.md 4.1): unique is bound to the measurement, product to signer,
// product id and svn, so that it survives an upgrade.
struct SealingKeys {
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;
  std::uint8_t source_mask = 0;  // sealing::SealSource: where the root key came from
  std::uint32_t key_epoch = 0;
};

// Everything an enclave starts from: passportd's word.
struct LaunchInfo {
  bool development = false;  // passportd --dev: missing optional layers are accepted, and claimed
  Release release;
  Hash32 measurement{};  // SHA-256 of the image
  SealingKeys keys;
  std::optional<SealingKeys> previous;  // while the root key is being replaced: what to seal again from
  crypto::SecretKey32 platform_key;     // of this start, for answers on the platform link
  Limits limits;
  std::vector<platform_link::Probe> providers;  // as passport-platform found them
  std::optional<std::uint64_t> counter;         // of the TPM, as it was at start; absent: there is none
  LayerSet required;         // without these it does not run; the indispensable ones always
  LayerSet without;          // left out on purpose, in development only
  ConfinementRecord launch;  // the layers that passportd applied; the enclave fills in its own

  // At most kLaunchInfoBytesMax. Parse: kMalformed on any other magic, version, size or value.
  crypto::SecretBytes Encode() const;
  static Result<LaunchInfo> Parse(ByteSpan input);
};
inline constexpr std::size_t kLaunchInfoBytesMax = 4096;

// The enclave's first and only message: locked and listening, or the layer without which it does not run.
struct StartReport {
  bool ready = false;
  Layer missing = Layer::kSeccomp;  // with ready == false
  ConfinementRecord confinement;

  Bytes Encode() const;
  static Result<StartReport> Parse(ByteSpan input);
};

}  // namespace passport::platform
