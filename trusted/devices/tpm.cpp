#include "trusted/devices/tpm.h"

#include <tss2/tss2_mu.h>

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::devices {
namespace {

constexpr TPMA_OBJECT kOwnKey = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                                TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                                TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED;

// A P-256 key. `label` makes it ours: another template, another key.
TPM2B_PUBLIC EccPattern(TPMA_OBJECT use, std::string_view label) {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& area = out.publicArea;
  area.type = TPM2_ALG_ECC;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = kOwnKey | use;
  area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
  area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
  const Hash32 unique = crypto::HashSha256(AsBytes(label));
  area.unique.ecc.x.size = static_cast<UINT16>(unique.size());
  std::copy(unique.begin(), unique.end(), area.unique.ecc.x.buffer);
  return out;
}

TPM2B_PUBLIC StoragePattern() {
  TPM2B_PUBLIC out = EccPattern(TPMA_OBJECT_DECRYPT, "passport tpm2 storage key 1");
  TPMS_ECC_PARMS& parameters = out.publicArea.parameters.eccDetail;
  parameters.symmetric.algorithm = TPM2_ALG_AES;
  parameters.symmetric.keyBits.aes = 128;
  parameters.symmetric.mode.aes = TPM2_ALG_CFB;
  parameters.scheme.scheme = TPM2_ALG_NULL;
  return out;
}

TPM2B_PUBLIC AttestationPattern() {
  TPM2B_PUBLIC out = EccPattern(TPMA_OBJECT_SIGN_ENCRYPT, "passport tpm2 attestation key 1");
  TPMS_ECC_PARMS& parameters = out.publicArea.parameters.eccDetail;
  parameters.symmetric.algorithm = TPM2_ALG_NULL;
  parameters.scheme.scheme = TPM2_ALG_ECDSA;
  parameters.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
  return out;
}

Bytes Marshalled(const TPMT_PUBLIC& area) {
  Bytes out(sizeof area);
  std::size_t size = 0;
  PASSPORT_CHECK(Tss2_MU_TPMT_PUBLIC_Marshal(&area, out.data(), out.size(), &size) == TSS2_RC_SUCCESS);
  out.resize(size);
  return out;
}

std::string Hex(TSS2_RC code) {
  const ByteArray<4> bytes = {static_cast<std::uint8_t>(code >> 24), static_cast<std::uint8_t>(code >> 16),
                              static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code)};
  return "0x" + ToHex(bytes);
}

}  // namespace

bool IsTpmCode(TSS2_RC code, TSS2_RC which) {
  if ((code & TSS2_RC_LAYER_MASK) != TSS2_TPM_RC_LAYER) return false;
  // Format one has the number of a handle, session or parameter beside the code (TPM 2.0 Library part
  // 2, 6.6.2).
  constexpr TSS2_RC kFormatOneCode = TPM2_RC_FMT1 | 0x3f;
  return ((code & TPM2_RC_FMT1) != 0 ? code & kFormatOneCode : code) == which;
}

Refusal OtherTpm() {
  return "this TPM is not the one that sealed the root key, or it was cleared since; bring the right "
         "machine, or make the node "
         "anew";
}

TPML_PCR_SELECTION QuotedPcrs() {
  TPML_PCR_SELECTION out{};
  out.count = 1;
  out.pcrSelections[0].hash = TPM2_ALG_SHA256;
  out.pcrSelections[0].sizeofSelect = 3;
  out.pcrSelections[0].pcrSelect[0] = 0xff;  // 0 to 7
  out.pcrSelections[0].pcrSelect[1] = 0x43;  // 8, 9, 14
  return out;
}

ESYS_CONTEXT* Tpm::esys() {
  if (esys_ == nullptr) {
    ESYS_CONTEXT* made = nullptr;
    if (Esys_Initialize(&made, link_.context(), nullptr) == TSS2_RC_SUCCESS) esys_.reset(made);
  }
  return esys_.get();
}

Result<TpmKey, Refusal> Tpm::MakeKey(ESYS_TR hierarchy, const TPM2B_PUBLIC& pattern) {
  const TPM2B_SENSITIVE_CREATE no_secret{};
  const TPM2B_DATA no_label{};
  const TPML_PCR_SELECTION no_pcrs{};
  ESYS_TR handle = ESYS_TR_NONE;
  Received<TPM2B_PUBLIC> area;
  Received<TPM2B_CREATION_DATA> creation;
  Received<TPM2B_DIGEST> creation_hash;
  Received<TPMT_TK_CREATION> ticket;
  const TSS2_RC code = Esys_CreatePrimary(esys(), hierarchy, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                          &no_secret, &pattern, &no_label, &no_pcrs, &handle, area.slot(),
                                          creation.slot(), creation_hash.slot(), ticket.slot());
  if (code != TSS2_RC_SUCCESS) return Fail(Explain("make its key", code));
  return TpmKey{TpmObject(esys(), handle), Marshalled(area->publicArea)};
}

Result<TpmKey, Refusal> Tpm::StorageKey() {
  PASSPORT_TRY(TpmKey key, MakeKey(ESYS_TR_RH_OWNER, StoragePattern()));
  if (pinned_ && crypto::HashSha256(key.area) != *pinned_) return Fail(OtherTpm());
  return key;
}

Result<TpmKey, Refusal> Tpm::AttestationKey() {
  return MakeKey(ESYS_TR_RH_ENDORSEMENT, AttestationPattern());
}

Result<TpmObject, Refusal> Tpm::StartSession(const TpmKey& storage_key, TPM2_SE type) {
  TPMT_SYM_DEF symmetric{};
  symmetric.algorithm = TPM2_ALG_AES;
  symmetric.keyBits.aes = 128;
  symmetric.mode.aes = TPM2_ALG_CFB;
  ESYS_TR handle = ESYS_TR_NONE;
  const TSS2_RC started =
      Esys_StartAuthSession(esys(), storage_key.object.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                            ESYS_TR_NONE, nullptr, type, &symmetric, TPM2_ALG_SHA256, &handle);
  if (started != TSS2_RC_SUCCESS) return Fail(Explain("start a session", started));
  TpmObject session(esys(), handle);
  const TPMA_SESSION attributes = TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT | TPMA_SESSION_CONTINUESESSION;
  const TSS2_RC set = Esys_TRSess_SetAttributes(esys(), handle, attributes, 0xff);
  if (set != TSS2_RC_SUCCESS) return Fail(Explain("set up a session", set));
  return session;
}

Refusal Tpm::Explain(std::string_view doing, TSS2_RC code) const {
  const std::string what = "the TPM did not " + std::string(doing) + " (" + Hex(code) + "): ";
  if (link_.lost() || (code & TSS2_RC_LAYER_MASK) == TSS2_TCTI_RC_LAYER)
    return what +
           "it does not answer; see that it runs and that nothing else holds it, then start the node again";
  for (const TSS2_RC full : {TPM2_RC_OBJECT_MEMORY, TPM2_RC_SESSION_MEMORY, TPM2_RC_OBJECT_HANDLES,
                             TPM2_RC_SESSION_HANDLES, TPM2_RC_MEMORY}) {
    if (IsTpmCode(code, full))
      return what +
             "other programs' objects fill it; use device:/dev/tpmrm0, which swaps them, and try again";
  }
  if (IsTpmCode(code, TPM2_RC_BAD_AUTH) || IsTpmCode(code, TPM2_RC_AUTH_FAIL) ||
      IsTpmCode(code, TPM2_RC_AUTH_MISSING))
    return what + "the hierarchy has a password; clear it (tpm2_changeauth -c owner, -c endorsement)";
  if (IsTpmCode(code, TPM2_RC_LOCKOUT))
    return what + "it is locked out after wrong passwords; see tpm2_dictionarylockout";
  if (IsTpmCode(code, TPM2_RC_INITIALIZE))
    return what + "nobody started it; firmware does, for swtpm --flags startup-clear";
  return what + "look the code up with tpm2_rc_decode";
}

}  // namespace passport::devices
