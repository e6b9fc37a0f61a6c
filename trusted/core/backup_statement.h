// The operators' word that an enclave's records may leave it, or come back into another one
// (boundary.md 4.5).
#pragma once

#include <map>
#include <optional>

#include "trusted/core/admin.h"
#include "trusted/core/operator_signatures.h"

namespace passport::core {

enum class BackupKind : std::uint8_t {
  kExport = 4,  // beside AdminKind's
  kRestore = 5,
};

// Signed by t operators.
struct BackupStatement {
  peer::NetworkId network{};
  PartyIndex node;  // whose records they are
  std::uint64_t number = 0;
  std::uint64_t expires_unix_ms = 0;
  BackupKind kind = BackupKind::kExport;
  // Of an export: the operators among whom the key is shared, with HolderKeyOf theirs; t of them open it.
  std::map<PartyIndex, crypto::X25519PublicKey> holders = {};
  // Of a restore: SHA-256 of the backup's encoded quorum key, and the channel key of the enclave that takes
  // it, which made that key at its first start. It is no statement for another enclave, nor for another
  // backup.
  Hash32 backup{};
  crypto::X25519PublicKey to{};
  OperatorSignatures signatures = {};

  // Of an export the context of its quorum key, of a restore the purpose that shares are handed over for.
  Hash32 SignedHash() const;
  Bytes Encode() const;                                  // first byte 5
  static Result<BackupStatement> Parse(ByteSpan bytes);  // kMalformed for anything that Encode does not make
};

// `now` is absent in an enclave that has no peers yet, and so no time: a restore is of one enclave anyway.
// kPeerUnknown (another network or node, a signer or holder that is not in the manifest), kDenied (fewer than
// t operators sign or hold, or two hold with one key), kBadSignature, kPeerReplay (number not above last, or
// expired).
Result<Unit> VerifyStatement(const BackupStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, std::uint64_t last_number,
                             const std::optional<TimeBounds>& now);

// The secret that an operator opens his shares of backups with: HKDF of the seed of the key that he signs
// with, so that he keeps one file and no key does both. Its public half is what goes into `holders`.
crypto::SecretKey32 HolderKeyOf(const crypto::SigningKey& operator_key);

}  // namespace passport::core
