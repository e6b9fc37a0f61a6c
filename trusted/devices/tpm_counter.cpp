#include "trusted/devices/tpm_counter.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::devices {
namespace {

// TPM2_PolicyCommandCode(TPM2_NV_Increment) on an empty policy (TPM 2.0 Library part 3, 23.11): nothing else
// changes it.
Hash32 IncrementPolicy() {
  constexpr ByteArray<4> kPolicyCommandCode = {0, 0, 1, 0x6c};
  constexpr ByteArray<4> kIncrement = {0, 0, 1, 0x34};
  return crypto::HashSha256({Hash32{}, kPolicyCommandCode, kIncrement});
}

TPM2B_NV_PUBLIC CounterPattern() {
  TPM2B_NV_PUBLIC out{};
  TPMS_NV_PUBLIC& area = out.nvPublic;
  area.nvIndex = kCounterIndex;
  area.nameAlg = TPM2_ALG_SHA256;
  area.attributes =
      (TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT) | TPMA_NV_POLICYWRITE | TPMA_NV_AUTHREAD | TPMA_NV_NO_DA;
  area.dataSize = sizeof(std::uint64_t);
  const Hash32 policy = IncrementPolicy();
  area.authPolicy.size = static_cast<UINT16>(policy.size());
  std::copy(policy.begin(), policy.end(), area.authPolicy.buffer);
  return out;
}

// Whether an index is what Define would have made; WRITTEN comes with the first increment.
bool IsOurs(const TPMS_NV_PUBLIC& found) {
  const TPMS_NV_PUBLIC expected = CounterPattern().nvPublic;
  return found.nameAlg == expected.nameAlg && (found.attributes & ~TPMA_NV_WRITTEN) == expected.attributes &&
         found.dataSize == expected.dataSize &&
         Equal({found.authPolicy.buffer, found.authPolicy.size},
               {expected.authPolicy.buffer, expected.authPolicy.size});
}

// The index, and the key that its sessions are salted with.
struct Counter {
  ESYS_TR index;
  bool written;
  TpmKey storage_key;
};

Result<Unit, Refusal> Define(Tpm& tpm, const TpmKey& storage_key) {
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(storage_key, TPM2_SE_HMAC));
  const TPM2B_AUTH no_password{};
  const TPM2B_NV_PUBLIC pattern = CounterPattern();
  ESYS_TR index = ESYS_TR_NONE;
  const TSS2_RC code = Esys_NV_DefineSpace(tpm.esys(), ESYS_TR_RH_OWNER, session.get(), ESYS_TR_NONE,
                                           ESYS_TR_NONE, &no_password, &pattern, &index);
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("make its counter", code));
  Esys_TR_Close(tpm.esys(), &index);
  return Unit{};
}

enum class IfMissing { kMake, kRefuse };

Refusal Deleted() {
  return "the TPM has no counter of this node (NV index 0x01805050): somebody has deleted it, and nothing "
         "could tell an older copy of the disk from the newest any more; find out who did, and make the node "
         "anew (docs/operations/tpm.md)";
}

Result<Counter, Refusal> OpenCounter(Tpm& tpm, IfMissing if_missing) {
  PASSPORT_TRY(TpmKey storage_key, tpm.StorageKey());
  ESYS_TR index = ESYS_TR_NONE;
  const auto find = [&] {
    return Esys_TR_FromTPMPublic(tpm.esys(), kCounterIndex, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &index);
  };
  TSS2_RC code = find();
  if (IsTpmCode(code, TPM2_RC_HANDLE)) {
    if (if_missing == IfMissing::kRefuse) return Fail(Deleted());
    PASSPORT_TRY_VOID(Define(tpm, storage_key));
    code = find();
  }
  Received<TPM2B_NV_PUBLIC> area;
  Received<TPM2B_NAME> name;
  if (code == TSS2_RC_SUCCESS)
    code = Esys_NV_ReadPublic(tpm.esys(), index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, area.slot(),
                              name.slot());
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("find its counter", code));
  if (!IsOurs(area->nvPublic))
    return Fail(Refusal(
        "NV index 0x01805050 of the TPM is used for something else; free it (tpm2_nvundefine 0x01805050)"));
  return Counter{index, (area->nvPublic.attributes & TPMA_NV_WRITTEN) != 0, std::move(storage_key)};
}

Result<Unit, Refusal> Increment(Tpm& tpm, const Counter& counter) {
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(counter.storage_key, TPM2_SE_POLICY));
  TSS2_RC code = Esys_PolicyCommandCode(tpm.esys(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                        TPM2_CC_NV_Increment);
  if (code == TSS2_RC_SUCCESS) {
    // The command has no parameter that could be encrypted.
    code =
        Esys_TRSess_SetAttributes(tpm.esys(), session.get(), 0, TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT);
  }
  if (code == TSS2_RC_SUCCESS)
    code = Esys_NV_Increment(tpm.esys(), counter.index, counter.index, session.get(), ESYS_TR_NONE,
                             ESYS_TR_NONE);
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("raise its counter", code));
  return Unit{};
}

// Under the session's authentication: somebody on the bus cannot answer in the TPM's place.
Result<std::uint64_t, Refusal> Read(Tpm& tpm, const Counter& counter) {
  PASSPORT_TRY(const TpmObject session, tpm.StartSession(counter.storage_key, TPM2_SE_HMAC));
  Received<TPM2B_MAX_NV_BUFFER> data;
  const TSS2_RC code = Esys_NV_Read(tpm.esys(), counter.index, counter.index, session.get(), ESYS_TR_NONE,
                                    ESYS_TR_NONE, sizeof(std::uint64_t), 0, data.slot());
  if (code != TSS2_RC_SUCCESS) return Fail(tpm.Explain("read its counter", code));
  if (data->size != sizeof(std::uint64_t)) return Fail(tpm.Explain("read its counter whole", code));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | data->buffer[i];
  return value;
}

Result<std::uint64_t, Refusal> ReadOpened(Tpm& tpm, const Counter& counter) {
  if (!counter.written) PASSPORT_TRY_VOID(Increment(tpm, counter));
  return Read(tpm, counter);
}

}  // namespace

Result<Unit, Refusal> MakeCounter(Tpm& tpm) {
  PASSPORT_TRY_VOID(OpenCounter(tpm, IfMissing::kMake));
  return Unit{};
}

Result<std::uint64_t, Refusal> ReadCounter(Tpm& tpm) {
  PASSPORT_TRY(const Counter counter, OpenCounter(tpm, IfMissing::kRefuse));
  return ReadOpened(tpm, counter);
}

Result<std::uint64_t, Refusal> RaiseCounter(Tpm& tpm, std::uint64_t target) {
  PASSPORT_TRY(const Counter counter, OpenCounter(tpm, IfMissing::kRefuse));
  PASSPORT_TRY(std::uint64_t value, ReadOpened(tpm, counter));
  if (target > value && target - value > kRaiseStepsMax)
    return Fail("the counter of the TPM is at " + std::to_string(value) + ", too far below " +
                std::to_string(target) +
                ": this is not the TPM that the node's records were written with; bring the right machine");
  while (value < target) {
    PASSPORT_TRY_VOID(Increment(tpm, counter));
    PASSPORT_TRY(value, Read(tpm, counter));
  }
  return value;
}

}  // namespace passport::devices
