#include "trusted/dkg/certificate.h"

#include <algorithm>

#include "edl/base/parties.h"
#include "trusted/sharing/encoding.h"
#include "trusted/sharing/polynomial.h"
#include "trusted/sharing/quorum.h"

namespace passport::dkg {
namespace {

constexpr std::uint8_t kVersion = 1;

// The proposal as fixed-width fields, for hashing and for the certificate.
void WriteProposal(Writer& writer, const Proposal& proposal) {
  writer.Raw(proposal.digest).U8(proposal.curve).U8(proposal.purpose).U16(proposal.n).U16(proposal.t);
  sharing::WriteParties(writer, proposal.dealers);
}

Proposal ReadProposal(Reader& reader) {
  Proposal out;
  out.digest = reader.Array<32>();
  out.curve = reader.U8();
  out.purpose = reader.U8();
  out.n = reader.U16();
  out.t = reader.U16();
  out.dealers = sharing::ReadParties(reader, out.n);
  return out;
}

// epoch_ctx of dkls23.md 1.5 at epoch 0.
Hash32 EpochContext(const KeyFacts& facts) {
  Writer writer;
  writer.U64(0);
  WriteProposal(writer, facts.proposal);
  return crypto::TaggedHash(crypto::tag::kEpoch, facts.Id().bytes, {writer.bytes()});
}

}  // namespace

KeyId KeyFacts::Id() const { return {crypto::TaggedHash(crypto::tag::kKey, Hash32{}, {transcript})}; }

std::optional<Hash32> KeyFacts::ConfirmedDigest() const {
  crypto::Sha256 state = crypto::TaggedState(crypto::tag::kKgFinal, sid);
  state.Update(PublicKey().Encode());
  for (std::uint16_t m = 1; m <= proposal.n; ++m) {
    const std::optional<curve::Point> share_point = sharing::EvaluateCommitments(commitments, {m});
    if (!share_point) return std::nullopt;
    state.Update(share_point->Encode());
  }
  return state.Update(chain_code).Update(EpochContext(*this)).Update(transcript).Final();
}

Result<Unit> KeyCertificate::Verify(const Roster& roster, std::size_t min_confirmers) const {
  const std::optional<Hash32> digest = facts.ConfirmedDigest();
  const std::size_t needed = std::max<std::size_t>(min_confirmers, facts.proposal.t);
  if (!digest || confirmations.size() < needed) return Fail(Status::kBadSignature);
  for (const auto& [party, signature] : confirmations) {
    const auto row = roster.find(party);
    if (row == roster.end() || !sharing::Contains(facts.proposal.dealers, party) ||
        !crypto::VerifyEd25519(row->second, *digest, signature)) {
      return Fail(Status::kBadSignature);
    }
  }
  return Ok();
}

Bytes KeyCertificate::Encode() const {
  Writer writer;
  writer.U8(kVersion);
  WriteProposal(writer, facts.proposal);
  writer.Raw(facts.sid).Raw(facts.transcript);
  sharing::WritePoints(writer, facts.commitments);
  writer.Raw(facts.chain_code).U16(static_cast<std::uint16_t>(confirmations.size()));
  for (const auto& [party, signature] : confirmations) writer.U16(party.value).Raw(signature);
  return writer.Take();
}

Result<KeyCertificate> KeyCertificate::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) return Fail(Status::kMalformed);
  KeyCertificate out;
  out.facts.proposal = ReadProposal(reader);
  out.facts.sid = reader.Array<32>();
  out.facts.transcript = reader.Array<32>();
  out.facts.commitments = sharing::ReadPoints(reader);
  out.facts.chain_code = reader.Array<32>();
  const std::uint16_t count = reader.U16();
  if (count > sharing::kPartiesMax) reader.Reject();
  PartyIndex last;
  for (std::uint16_t i = 0; i < count && !reader.failed(); ++i) {
    const PartyIndex party = ReadPartyAbove(reader, last);
    out.confirmations[party] = reader.Array<64>();
  }
  const Proposal& proposal = out.facts.proposal;
  if (!reader.Done() || !proposal.IsValid() || out.facts.commitments.size() != proposal.t) {
    return Fail(Status::kMalformed);
  }
  return out;
}

}  // namespace passport::dkg
