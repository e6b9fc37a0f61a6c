// Manifest: who the nodes of a network are, how many must agree, and which operators may replace it.
#pragma once

#include <string>
#include <vector>

#include "edl/base/bytes.h"
#include "edl/base/ids.h"
#include "trusted/crypto/identity.h"

namespace passport::peer {

inline constexpr std::uint16_t kPartiesMax = 64;
inline constexpr std::size_t kAddressBytesMax = 256;
inline constexpr std::uint32_t kMeasurementsMax = 16;
inline constexpr std::size_t kManifestFileBytesMax = 160000;  // what one `provision` call can carry

enum class RollbackRule : std::uint8_t { kStrict = 0, kWeak = 1 };  // rules.md 6
// Limits and what may be missing. Closed: as production, and scopes need an operator's token (rules.md 33).
enum class Profile : std::uint8_t { kDevnet = 0, kProduction = 1, kClosed = 2 };

std::string NameOf(Profile profile);  // "devnet", "production", "closed"

using NetworkId = ByteArray<16>;

// One node.
struct ManifestRow {
  PartyIndex party;
  crypto::Ed25519PublicKey identity_key{};
  crypto::X25519PublicKey channel_key{};
  crypto::Ed25519PublicKey operator_key{};  // offline (rules.md 14)
  std::string peer_address;
  std::string api_address;
  std::vector<Hash32> measurements;  // enclave images this node may run; empty only in a devnet
  bool operator==(const ManifestRow&) const = default;
};

struct Manifest {
  NetworkId network_id{};
  std::uint64_t epoch = 0;
  Hash32 previous{};  // Hash() of the manifest of epoch - 1; zero in the first one
  std::uint16_t n = 0;
  std::uint16_t t = 0;
  std::uint16_t keygen_quorum = 0;  // confirmers that make a key active (rules.md 16), t to n
  RollbackRule rollback = RollbackRule::kStrict;
  Profile profile = Profile::kDevnet;
  std::vector<ManifestRow> rows;  // by rising party
  bool operator==(const Manifest&) const = default;

  // The canonical encoding, and back. Parse accepts only what Encode makes (kMalformed) and does not
  // Validate.
  Bytes Encode() const;
  static Result<Manifest> Parse(ByteSpan input);
  // TH("manifest", 0^32, Encode()): what handshakes, transcripts and operator signatures name.
  Hash32 Hash() const;
  // Acknowledgements that make a replicated write durable: max(majority, n - t + 1) (architecture.md 5).
  std::uint16_t W() const;
  // The row of a party, or null if the manifest has none.
  const ManifestRow* Row(PartyIndex party) const;
  // Whether the numbers and rows make a network; one kManifest* code per rule.
  Result<Unit> Validate() const;
};

struct OperatorSignature {
  PartyIndex party;  // whose row has the operator key
  crypto::Ed25519Signature signature{};
  bool operator==(const OperatorSignature&) const = default;
};

// What an operator signs for a manifest: TH("passport manifest", manifest hash).
Hash32 ManifestStatement(const Hash32& manifest_hash);

// What an operator signs so that the owner of a P-256 key (SPKI DER) may create scopes in a closed network:
// TH("scope/token", network id || owner).
Hash32 ScopeTokenStatement(const NetworkId& network, ByteSpan owner);

struct SignedManifest {
  Manifest manifest;
  std::vector<OperatorSignature> signatures;  // by rising party, at most one each

  Bytes Encode() const;
  static Result<SignedManifest> Parse(ByteSpan input);
  // Adds the signature of one operator, replacing an earlier one of the same party.
  void Sign(PartyIndex party, const crypto::SigningKey& operator_key);
};

// The first manifest of a network: valid, epoch 0, no predecessor, signed by the operators of all its rows.
Result<Unit> VerifyGenesis(const SignedManifest& first);
// A successor: valid, same network, the next epoch, naming the hash of `current`, signed by at least t
// operators of `current`, and by nobody else.
Result<Unit> VerifySuccessor(const Manifest& current, const SignedManifest& next);

// The file form: the line "passport-manifest-1", then the base64 of SignedManifest::Encode() in lines. Lines
// that begin with '#' are for people; `summary` becomes such lines. kMalformed or kBadBase64 if it is not
// one.
std::string EncodeFile(const SignedManifest& signed_manifest, std::string_view summary);
Result<SignedManifest> ParseFile(std::string_view text);

}  // namespace passport::peer
