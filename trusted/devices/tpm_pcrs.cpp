#include "trusted/devices/tpm_pcrs.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::devices {
namespace {

using attest::kQuotedPcrs;

// Takes what one answer brought; false if it is not what was asked for. `wanted` loses what was taken.
bool Take(const TPML_PCR_SELECTION& selected, const TPML_DIGEST& digests, TPML_PCR_SELECTION& wanted,
          PcrValues& values) {
  if (selected.count != 1 || selected.pcrSelections[0].sizeofSelect != 3) return false;
  std::size_t next = 0;
  for (std::size_t at = 0; at < kQuotedPcrs.size(); ++at) {
    const std::size_t byte = kQuotedPcrs[at] / 8;
    const auto bit = static_cast<std::uint8_t>(1 << kQuotedPcrs[at] % 8);
    std::uint8_t& left = wanted.pcrSelections[0].pcrSelect[byte];
    if ((selected.pcrSelections[0].pcrSelect[byte] & left & bit) == 0) continue;
    if (next >= digests.count || digests.digests[next].size != 32) return false;
    std::copy_n(digests.digests[next++].buffer, 32, values[at].begin());
    left = static_cast<std::uint8_t>(left & ~bit);
  }
  return next > 0 && next == digests.count;
}

bool Empty(const TPML_PCR_SELECTION& selection) {
  const TPMS_PCR_SELECTION& bank = selection.pcrSelections[0];
  return (bank.pcrSelect[0] | bank.pcrSelect[1] | bank.pcrSelect[2]) == 0;
}

}  // namespace

// One answer has room for eight digests.
Result<PcrValues, Refusal> ReadPcrs(Tpm& tpm) {
  PcrValues values{};
  TPML_PCR_SELECTION wanted = QuotedPcrs();
  while (!Empty(wanted)) {
    UINT32 counter = 0;
    Received<TPML_PCR_SELECTION> selected;
    Received<TPML_DIGEST> digests;
    const TSS2_RC code = Esys_PCR_Read(tpm.esys(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &wanted,
                                       &counter, selected.slot(), digests.slot());
    if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("read its registers", code));
    if (!Take(*selected, *digests, wanted, values))
      return Fail(Refusal("the TPM has no SHA-256 bank of registers; switch it on in the firmware's setup"));
  }
  return values;
}

Result<Unit, Refusal> MeasureEnclave(Tpm& tpm, const Hash32& measurement) {
  const Hash32 expected = attest::EnclavePcrOf(measurement);
  PASSPORT_TRY(const PcrValues before, ReadPcrs(tpm));
  if (before[kEnclavePcrAt] == expected) return Unit{};
  if (before[kEnclavePcrAt] != Hash32{})
    return Fail(Refusal(
        "PCR 14 holds another measurement: reboot; if it does so right after a reboot, the boot loader shim "
        "uses it: boot without shim"));
  TPML_DIGEST_VALUES digests{};
  digests.count = 1;
  digests.digests[0].hashAlg = TPM2_ALG_SHA256;
  std::copy(measurement.begin(), measurement.end(), digests.digests[0].digest.sha256);
  const TSS2_RC code =
      Esys_PCR_Extend(tpm.esys(), ESYS_TR_PCR14, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &digests);
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("extend PCR 14", code));
  PASSPORT_TRY(const PcrValues after, ReadPcrs(tpm));
  if (after[kEnclavePcrAt] != expected)
    return Fail(Refusal("PCR 14 does not hold what was just put there: somebody else used it; reboot"));
  return Unit{};
}

Hash32 PcrDigest(const PcrValues& values) {
  crypto::Sha256 hash;
  for (const Hash32& value : values) hash.Update(value);
  return hash.Final();
}

std::string DifferingPcrs(const PcrValues& a, const PcrValues& b) {
  std::string out;
  for (std::size_t at = 0; at < kQuotedPcrs.size(); ++at) {
    if (a[at] != b[at]) out += (out.empty() ? "" : ", ") + std::to_string(kQuotedPcrs[at]);
  }
  return out;
}

}  // namespace passport::devices
