#include "trusted/core/admin.h"

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kFormat = 1;

void WriteSigned(Writer& out, const AdminStatement& s) {
  out.U8(kFormat).Raw(s.network).U16(s.node.value).U64(s.number).U64(s.expires_unix_ms);
  out.U8(static_cast<std::uint8_t>(s.kind)).U16(s.argument.value).U16(s.signer.value);
}

}  // namespace

Hash32 AdminStatement::SignedHash() const {
  Writer out;
  WriteSigned(out, *this);
  return crypto::TaggedHash(crypto::tag::kAdmin, Hash32{}, {out.bytes()});
}

Bytes AdminStatement::Encode() const {
  Writer out;
  WriteSigned(out, *this);
  out.Raw(signature);
  return out.Take();
}

Result<AdminStatement> AdminStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  AdminStatement out;
  out.network = in.Array<16>();
  out.node = PartyIndex{in.U16()};
  out.number = in.U64();
  out.expires_unix_ms = in.U64();
  const std::uint8_t kind = in.U8();
  if (kind < 1 || kind > static_cast<std::uint8_t>(AdminKind::kRefresh)) in.Reject();
  out.kind = static_cast<AdminKind>(kind);
  out.argument = PartyIndex{in.U16()};
  out.signer = PartyIndex{in.U16()};
  out.signature = in.Array<64>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Result<Unit> VerifyStatement(const AdminStatement& statement, const peer::Manifest& manifest, PartyIndex self,
                             std::uint64_t last_number, TimeBounds now) {
  const peer::ManifestRow* signer = manifest.Row(statement.signer);
  const bool peer = statement.kind == AdminKind::kRefresh
                        ? statement.argument == PartyIndex{}
                        : statement.argument != self && manifest.Row(statement.argument) != nullptr;
  if (statement.network != manifest.network_id || statement.node != self || signer == nullptr || !peer)
    return Fail(Status::kPeerUnknown);
  // It changes what this node alone remembers, so no other operator has a say, the forgiven peer's least of
  // all (rules.md 17); or what this node leads.
  if (statement.signer != self) return Fail(Status::kDenied);
  if (!crypto::VerifyEd25519(signer->operator_key, statement.SignedHash(), statement.signature))
    return Fail(Status::kBadSignature);
  return JudgeTime(statement.number, last_number, statement.expires_unix_ms, now);
}

}  // namespace passport::core
