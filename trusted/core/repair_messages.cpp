#include "trusted/core/repair_messages.h"

namespace passport::core {

Bytes RepairInvite::Encode() const {
  Writer out;
  out.Raw(account.bytes).Raw(key.bytes);
  WriteQuorum(out, helpers);
  return out.Take();
}

Result<RepairInvite> RepairInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  RepairInvite out;
  out.account = RecordId{in.Array<32>()};
  out.key = KeyId{in.Array<32>()};
  out.helpers = ReadQuorum(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RepairJoin::Encode() const {
  Writer out;
  out.Raw(nonce);
  WriteFacets(out, key);
  return out.Take();
}

Result<RepairJoin> RepairJoin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  RepairJoin out;
  out.nonce = in.Array<32>();
  out.key = ReadFacets(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RepairBegin::Encode() const {
  Writer out;
  out.U64(epoch).U32(static_cast<std::uint32_t>(nonces.size()));
  for (const Hash32& nonce : nonces) out.Raw(nonce);
  return out.Take();
}

Result<RepairBegin> RepairBegin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  RepairBegin out;
  out.epoch = in.U64();
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count; ++i) out.nonces.push_back(in.Array<32>());
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes RepairEnd::Encode() const { return {static_cast<std::uint8_t>(reason)}; }

Result<RepairEnd> RepairEnd::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t reason = in.U8();
  const bool known = reason >= static_cast<std::uint8_t>(RepairEndReason::kNotReady) &&
                     reason <= static_cast<std::uint8_t>(RepairEndReason::kAborted);
  if (!in.Done() || !known) return Fail(Status::kMalformed);
  return RepairEnd{static_cast<RepairEndReason>(reason)};
}

reshare::RepairProposal MakeProposal(const Identity& identity, std::span<const BootId> boots,
                                     const RequestId& request, PartyIndex lost, const RepairInvite& invite,
                                     const RepairBegin& begin) {
  Writer agreed;
  agreed.Raw(invite.account.bytes).Raw(request.bytes);
  for (const BootId& boot : boots) agreed.Raw(boot.bytes);
  for (const Hash32& nonce : begin.nonces) agreed.Raw(nonce);
  const Hash32 digest =
      crypto::TaggedHash(crypto::tag::kRepairProposal, identity.manifest_hash, {agreed.bytes()});
  return {digest, invite.key, begin.epoch, invite.helpers, lost};
}

std::vector<BootId> BootsOf(const PeerTable& peers, PartyIndex lost, const RepairInvite& invite) {
  std::vector<BootId> boots{peers.BootOf(lost)};
  for (const PartyIndex helper : invite.helpers) boots.push_back(peers.BootOf(helper));
  return boots;
}

Bytes AccountsAsk::Encode() const { return ToBytes(after.bytes); }

Result<AccountsAsk> AccountsAsk::Parse(ByteSpan bytes) {
  Reader in(bytes);
  AccountsAsk out{RecordId{in.Array<32>()}};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes AccountsList::Encode() const {
  Writer out;
  out.U32(static_cast<std::uint32_t>(rows.size()));
  for (const Row& row : rows) out.Raw(row.account.bytes).U64(row.holders);
  return out.Take();
}

Result<AccountsList> AccountsList::Parse(ByteSpan bytes) {
  Reader in(bytes);
  AccountsList out;
  const std::uint32_t count = in.Count(kAccountsListedMax);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Row row{RecordId{in.Array<32>()}, in.U64()};
    if (!out.rows.empty() && row.account <= out.rows.back().account) in.Reject();
    out.rows.push_back(row);
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
