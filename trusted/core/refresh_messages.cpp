#include "trusted/core/refresh_messages.h"

namespace passport::core {

Bytes RefreshInvite::Encode() const {
  Writer out;
  out.Var(statement.Encode()).Raw(account.bytes).Raw(key.bytes);
  return out.Take();
}

Result<RefreshInvite> RefreshInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const ByteSpan statement = in.Var(kAdminBytesMax);
  RefreshInvite out;
  out.account = RecordId{in.Array<32>()};
  out.key = KeyId{in.Array<32>()};
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.statement, AdminStatement::Parse(statement));
  return out;
}

Bytes RefreshJoin::Encode() const {
  Writer out;
  out.U64(highest_epoch).Bool(held.has_value());
  if (held) WriteFacets(out, *held);
  return out.Take();
}

Result<RefreshJoin> RefreshJoin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  RefreshJoin out;
  out.highest_epoch = in.U64();
  if (in.Bool()) out.held = ReadFacets(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RefreshBegin::Encode() const {
  Writer out;
  out.U64(epoch);
  WriteQuorum(out, dealers);
  WriteFacets(out, current);
  return out.Take();
}

Result<RefreshBegin> RefreshBegin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  RefreshBegin out;
  out.epoch = in.U64();
  out.dealers = ReadQuorum(in);
  out.current = ReadFacets(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RefreshRefuse::Encode() const { return {static_cast<std::uint8_t>(reason)}; }

Result<RefreshRefuse> RefreshRefuse::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t reason = in.U8();
  if (reason < 1 || reason > static_cast<std::uint8_t>(RefreshRefusal::kLimit)) in.Reject();
  if (!in.Done()) return Fail(Status::kMalformed);
  return RefreshRefuse{static_cast<RefreshRefusal>(reason)};
}

Result<RefreshSetups> RefreshSetups::Parse(ByteSpan bytes) {
  PASSPORT_TRY(AdminStatement statement, AdminStatement::Parse(bytes));
  return RefreshSetups{std::move(statement)};
}

Hash32 RefreshDigest(const Hash32& manifest_hash, const AdminStatement& statement, const RecordId& account) {
  return crypto::TaggedHash(crypto::tag::kRefreshProposal, manifest_hash,
                            {statement.SignedHash(), account.bytes});
}

}  // namespace passport::core
