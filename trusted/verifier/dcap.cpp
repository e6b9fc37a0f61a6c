#include "trusted/verifier/dcap.h"

#include <algorithm>

#include "trusted/attest/dcap_quote.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/p256.h"
#include "trusted/verifier/chain.h"
#include "trusted/verifier/pck.h"
#include "trusted/verifier/pem.h"

namespace passport::verifier {
namespace {

using attest::DcapQuote;
using attest::Provider;
using attest::SgxReport;
using attest::TdReport;

// SubjectPublicKeyInfo of a P-256 key up to its x (RFC 5480).
constexpr ByteArray<27> kSpkiPrefix = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

// Who Intel's quoting enclaves are, of which the platform's key certifies any enclave with the right to ask
// it: MRSIGNER and product id of the published QE identities.
struct QuotingEnclave {
  std::string_view mrsigner;
  std::uint16_t product_id;
};
constexpr QuotingEnclave kSgxQe = {"8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff", 1};
constexpr QuotingEnclave kTdQe = {"dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5", 2};

bool VerifyRaw(ByteSpan spki, ByteSpan message, const ByteArray<64>& signature) {
  const auto key = crypto::ParseP256(spki);
  crypto::P256Signature parts;
  std::copy_n(signature.begin(), 32, parts.r.begin());
  std::copy_n(signature.begin() + 32, 32, parts.s.begin());
  return key.ok() && crypto::VerifyP256(key.value(), message, parts);
}

Result<Chain> VerifyPckChain(const DcapQuote& quote) {
  PASSPORT_TRY(const std::vector<Bytes> certificates, ParsePemChain(quote.pck_chain, 3));
  const std::vector<ByteSpan> spans(certificates.begin(), certificates.end());
  return VerifyChain(spans, Algorithm::kP256Sha256, Algorithm::kP256Sha256);
}

Result<Unit> CheckQuotingEnclave(const DcapQuote& quote, const QuotingEnclave& expected) {
  const SgxReport& qe = quote.qe_report;
  if (!qe.initialised || qe.debug || ToHex(qe.mrsigner) != expected.mrsigner ||
      qe.product_id != expected.product_id)
    return Fail(Status::kEvidenceKey);
  ByteArray<64> named{};
  const Hash32 hash = crypto::HashSha256({quote.attestation_key, quote.qe_auth});
  std::copy(hash.begin(), hash.end(), named.begin());
  if (qe.report_data != named) return Fail(Status::kEvidenceBinding);
  return Ok();
}

Result<Unit> CheckSignatures(const DcapQuote& quote, const Chain& chain) {
  Bytes key = ToBytes(kSpkiPrefix);
  Append(key, quote.attestation_key);
  if (!VerifyRaw(chain.leaf.spki(), quote.qe_report_bytes, quote.qe_signature) ||
      !VerifyRaw(key, quote.signed_part, quote.signature))
    return Fail(Status::kEvidenceSignature);
  return Ok();
}

attest::Findings CommonFindings(const DcapQuote& quote, const Chain& chain, const PckFacts& pck) {
  attest::Findings out;
  out.tcb.assign(pck.components.begin(), pck.components.end());
  out.tcb.push_back(pck.pce_svn);
  out.tcb.push_back(quote.qe_report.svn);
  out.attester = chain.leaf_spki;
  out.root = chain.root_spki;
  out.not_before_s = chain.not_before_s;
  out.not_after_s = chain.not_after_s;
  return out;
}

void AddSgx(const SgxReport& report, const PckFacts& pck, attest::Findings& out) {
  out.provider = Provider::kSgx;
  out.debug = report.debug;
  out.report_data = report.report_data;
  out.measurement = ToBytes(report.mrenclave);
  Writer signer;
  signer.Raw(report.mrsigner).U16(report.product_id);
  out.signer = signer.Take();
  out.tcb.push_back(report.svn);
  Bytes names = ToBytes(report.family_id);
  Append(names, report.extended_product_id);
  out.registers = {{0, ToBytes(report.config_id)},
                   {1, std::move(names)},
                   {2, ToBytes(pck.fmspc)},
                   {3, ToBytes(report.cpu_svn)}};
}

void AddTdx(const TdReport& report, const PckFacts& pck, attest::Findings& out) {
  out.provider = Provider::kTdx;
  out.debug = report.debug;
  out.report_data = report.report_data;
  out.measurement =
      ToBytes(crypto::HashSha256({report.mrtd, report.mrconfigid, report.mrowner, report.mrownerconfig,
                                  report.rtmr[0], report.rtmr[1], report.rtmr[2], report.rtmr[3]}));
  for (const std::uint8_t version : report.tee_tcb_svn) out.tcb.push_back(version);
  for (std::uint8_t i = 0; i < report.rtmr.size(); ++i) out.registers.push_back({i, ToBytes(report.rtmr[i])});
  out.registers.push_back({4, ToBytes(report.mrtd)});
  out.registers.push_back({5, ToBytes(report.mrconfigid)});
  out.registers.push_back({6, ToBytes(report.mrowner)});
  out.registers.push_back({7, ToBytes(report.mrownerconfig)});
  out.registers.push_back({8, ToBytes(report.mrseam)});
  out.registers.push_back({9, ToBytes(pck.fmspc)});
}

Result<attest::Findings> Verify(const attest::Evidence& evidence, Provider provider) {
  if (evidence.provider != provider) return Fail(Status::kEvidenceProvider);
  if (!evidence.collateral.empty()) return Fail(Status::kEvidenceFormat);
  PASSPORT_TRY(const DcapQuote quote, DcapQuote::Parse(evidence.quote, provider));
  PASSPORT_TRY(const Chain chain, VerifyPckChain(quote));
  PASSPORT_TRY(const PckFacts pck, PckFacts::Read(chain.leaf));
  PASSPORT_TRY_VOID(CheckQuotingEnclave(quote, provider == Provider::kSgx ? kSgxQe : kTdQe));
  PASSPORT_TRY_VOID(CheckSignatures(quote, chain));
  attest::Findings out = CommonFindings(quote, chain, pck);
  if (const auto* enclave = std::get_if<SgxReport>(&quote.body)) {
    if (!enclave->initialised) return Fail(Status::kEvidenceGuest);
    AddSgx(*enclave, pck, out);
  } else if (const auto* td = std::get_if<TdReport>(&quote.body)) {
    if (td->own_module || td->migratable) return Fail(Status::kEvidenceGuest);
    AddTdx(*td, pck, out);
  }
  return out;
}

}  // namespace

Result<attest::Findings> VerifySgx(const attest::Evidence& evidence) {
  return Verify(evidence, Provider::kSgx);
}

Result<attest::Findings> VerifyTdx(const attest::Evidence& evidence) {
  return Verify(evidence, Provider::kTdx);
}

}  // namespace passport::verifier
