#include "trusted/verifier/verify.h"

#include "trusted/attest/simulated.h"
#include "trusted/attest/tpm2.h"
#include "trusted/platform_link/helper.h"
#include "trusted/verifier/dcap.h"
#include "trusted/verifier/nitro.h"
#include "trusted/verifier/snp.h"
#include "trusted/verifier/tpm2_certified.h"

namespace passport::verifier {
namespace {

using platform_link::HelperAnswer;
using platform_link::HelperRequest;
using platform_link::Op;

struct Reason {
  Status status;
  std::string_view text;
};
constexpr Reason kReasons[] = {
    {Status::kTooLong, "evidence is longer than any provider's; ask the node for its evidence again"},
    {Status::kMalformed, "these bytes are no evidence; run the same version of Passport on both nodes"},
    {Status::kEvidenceFormat,
     "evidence is not exactly in its provider's format; have its node fetch a new one, with all "
     "certificates"},
    {Status::kEvidenceProvider,
     "there is no verifier for this provider; run a version of Passport that has one"},
    {Status::kEvidenceAlgorithm,
     "evidence is signed with another algorithm than its provider's; do not trust the node that sent it"},
    {Status::kEvidenceSignature, "a signature of the evidence is wrong; do not trust the node that sent it"},
    {Status::kEvidenceChain,
     "the certificates are no complete chain of authorities; have the node send all of them, root included"},
    {Status::kEvidenceValidity,
     "there is no time at which all certificates are valid; have the node renew its certificates"},
    {Status::kEvidenceBinding,
     "parts of the evidence do not belong together; have the node fetch a new one after its start"},
    {Status::kEvidenceTcb,
     "the certificate is for other firmware than the report names; have the node fetch its certificate "
     "again"},
    {Status::kEvidenceKey, "the attesting key may sign other things than evidence; make a restricted one"},
    {Status::kEvidenceGuest,
     "the guest may be migrated, or runs below another one; start it at the highest level, without "
     "migration"},
};

std::string_view ReasonOf(Status status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "the verifier failed; look at the log of passportd";
}

Bytes Refuse(std::string_view why) { return HelperAnswer{Op::kVerify, false, AsBytes(why)}.Encode(); }

}  // namespace

Result<attest::Findings> Verify(const attest::Evidence& evidence) {
  switch (evidence.provider) {
    case attest::Provider::kNone:
      return Fail(Status::kEvidenceProvider);
    case attest::Provider::kSimulated:
      return attest::VerifySimulated(evidence);
    case attest::Provider::kTpm2:
      return evidence.collateral.empty() ? attest::VerifyTpm2(evidence) : VerifyCertifiedTpm2(evidence);
    case attest::Provider::kSnp:
      return VerifySnp(evidence);
    case attest::Provider::kTdx:
      return VerifyTdx(evidence);
    case attest::Provider::kSgx:
      return VerifySgx(evidence);
    case attest::Provider::kNitro:
      return VerifyNitro(evidence);
  }
  return Fail(Status::kEvidenceProvider);
}

Bytes AnswerRequest(ByteSpan record) {
  const auto request = HelperRequest::Parse(record);
  if (!request.ok() || request.value().op != Op::kVerify)
    return Refuse("not a request to passport-verifier; run programs of one build");
  const auto evidence = attest::Evidence::Parse(request.value().body);
  if (!evidence.ok()) return Refuse(ReasonOf(evidence.error()));
  const auto findings = Verify(evidence.value());
  if (!findings.ok()) return Refuse(ReasonOf(findings.error()));
  const Bytes encoded = findings.value().Encode();
  return HelperAnswer{Op::kVerify, true, encoded}.Encode();
}

}  // namespace passport::verifier
