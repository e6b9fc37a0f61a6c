#include "trusted/attest/simulated.h"

#include "edl/base/codec.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/identity.h"

namespace passport::attest {
namespace {

constexpr std::string_view kPrefix = "SIMULATED EVIDENCE\n";
constexpr std::uint8_t kVersion = 1;
// SubjectPublicKeyInfo of an Ed25519 key, up to the key (RFC 8410, 4).
constexpr ByteArray<12> kSpkiPrefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

crypto::SigningKey PublicKnowledge() {
  return crypto::SigningKey(
      crypto::SecretKey32(crypto::HashSha256(AsBytes("passport simulated attestation: protects nothing"))));
}

}  // namespace

Evidence MakeSimulated(const Hash32& measurement, const ByteArray<64>& report_data) {
  Writer out;
  out.Raw(AsBytes(kPrefix)).U8(kVersion).Raw(measurement).Raw(report_data);
  out.Raw(PublicKnowledge().Sign(out.bytes()));
  return {Provider::kSimulated, out.Take(), {}};
}

Result<Findings> VerifySimulated(const Evidence& evidence) {
  if (evidence.provider != Provider::kSimulated) return Fail(Status::kEvidenceProvider);
  Reader in(evidence.quote);
  const ByteSpan prefix = in.Raw(kPrefix.size());
  const std::uint8_t version = in.U8();
  const Hash32 measurement = in.Array<32>();
  Findings out;
  out.report_data = in.Array<64>();
  const crypto::Ed25519Signature signature = in.Array<64>();
  if (!in.Done() || AsText(prefix) != kPrefix || version != kVersion || !evidence.collateral.empty())
    return Fail(Status::kEvidenceFormat);
  const crypto::SigningKey key = PublicKnowledge();
  const ByteSpan signed_part = ByteSpan(evidence.quote).first(evidence.quote.size() - signature.size());
  if (!crypto::VerifyEd25519(key.public_key(), signed_part, signature))
    return Fail(Status::kEvidenceSignature);
  out.provider = Provider::kSimulated;
  out.simulated = true;
  out.measurement = ToBytes(measurement);
  out.enclave_image = measurement;
  out.attester = crypto::HashSha256({kSpkiPrefix, key.public_key()});
  return out;
}

}  // namespace passport::attest
