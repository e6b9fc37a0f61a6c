#include "trusted/core/backup_statement.h"

#include <set>

#include "trusted/crypto/hash.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 5;

Writer Signed(const BackupStatement& s) {
  Writer out;
  out.U8(kFormat).Raw(s.network).U16(s.node.value).U64(s.number).U64(s.expires_unix_ms);
  out.U8(static_cast<std::uint8_t>(s.kind));
  if (s.kind == BackupKind::kRestore) {
    out.Raw(s.backup).Raw(s.to);
    return out;
  }
  out.U32(static_cast<std::uint32_t>(s.holders.size()));
  for (const auto& [party, key] : s.holders) out.U16(party.value).Raw(key);
  return out;
}

// Whether t operators have shares, each with a key of his own.
Result<Unit> CheckHolders(const BackupStatement& statement, const peer::Manifest& manifest) {
  std::set<crypto::X25519PublicKey> keys;
  for (const auto& [party, key] : statement.holders) {
    if (manifest.Row(party) == nullptr) return Fail(Status::kPeerUnknown);
    keys.insert(key);
  }
  if (keys.size() != statement.holders.size() || keys.size() < manifest.t) return Fail(Status::kDenied);
  return Ok();
}

}  // namespace

Hash32 BackupStatement::SignedHash() const { return SignedHashOf(Signed(*this)); }

Bytes BackupStatement::Encode() const { return WithSignatures(Signed(*this), signatures); }

Result<BackupStatement> BackupStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  BackupStatement out;
  out.network = in.Array<16>();
  out.node = PartyIndex{in.U16()};
  out.number = in.U64();
  out.expires_unix_ms = in.U64();
  const std::uint8_t kind = in.U8();
  out.kind = static_cast<BackupKind>(kind);
  if (out.kind == BackupKind::kRestore) {
    out.backup = in.Array<32>();
    out.to = in.Array<32>();
  } else if (out.kind == BackupKind::kExport) {
    out.holders = ReadByParty<32>(in);
  } else {
    in.Reject();
  }
  out.signatures = ReadByParty<64>(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Result<Unit> VerifyStatement(const BackupStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, std::uint64_t last_number,
                             const std::optional<TimeBounds>& now) {
  if (statement.network != manifest.network_id || statement.node != self || manifest.Row(self) == nullptr)
    return Fail(Status::kPeerUnknown);
  if (statement.kind == BackupKind::kExport) PASSPORT_TRY_VOID(CheckHolders(statement, manifest));
  PASSPORT_TRY_VOID(VerifyOperators(manifest, statement.SignedHash(), statement.signatures));
  // An export without a time would be taken on the word of the host's clock.
  if (now) return JudgeTime(statement.number, last_number, statement.expires_unix_ms, *now);
  if (statement.kind != BackupKind::kRestore || statement.number <= last_number)
    return Fail(Status::kPeerReplay);
  return Ok();
}

crypto::SecretKey32 HolderKeyOf(const crypto::SigningKey& operator_key) {
  crypto::SecretKey32 out;
  crypto::HkdfSha256({}, operator_key.seed().Expose(), AsBytes("passport backup share holder"),
                     out.ExposeMutable());
  return out;
}

}  // namespace passport::core
