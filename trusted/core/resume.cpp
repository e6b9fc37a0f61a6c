#include "trusted/core/resume.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 2;

Writer Signed(const ResumeStatement& s) {
  Writer out;
  out.U8(kFormat).Raw(s.network).U64(s.number).U64(s.expires_unix_ms);
  out.U32(static_cast<std::uint32_t>(s.boots.size()));
  for (const auto& [party, boot] : s.boots) out.U16(party.value).Raw(boot.bytes);
  return out;
}

}  // namespace

Hash32 ResumeStatement::SignedHash() const { return SignedHashOf(Signed(*this)); }

Bytes ResumeStatement::Encode() const { return WithSignatures(Signed(*this), signatures); }

Result<ResumeStatement> ResumeStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  ResumeStatement out;
  out.network = in.Array<16>();
  out.number = in.U64();
  out.expires_unix_ms = in.U64();
  for (const auto& [party, boot] : ReadByParty<16>(in)) out.boots.emplace(party, BootId{boot});
  out.signatures = ReadByParty<64>(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Result<Unit> VerifyStatement(const ResumeStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, const BootId& own_boot, std::size_t quorum,
                             std::uint64_t last_number, TimeBounds now) {
  const auto own = statement.boots.find(self);
  if (statement.network != manifest.network_id || own == statement.boots.end() || own->second != own_boot)
    return Fail(Status::kPeerUnknown);
  for (const auto& [party, boot] : statement.boots) {
    if (manifest.Row(party) == nullptr) return Fail(Status::kPeerUnknown);
  }
  if (statement.boots.size() < quorum) return Fail(Status::kDenied);
  PASSPORT_TRY_VOID(VerifyOperators(manifest, statement.SignedHash(), statement.signatures));
  return JudgeTime(statement.number, last_number, statement.expires_unix_ms, now);
}

}  // namespace passport::core
