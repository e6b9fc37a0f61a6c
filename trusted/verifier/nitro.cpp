#include "trusted/verifier/nitro.h"

#include <algorithm>

#include "trusted/attest/nitro_document.h"
#include "trusted/verifier/chain.h"
#include "trusted/verifier/p384.h"

namespace passport::verifier {
namespace {

using attest::NitroDocument;

constexpr std::uint8_t kNeededPcrs[] = {0, 1, 2, 3, 4, 8};

bool AllZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

Result<Chain> VerifyDocumentChain(const NitroDocument& document) {
  std::vector<ByteSpan> chain = {document.certificate};
  chain.insert(chain.end(), document.bundle.rbegin(), document.bundle.rend());
  return VerifyChain(chain, Algorithm::kP384Sha384, Algorithm::kP384Sha384);
}

attest::Findings ToFindings(const NitroDocument& document, const Chain& chain) {
  attest::Findings out;
  out.provider = attest::Provider::kNitro;
  out.debug = AllZero(document.Pcr0To31(0)) || AllZero(document.Pcr0To31(1)) || AllZero(document.Pcr0To31(2));
  out.measurement = ToBytes(document.Pcr0To31(0));
  if (const ByteSpan signer = document.Pcr0To31(8); !AllZero(signer)) out.signer = ToBytes(signer);
  out.attester = chain.leaf_spki;
  out.root = chain.root_spki;
  out.not_before_s = chain.not_before_s;
  out.not_after_s = chain.not_after_s;
  for (const NitroDocument::Pcr& pcr : document.pcrs)
    out.registers.push_back({pcr.index, ToBytes(pcr.value)});
  return out;
}

Result<attest::Findings> VerifyParsed(const NitroDocument& document) {
  for (const std::uint8_t index : kNeededPcrs) {
    if (document.Pcr0To31(index).empty()) return Fail(Status::kEvidenceFormat);
  }
  PASSPORT_TRY(const Chain chain, VerifyDocumentChain(document));
  if (!VerifyP384(chain.leaf.spki(), document.SignedBytes(), document.r, document.s))
    return Fail(Status::kEvidenceSignature);
  const std::uint64_t made_s = document.timestamp_ms / 1000;
  if (made_s < chain.not_before_s || made_s > chain.not_after_s) return Fail(Status::kEvidenceValidity);
  return ToFindings(document, chain);
}

}  // namespace

Result<attest::Findings> VerifyNitroDocument(ByteSpan input) {
  PASSPORT_TRY(const NitroDocument document, NitroDocument::Parse(input));
  return VerifyParsed(document);
}

Result<attest::Findings> VerifyNitro(const attest::Evidence& evidence) {
  if (evidence.provider != attest::Provider::kNitro) return Fail(Status::kEvidenceProvider);
  if (!evidence.collateral.empty()) return Fail(Status::kEvidenceFormat);
  PASSPORT_TRY(const NitroDocument document, NitroDocument::Parse(evidence.quote));
  const auto report_data = ToArray<64>(document.user_data.value_or(ByteSpan{}));
  if (!report_data.ok()) return Fail(Status::kEvidenceBinding);
  PASSPORT_TRY(attest::Findings findings, VerifyParsed(document));
  findings.report_data = report_data.value();
  return findings;
}

}  // namespace passport::verifier
