#include "trusted/replica/register.h"

#include "edl/base/parties.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::replica {
namespace {

constexpr std::uint8_t kFormat = 1;

}  // namespace

Hash32 Version::HashFor(const RecordId& id) const {
  return crypto::TaggedHash(crypto::tag::kReplicaVersion, id.bytes,
                            {crypto::Le64(number), previous, crypto::HashSha256(value)});
}

void WriteBallot(Writer& out, const Ballot& ballot) { out.U64(ballot.round).U16(ballot.party.value); }

Ballot ReadBallot(Reader& in) {
  const std::uint64_t round = in.U64();
  return {round, PartyIndex{in.U16()}};
}

void WriteVersion(Writer& out, const Version& version) {
  out.U64(version.number).Raw(version.previous).Var(version.value);
}

Version ReadVersion(Reader& in) {
  Version out;
  out.number = in.U64();
  out.previous = in.Array<32>();
  out.value = ToBytes(in.Var(kValueBytesMax));
  return out;
}

void WriteCertificate(Writer& out, const Certificate& certificate) {
  out.U32(static_cast<std::uint32_t>(certificate.size()));
  for (const auto& [party, signature] : certificate) out.U16(party.value).Raw(signature);
}

Certificate ReadCertificate(Reader& in) {
  Certificate out;
  const std::uint32_t count = in.Count(kPartiesMax);
  PartyIndex last;
  for (std::uint32_t i = 0; i < count; ++i) {
    const PartyIndex party = ReadPartyAbove(in, last);
    out.emplace(party, in.Array<64>());
  }
  return out;
}

void WriteCommitted(Writer& out, const Committed& committed) {
  WriteVersion(out, committed.version);
  WriteCertificate(out, committed.certificate);
}

Committed ReadCommitted(Reader& in) {
  Committed out;
  out.version = ReadVersion(in);
  out.certificate = ReadCertificate(in);
  return out;
}

void WriteTentative(Writer& out, const std::optional<Tentative>& tentative) {
  out.Bool(tentative.has_value());
  if (!tentative) return;
  WriteBallot(out, tentative->ballot);
  WriteVersion(out, tentative->version);
  out.Var(tentative->evidence);
}

std::optional<Tentative> ReadTentative(Reader& in) {
  if (!in.Bool()) return std::nullopt;
  Tentative out;
  out.ballot = ReadBallot(in);
  out.version = ReadVersion(in);
  out.evidence = ToBytes(in.Var(kEvidenceBytesMax));
  return out;
}

void Register::Hold(Tentative offered) {
  if (tentative && tentative->version == offered.version) offered.evidence = std::move(tentative->evidence);
  tentative = std::move(offered);
}

Bytes Register::Encode() const {
  Writer out;
  out.U8(kFormat);
  WriteBallot(out, promised);
  WriteCommitted(out, committed);
  WriteTentative(out, tentative);
  return out.Take();
}

Result<Register> Register::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  Register out;
  out.promised = ReadBallot(in);
  out.committed = ReadCommitted(in);
  out.tentative = ReadTentative(in);
  if (out.tentative && out.tentative->version.number <= out.committed.version.number) in.Reject();
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::replica
