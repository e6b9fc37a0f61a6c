#include "trusted/core/policy_statement.h"

#include "trusted/claims/policy.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 3;
constexpr std::uint8_t kReplacingFormat = 4;

Writer Signed(const PolicyStatement& s) {
  Writer out;
  out.U8(s.replaces.empty() ? kFormat : kReplacingFormat).Raw(s.network);
  out.U64(s.number).U64(s.expires_unix_ms);
  if (!s.replaces.empty()) out.U32(static_cast<std::uint32_t>(s.replaces.size()));
  for (const auto& [party, replaced] : s.replaces)
    out.U16(party.value).Raw(replaced.boot.bytes).Raw(replaced.policy);
  out.Text(s.file);
  return out;
}

void ReadReplaced(Reader& in, PolicyStatement& out) {
  std::uint32_t left = in.Count(peer::kPartiesMax);
  if (left == 0) in.Reject();
  PartyIndex last;
  for (; left > 0 && !in.failed(); --left) {
    const PartyIndex party = ReadPartyAbove(in, last);
    const BootId boot{in.Array<16>()};
    out.replaces.emplace(party, ReplacedPolicy{boot, in.Array<32>()});
  }
}

}  // namespace

Hash32 PolicyStatement::SignedHash() const { return SignedHashOf(Signed(*this)); }

Bytes PolicyStatement::Encode() const { return WithSignatures(Signed(*this), signatures); }

Result<PolicyStatement> PolicyStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  if (format != kFormat && format != kReplacingFormat) return Fail(Status::kMalformed);
  PolicyStatement out;
  out.network = in.Array<16>();
  out.number = in.U64();
  out.expires_unix_ms = in.U64();
  if (format == kReplacingFormat) ReadReplaced(in, out);
  out.file = std::string(in.Text(claims::kPolicyBytesMax));
  out.signatures = ReadByParty<64>(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Result<Unit> VerifySigned(const PolicyStatement& statement, const peer::Manifest& manifest) {
  if (statement.network != manifest.network_id) return Fail(Status::kPeerUnknown);
  return VerifyOperators(manifest, statement.SignedHash(), statement.signatures);
}

Result<Unit> VerifyStatement(const PolicyStatement& statement, const peer::Manifest& manifest,
                             PartyIndex self, const BootId& own_boot, std::uint64_t last_number,
                             TimeBounds now) {
  const auto own = statement.replaces.find(self);
  const bool for_starts = !statement.replaces.empty();
  if (for_starts && (own == statement.replaces.end() || own->second.boot != own_boot))
    return Fail(Status::kPeerUnknown);
  PASSPORT_TRY_VOID(VerifySigned(statement, manifest));
  return JudgeTime(statement.number, last_number, statement.expires_unix_ms, now);
}

}  // namespace passport::core
