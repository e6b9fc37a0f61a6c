#include "trusted/devices/tpm_sealing.h"

#include <tss2/tss2_mu.h>

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::devices {
namespace {

// TPM2_PolicyPCR on an empty policy (TPM 2.0 Library part 3, 23.7): its code, the selection and the digest of
// the values.
Hash32 PolicyOf(const PcrValues& pcrs) {
  constexpr ByteArray<4> kCommand = {0, 0, 1, 0x7f};                             // TPM2_CC_PolicyPCR
  constexpr ByteArray<10> kSelection = {0, 0, 0, 1, 0, 0x0b, 3, 0xff, 0x43, 0};  // QuotedPcrs, marshalled
  return crypto::HashSha256({Hash32{}, kCommand, kSelection, PcrDigest(pcrs)});
}

// Nobody's password opens it; only the policy does.
TPM2B_PUBLIC SealedPattern(const PcrValues& pcrs) {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& area = out.publicArea;
  area.type = TPM2_ALG_KEYEDHASH;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes =
      TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_NODA;
  area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
  const Hash32 policy = PolicyOf(pcrs);
  area.authPolicy.size = static_cast<UINT16>(policy.size());
  std::copy(policy.begin(), policy.end(), area.authPolicy.buffer);
  return out;
}

Bytes Marshalled(const TPM2B_PUBLIC& area) {
  Bytes out(sizeof area);
  std::size_t size = 0;
  PASSPORT_CHECK(Tss2_MU_TPM2B_PUBLIC_Marshal(&area, out.data(), out.size(), &size) == TSS2_RC_SUCCESS);
  out.resize(size);
  return out;
}

Bytes Marshalled(const TPM2B_PRIVATE& wrapped) {
  Bytes out(sizeof wrapped);
  std::size_t size = 0;
  PASSPORT_CHECK(Tss2_MU_TPM2B_PRIVATE_Marshal(&wrapped, out.data(), out.size(), &size) == TSS2_RC_SUCCESS);
  out.resize(size);
  return out;
}

Refusal NoBlob() {
  return "this is no root key that a TPM of ours sealed; name the right file with --tpm2-blob";
}

struct SealedObject {
  TPM2B_PUBLIC area{};
  TPM2B_PRIVATE wrapped{};
};

// Both parts whole, and the public one with nothing but the TPM's own `unique` beside what SealKey would have
// asked for.
Result<SealedObject, Refusal> ParseObject(const SealedBlob& blob) {
  SealedObject out;
  std::size_t area_end = 0;
  std::size_t wrapped_end = 0;
  if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.area.data(), blob.area.size(), &area_end, &out.area) !=
          TSS2_RC_SUCCESS ||
      Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.wrapped.data(), blob.wrapped.size(), &wrapped_end, &out.wrapped) !=
          TSS2_RC_SUCCESS ||
      area_end != blob.area.size() || wrapped_end != blob.wrapped.size())
    return Fail(NoBlob());
  TPM2B_PUBLIC expected = SealedPattern(blob.pcrs);
  expected.publicArea.unique.keyedHash = out.area.publicArea.unique.keyedHash;
  if (Marshalled(expected) != blob.area) return Fail(NoBlob());
  return out;
}

Result<TpmObject, Refusal> LoadObject(Tpm& tpm, const TpmKey& parent, const SealedObject& sealed) {
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(parent, TPM2_SE_HMAC));
  ESYS_TR handle = ESYS_TR_NONE;
  const TSS2_RC code = Esys_Load(tpm.esys(), parent.object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE,
                                 &sealed.wrapped, &sealed.area, &handle);
  if (IsTpmCode(code, TPM2_RC_INTEGRITY) || IsTpmCode(code, TPM2_RC_SIZE) || IsTpmCode(code, TPM2_RC_BINDING))
    return Fail(NoBlob());
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("load the sealed key", code));
  return TpmObject(tpm.esys(), handle);
}

Refusal RegistersDiffer(std::string_view which) {
  return "this machine or its enclave is not what the root key was sealed to: PCR " + std::string(which) +
         (which == "14" ? " differs: install the enclave that it was sealed for"
                        : " differs: undo the change of firmware, boot loader, kernel or enclave") +
         ", or seal for the new one first (docs/operations/tpm.md)";
}

Result<crypto::SecretKey32, Refusal> UnsealObject(Tpm& tpm, const TpmKey& parent, const TpmObject& object) {
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(parent, TPM2_SE_POLICY));
  const TPML_PCR_SELECTION selection = QuotedPcrs();
  const TPM2B_DIGEST any{};  // the TPM takes the registers' own values
  TSS2_RC code =
      Esys_PolicyPCR(tpm.esys(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &any, &selection);
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("show its registers to the policy", code));
  Received<TPM2B_SENSITIVE_DATA> data;
  code = Esys_Unseal(tpm.esys(), object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, data.slot());
  if (IsTpmCode(code, TPM2_RC_POLICY_FAIL) || IsTpmCode(code, TPM2_RC_PCR_CHANGED))
    return Fail(RegistersDiffer("0 to 9 or 14"));
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("unseal the root key", code));
  crypto::SecretKey32 key;
  const bool fits = data->size == key.Expose().size();
  if (fits) std::copy_n(data->buffer, key.Expose().size(), key.ExposeMutable().begin());
  crypto::Wipe(data->buffer, sizeof data->buffer);
  if (!fits) return Fail(NoBlob());
  return key;
}

}  // namespace

Result<Bytes, Refusal> SealKey(Tpm& tpm, const crypto::SecretKey32& key, const Hash32& measurement) {
  SealedBlob blob;
  PASSPORT_TRY(blob.pcrs, ReadPcrs(tpm));
  blob.pcrs[kEnclavePcrAt] = attest::EnclavePcrOf(measurement);
  PASSPORT_TRY(const TpmKey parent, tpm.StorageKey());
  blob.storage_key = crypto::HashSha256(parent.area);
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(parent, TPM2_SE_HMAC));
  TPM2B_SENSITIVE_CREATE secret{};
  secret.sensitive.data.size = static_cast<UINT16>(key.Expose().size());
  std::copy(key.Expose().begin(), key.Expose().end(), secret.sensitive.data.buffer);
  const TPM2B_PUBLIC pattern = SealedPattern(blob.pcrs);
  const TPM2B_DATA no_label{};
  const TPML_PCR_SELECTION no_pcrs{};
  Received<TPM2B_PRIVATE> wrapped;
  Received<TPM2B_PUBLIC> area;
  Received<TPM2B_CREATION_DATA> creation;
  Received<TPM2B_DIGEST> creation_hash;
  Received<TPMT_TK_CREATION> ticket;
  const TSS2_RC code = Esys_Create(tpm.esys(), parent.object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE,
                                   &secret, &pattern, &no_label, &no_pcrs, wrapped.slot(), area.slot(),
                                   creation.slot(), creation_hash.slot(), ticket.slot());
  crypto::Wipe(&secret, sizeof secret);
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("seal the root key", code));
  tpm.Pin(blob.storage_key);
  blob.area = Marshalled(*area);
  blob.wrapped = Marshalled(*wrapped);
  return blob.Encode();
}

Result<Unit, Refusal> PinStorageKey(Tpm& tpm, ByteSpan input) {
  const Result<SealedBlob> blob = SealedBlob::Parse(input);
  if (!blob.ok()) return Fail(NoBlob());
  tpm.Pin(blob.value().storage_key);
  return Unit{};
}

Result<crypto::SecretKey32, Refusal> UnsealKey(Tpm& tpm, ByteSpan input) {
  const Result<SealedBlob> blob = SealedBlob::Parse(input);
  if (!blob.ok()) return Fail(NoBlob());
  PASSPORT_TRY(const SealedObject sealed, ParseObject(blob.value()));
  PASSPORT_TRY(const PcrValues now, ReadPcrs(tpm));
  const std::string differing = DifferingPcrs(now, blob.value().pcrs);
  if (!differing.empty()) return Fail(RegistersDiffer(differing));
  PASSPORT_TRY(const TpmKey parent, tpm.StorageKey());
  if (crypto::HashSha256(parent.area) != blob.value().storage_key) return Fail(OtherTpm());
  PASSPORT_TRY(const TpmObject object, LoadObject(tpm, parent, sealed));
  PASSPORT_TRY(crypto::SecretKey32 key, UnsealObject(tpm, parent, object));
  tpm.Pin(blob.value().storage_key);
  return key;
}

}  // namespace passport::devices
