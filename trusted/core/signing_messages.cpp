#include "trusted/core/signing_messages.h"

namespace passport::core {
namespace {

constexpr std::size_t kRoundBytesMax = 65'536;
constexpr std::size_t kShareBytesMax = 256;

void WriteSetups(Writer& out, const std::vector<UsedSetup>& setups) {
  out.U32(static_cast<std::uint32_t>(setups.size()));
  for (const UsedSetup& used : setups) out.U16(used.peer.value).Raw(used.id.bytes);
}

}  // namespace

void WriteQuorum(Writer& out, const std::vector<PartyIndex>& quorum) {
  out.U32(static_cast<std::uint32_t>(quorum.size()));
  for (const PartyIndex party : quorum) out.U16(party.value);
}

std::vector<PartyIndex> ReadQuorum(Reader& in) {
  std::vector<PartyIndex> out;
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count; ++i) {
    const PartyIndex party{in.U16()};
    if (!out.empty() && party <= out.back()) in.Reject();
    out.push_back(party);
  }
  return out;
}

void WriteEpoch(Writer& out, std::uint64_t epoch) {
  if (epoch > 0) out.U64(epoch);
}

std::uint64_t ReadEpoch(Reader& in) {
  if (in.remaining() == 0) return 0;
  const std::uint64_t epoch = in.U64();
  if (epoch == 0) in.Reject();  // one epoch has one form
  return epoch;
}

Bytes SignInvite::Encode() const {
  Writer out;
  out.U16(attempt);
  WriteQuorum(out, quorum);
  out.Raw(nonce);
  WriteRecordRef(out, scope);
  WriteRecordRef(out, account);
  out.Var(evidence.Encode());
  WriteEpoch(out, epoch);
  return out.Take();
}

Result<SignInvite> SignInvite::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignInvite out;
  out.attempt = in.U16();
  out.quorum = ReadQuorum(in);
  out.nonce = in.Array<32>();
  out.scope = ReadRecordRef(in);
  out.account = ReadRecordRef(in);
  const ByteSpan evidence = in.Var(kSignedEvidenceBytesMax);
  out.epoch = ReadEpoch(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.evidence, auth::Evidence::Parse(evidence));
  return out;
}

Bytes SignJoin::Encode() const {
  Writer out;
  out.U16(attempt).Raw(nonce);
  return out.Take();
}

Result<SignJoin> SignJoin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignJoin out{in.U16(), in.Array<32>()};
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes SignBegin::Encode() const {
  Writer out;
  out.U16(attempt).U32(static_cast<std::uint32_t>(nonces.size()));
  for (const Hash32& nonce : nonces) out.Raw(nonce);
  return out.Take();
}

Result<SignBegin> SignBegin::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignBegin out;
  out.attempt = in.U16();
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count; ++i) out.nonces.push_back(in.Array<32>());
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes SignRound::Encode() const {
  Writer out;
  out.U16(attempt).Var(message).Raw(signature);
  return out.Take();
}

Result<SignRound> SignRound::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignRound out;
  out.attempt = in.U16();
  out.message = ToBytes(in.Var(kRoundBytesMax));
  out.signature = in.Array<64>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes SignRound3::Encode() const {
  Writer out;
  out.U16(attempt).Raw(nonce_point).Var(share);
  WriteSetups(out, setups);
  out.Raw(signature);
  return out.Take();
}

Result<SignRound3> SignRound3::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignRound3 out;
  out.attempt = in.U16();
  out.nonce_point = in.Array<33>();
  out.share = ToBytes(in.Var(kShareBytesMax));
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count; ++i) {
    const PartyIndex party{in.U16()};
    out.setups.push_back({party, SetupId{in.Array<32>()}});
  }
  out.signature = in.Array<64>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Hash32 ReceiptDigest(const ReceiptFacts& facts) {
  Writer records;
  WriteRecordRef(records, facts.scope);
  WriteRecordRef(records, facts.account);
  Writer setups;
  WriteSetups(setups, facts.setups);
  return crypto::TaggedHash(crypto::tag::kSgReceipt, facts.manifest,
                            {facts.request.bytes, facts.digest.bytes, records.bytes(), facts.ssid,
                             setups.bytes(), facts.boot.bytes});
}

Bytes SignRefuse::Encode() const {
  Writer out;
  out.U16(attempt).U8(static_cast<std::uint8_t>(reason)).U16(code);
  return out.Take();
}

Result<SignRefuse> SignRefuse::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignRefuse out;
  out.attempt = in.U16();
  const std::uint8_t reason = in.U8();
  if (reason < 1 || reason > static_cast<std::uint8_t>(RefuseReason::kUnknown)) in.Reject();
  out.reason = static_cast<RefuseReason>(reason);
  out.code = in.U16();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
