#include "trusted/core/blame_messages.h"

#include "trusted/sharing/encoding.h"

namespace passport::core {
namespace {

// A defence of one of so many signers as there can be.
constexpr std::size_t kDefenceBytesMax = 327 + 660 * (peer::kPartiesMax - 1);

void WriteShares(Writer& out, const std::vector<sign::SignedShare>& shares) {
  out.U32(static_cast<std::uint32_t>(shares.size()));
  for (const sign::SignedShare& share : shares) share.Write(out);
}

std::vector<sign::SignedShare> ReadShares(Reader& in) {
  std::vector<sign::SignedShare> out;
  const std::uint32_t count = in.Count(peer::kPartiesMax);
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    out.push_back(sign::SignedShare::Read(in));
    if (i > 0 && out[i].share.from <= out[i - 1].share.from) in.Reject();
  }
  return out;
}

}  // namespace

Bytes SignDispute::Encode() const {
  Writer out;
  out.U16(attempt);
  WriteShares(out, shares);
  return out.Take();
}

Result<SignDispute> SignDispute::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignDispute out;
  out.attempt = in.U16();
  out.shares = ReadShares(in);
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Bytes SignDefence::Encode() const {
  Writer out;
  out.U16(attempt).Var(defence.Encode());
  return out.Take();
}

Result<SignDefence> SignDefence::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignDefence out;
  out.attempt = in.U16();
  const ByteSpan defence = in.Var(kDefenceBytesMax);
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.defence, sign::Defence::Parse(defence));
  return out;
}

Bytes SignEvidence::Encode() const {
  Writer out;
  out.U16(attempt);
  WriteQuorum(out, dispute.quorum);
  out.Raw(dispute.ssid).Raw(dispute.public_key.Encode()).Raw(dispute.digest.bytes);
  WriteShares(out, shares);
  out.Var(defence.Encode());
  return out.Take();
}

Result<SignEvidence> SignEvidence::Parse(ByteSpan bytes) {
  Reader in(bytes);
  SignEvidence out;
  out.attempt = in.U16();
  out.dispute.quorum = ReadQuorum(in);
  out.dispute.ssid = in.Array<32>();
  out.dispute.public_key = sharing::ReadPoint(in);
  out.dispute.digest = Digest{in.Array<32>()};
  out.shares = ReadShares(in);
  const ByteSpan defence = in.Var(kDefenceBytesMax);
  if (!in.Done()) return Fail(Status::kMalformed);
  PASSPORT_TRY(out.defence, sign::Defence::Parse(defence));
  return out;
}

}  // namespace passport::core
