#include "trusted/core/resume.h"

#include "edl/base/parties.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 2;

void WriteSigned(Writer& out, const ResumeStatement& s) {
  out.U8(kFormat).Raw(s.network).U64(s.number).U64(s.expires_unix_ms);
  out.U32(static_cast<std::uint32_t>(s.boots.size()));
  for (const auto& [party, boot] : s.boots) out.U16(party.value).Raw(boot.bytes);
}

}  // namespace

Hash32 ResumeStatement::SignedHash() const {
  Writer out;
  WriteSigned(out, *this);
  return crypto::TaggedHash(crypto::tag::kAdmin, Hash32{}, {out.bytes()});
}

Bytes ResumeStatement::Encode() const {
  Writer out;
  WriteSigned(out, *this);
  out.U32(static_cast<std::uint32_t>(signatures.size()));
  for (const auto& [party, signature] : signatures) out.U16(party.value).Raw(signature);
  return out.Take();
}

Result<ResumeStatement> ResumeStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  ResumeStatement out;
  out.network = in.Array<16>();
  out.number = in.U64();
  out.expires_unix_ms = in.U64();
  PartyIndex last;
  for (std::uint32_t left = in.Count(peer::kPartiesMax); left > 0 && !in.failed(); --left) {
    const PartyIndex party = ReadPartyAbove(in, last);
    out.boots.emplace(party, BootId{in.Array<16>()});
  }
  last = {};
  for (std::uint32_t left = in.Count(peer::kPartiesMax); left > 0 && !in.failed(); --left) {
    const PartyIndex party = ReadPartyAbove(in, last);
    out.signatures.emplace(party, in.Array<64>());
  }
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
  if (statement.boots.size() < quorum || statement.signatures.size() < manifest.t)
    return Fail(Status::kDenied);
  const Hash32 hash = statement.SignedHash();
  for (const auto& [party, signature] : statement.signatures) {
    const peer::ManifestRow* signer = manifest.Row(party);
    if (signer == nullptr) return Fail(Status::kPeerUnknown);
    if (!crypto::VerifyEd25519(signer->operator_key, hash, signature)) return Fail(Status::kBadSignature);
  }
  return JudgeTime(statement.number, last_number, statement.expires_unix_ms, now);
}

}  // namespace passport::core
