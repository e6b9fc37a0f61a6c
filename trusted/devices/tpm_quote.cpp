#include "trusted/devices/tpm_quote.h"

#include <tss2/tss2_mu.h>

#include <algorithm>

#include "trusted/crypto/hash.h"
#include "trusted/devices/tpm_pcrs.h"

namespace passport::devices {
namespace {

constexpr int kTries = 3;

Bytes Marshalled(const TPMT_SIGNATURE& signature) {
  Bytes out(sizeof signature);
  std::size_t size = 0;
  PASSPORT_CHECK(Tss2_MU_TPMT_SIGNATURE_Marshal(&signature, out.data(), out.size(), &size) ==
                 TSS2_RC_SUCCESS);
  out.resize(size);
  return out;
}

// Whether the quote is over these values: a register may have been extended between reading and quoting.
bool IsOver(ByteSpan attest, const PcrValues& pcrs) {
  TPMS_ATTEST parsed{};
  std::size_t end = 0;
  if (Tss2_MU_TPMS_ATTEST_Unmarshal(attest.data(), attest.size(), &end, &parsed) != TSS2_RC_SUCCESS)
    return false;
  const TPM2B_DIGEST& digest = parsed.attested.quote.pcrDigest;
  return parsed.type == TPM2_ST_ATTEST_QUOTE && Equal({digest.buffer, digest.size}, PcrDigest(pcrs));
}

}  // namespace

Result<attest::Tpm2Quote, Refusal> MakeQuote(Tpm& tpm, const ByteArray<64>& report_data,
                                             const Hash32& measurement) {
  attest::Tpm2Quote out;
  out.report_data = report_data;
  out.enclave_image = measurement;
  PASSPORT_TRY(const TpmKey key, tpm.AttestationKey());
  out.ak_public = key.area;
  TPM2B_DATA qualifying{};
  const Hash32 hash = crypto::HashSha256(report_data);
  qualifying.size = static_cast<UINT16>(hash.size());
  std::copy(hash.begin(), hash.end(), qualifying.buffer);
  const TPMT_SIG_SCHEME scheme = {TPM2_ALG_NULL, {}};  // the key's own
  const TPML_PCR_SELECTION selection = QuotedPcrs();
  for (int i = 0; i < kTries; ++i) {
    PASSPORT_TRY(const PcrValues pcrs, ReadPcrs(tpm));
    Received<TPM2B_ATTEST> quoted;
    Received<TPMT_SIGNATURE> signature;
    const TSS2_RC code =
        Esys_Quote(tpm.esys(), key.object.get(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &qualifying,
                   &scheme, &selection, quoted.slot(), signature.slot());
    if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("make a quote", code));
    out.attest = ToBytes(ByteSpan(quoted->attestationData, quoted->size));
    if (!IsOver(out.attest, pcrs)) continue;
    out.signature = Marshalled(*signature);
    out.pcrs.clear();
    for (std::size_t at = 0; at < attest::kQuotedPcrs.size(); ++at)
      out.pcrs.push_back({attest::kQuotedPcrs[at], pcrs[at]});
    return out;
  }
  return Fail(Refusal(
      "the registers of the TPM do not stay as they are while they are quoted; find out who extends them"));
}

}  // namespace passport::devices
