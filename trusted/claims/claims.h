// Claims: everything an enclave says of itself that evidence can vouch for (boundary.md 5.1), as one
// canonical encoding that is quoted and signed as a whole.
#pragma once

#include <string>
#include <vector>

#include "edl/base/ids.h"
#include "trusted/attest/evidence.h"
#include "trusted/crypto/identity.h"

namespace passport::claims {

enum class Platform : std::uint8_t { kProcess = 1 };
// Whose word the measurement is.
enum class MeasuredBy : std::uint8_t { kHardware = 1, kLauncher = 2, kSelf = 3 };
// What keeps an old disk from being taken for the newest (rules.md 6), weaker ones first.
enum class Rollback : std::uint8_t { kNone = 0, kPeersWeak = 1, kPeers = 2, kPeersAndCounter = 3 };

// A confinement layer and whether it is in force, as the platform found it.
struct LayerClaim {
  std::string layer;
  std::string state;
  bool operator==(const LayerClaim&) const = default;
};
// Whether a layer should hold and does not.
bool IsMissing(const LayerClaim& claim);

// Which release the image is, by the signature that passportd checked; signer zero: none.
struct Release {
  Hash32 signer{};  // SHA-256 of the release key
  std::uint16_t product_id = 0;
  std::uint32_t svn = 0;
  bool operator==(const Release&) const = default;
};

// What the node runs under. A change of any of it changes Hash().
struct Configuration {
  Hash32 manifest_hash{};            // zero: no manifest yet
  Hash32 policy_hash{};              // SHA-256 of the policy file; zero: the built-in one of its profile
  std::uint64_t policy_version = 0;  // 0: built in
  std::uint32_t sessions_max = 0;
  std::uint32_t presignatures_max = 0;
  bool operator==(const Configuration&) const = default;
};

struct Claims {
  Platform platform = Platform::kProcess;
  attest::Provider provider = attest::Provider::kNone;
  bool simulated = false;  // also said by the provider and by the evidence itself
  bool debug = false;      // started for development, or an instrumented build
  MeasuredBy measured_by = MeasuredBy::kLauncher;
  Hash32 measurement{};  // SHA-256 of the enclave's image
  Release release;
  std::string build;
  std::uint32_t edl_schema = 0;
  Hash32 filter_sha256{};  // of the system call filter; zero: none
  Configuration configuration;
  PartyIndex node;          // 0 without a manifest
  std::uint64_t epoch = 0;  // of the manifest
  crypto::Ed25519PublicKey identity_key{};
  crypto::X25519PublicKey channel_key{};
  crypto::Ed25519PublicKey instance_key{};  // made at this start, never stored
  Hash32 envelope_key_sha256{};             // of the SPKI of the current one; zero: the network has none yet
  BootId boot;
  std::uint64_t boot_counter = 0;
  std::uint64_t head_counter = 0;
  Hash32 head_hash{};
  std::vector<LayerClaim> layers;
  std::uint8_t key_sources = 0;  // bits of the sources that the root key is made of (LaunchInfo)
  std::uint32_t key_epoch = 0;
  Rollback rollback = Rollback::kNone;
  ByteArray<32> verifier_nonce{};  // chosen by whoever asked, or made of a handshake

  bool operator==(const Claims&) const = default;

  // Parse accepts exactly what Encode makes; kMalformed otherwise. Texts are printable ASCII without quotes
  // and backslashes, bounded, as is their number.
  Bytes Encode() const;
  static Result<Claims> Parse(ByteSpan input);
};
inline constexpr std::size_t kClaimsBytesMax = 8192;

// What a platform's quote covers: SHA-512("passport-attest-v1" || encoded claims).
ByteArray<64> ReportData(ByteSpan encoded_claims);
// One number for everything that is configured (boundary.md 5.1, config_hash).
Hash32 HashOf(const Configuration& configuration);
// What identity and instance key sign in GET /attestation: TH("attest/answer", nonce, claims, evidence).
Hash32 AnswerHash(const ByteArray<32>& nonce, ByteSpan encoded_claims, ByteSpan encoded_evidence);
// The nonces that evidence answers. That of a request is hashed, so that evidence for the public never opens
// a session: SHA-256("passport/attest-request" || nonce).
ByteArray<32> RequestNonce(const ByteArray<32>& nonce);
// That of a peer session: SHA-256("passport/attest-channel" || handshake hash || role of who shows it).
ByteArray<32> ChannelNonce(ByteSpan handshake_hash, std::uint8_t role);

}  // namespace passport::claims
