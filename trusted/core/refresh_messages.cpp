#include "trusted/core/refresh_messages.h"

#include "trusted/reshare/reshare.h"
#include "trusted/sharing/encoding.h"

namespace passport::core {
namespace {

constexpr std::size_t kStatementBytesMax = 512;

void WriteFacets(Writer& out, const KeyFacets& facets) {
  out.U64(facets.epoch).U8(facets.marks).U8(facets.purpose);
  sharing::WritePoints(out, facets.commitments);
  out.Raw(facets.chain_code);
}

KeyFacets ReadFacets(Reader& in) {
  KeyFacets out;
  out.epoch = in.U64();
  out.marks = in.U8();
  out.purpose = in.U8();
  out.commitments = sharing::ReadPoints(in);
  out.chain_code = in.Array<32>();
  return out;
}

}  // namespace

KeyFacets FacetsOf(const sharing::KeyShare& share) {
  return {share.epoch, share.marks, share.purpose, share.commitments, share.chain_code};
}

dkg::KeyFacts FactsOf(const KeyFacets& facets, const KeyId& key, const peer::Manifest& manifest) {
  sharing::KeyShare share;
  share.id = key;
  share.purpose = facets.purpose;
  share.epoch = facets.epoch;
  share.marks = facets.marks;
  share.n = manifest.n;
  share.t = manifest.t;
  share.commitments = facets.commitments;
  share.chain_code = facets.chain_code;
  return reshare::FactsOf(share);
}

Bytes RefreshInvite::Encode() const {
  Writer out;
  out.Var(statement.Encode()).Raw(account.bytes).Raw(key.bytes);
  return out.Take();
}

Result<RefreshInvite> RefreshInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const ByteSpan statement = in.Var(kStatementBytesMax);
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
