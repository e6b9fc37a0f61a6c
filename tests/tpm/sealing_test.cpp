// A root key under a TPM: who gets it back, and who does not.
#include <tss2/tss2_mu.h>

#include "tests/tpm/fixture.h"
#include "trusted/devices/sealed_blob.h"

namespace passport::tpm_test {
namespace {

using Sealing = TpmTest;

TEST_F(Sealing, GivesTheKeyBackToTheSameEnclave_AlsoAfterReboots) {
  Bytes blob;
  {
    PlatformRun first(tpm().Name());
    ASSERT_TRUE(first.Start(Measurement("enclave")).ok);
    const Reply sealed = first.Call(Op::kSeal, kRoot);
    ASSERT_TRUE(sealed.ok) << sealed.text();
    blob = sealed.body;
    EXPECT_EQ(first.Call(Op::kUnseal, blob).body, kRoot);
  }
  {
    PlatformRun restarted(tpm().Name());
    ASSERT_TRUE(restarted.Start(Measurement("enclave")).ok);
    EXPECT_EQ(restarted.Call(Op::kUnseal, blob).body, kRoot);
    EXPECT_EQ(restarted.End(), 0);
  }
  for (int i = 0; i < 2; ++i) {
    tpm().Reboot();
    PlatformRun rebooted(tpm().Name());
    ASSERT_TRUE(rebooted.Start(Measurement("enclave")).ok);
    EXPECT_EQ(rebooted.Call(Op::kUnseal, blob).body, kRoot);
  }
}

TEST_F(Sealing, HidesTheKeyInTheBlob_AndSealsAnewEachTime) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Bytes a = run.Call(Op::kSeal, kRoot).body;
  const Bytes b = run.Call(Op::kSeal, kRoot).body;
  EXPECT_NE(a, b);
  EXPECT_EQ(AsText(a).find(AsText(ByteSpan(kRoot).first(8))), std::string_view::npos);
  EXPECT_LE(a.size(), devices::kBlobBytesMax);
  EXPECT_EQ(run.Call(Op::kUnseal, a).body, kRoot);
}

TEST_F(Sealing, RefusesAfterARegisterChanged_AndNamesIt) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    blob = run.Call(Op::kSeal, kRoot).body;
  }
  Extend(7);
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, blob), "PCR 7 differs: undo the change"));
  }
  tpm().Reboot();
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  EXPECT_EQ(run.Call(Op::kUnseal, blob).body, kRoot);
}

TEST_F(Sealing, IsForTheEnclaveThatSealed_AndForNoOther) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    blob = run.Call(Op::kSeal, kRoot).body;
  }
  {
    PlatformRun other(tpm().Name());
    EXPECT_TRUE(Refuses(other.Start(Measurement("another")), "PCR 14 holds another measurement: reboot"));
    EXPECT_TRUE(Refuses(other.Call(Op::kUnseal, blob), "START comes first"));
  }
  tpm().Reboot();
  PlatformRun other(tpm().Name());
  ASSERT_TRUE(other.Start(Measurement("another")).ok);
  EXPECT_TRUE(Refuses(other.Call(Op::kUnseal, blob), "PCR 14 differs: install the enclave"));
}

TEST_F(Sealing, ForTheNextEnclave_OpensOnlyThere) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    Bytes request = kRoot;
    Append(request, Measurement("next"));
    const Reply sealed = run.Call(Op::kSeal, request);
    ASSERT_TRUE(sealed.ok) << sealed.text();
    blob = sealed.body;
    EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, blob), "PCR 14 differs"));
  }
  tpm().Reboot();
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("next")).ok);
  EXPECT_EQ(run.Call(Op::kUnseal, blob).body, kRoot);
}

TEST_F(Sealing, OfAnotherTpm_IsRefused) {
  Bytes blob;
  {
    const Swtpm other;
    PlatformRun run(other.Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    blob = run.Call(Op::kSeal, kRoot).body;
  }
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, blob), "is not the one that sealed"));
  // Nothing changed: what this one seals opens.
  const Bytes own = run.Call(Op::kSeal, kRoot).body;
  EXPECT_EQ(run.Call(Op::kUnseal, own).body, kRoot);
}

TEST_F(Sealing, OfABlobWithAnyByteChanged_IsRefused) {
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  const Bytes blob = run.Call(Op::kSeal, kRoot).body;
  // Every seventh byte reaches each field; all of them would only repeat the TPM's own integrity check.
  for (std::size_t at = 0; at < blob.size(); at += 7) {
    Bytes changed = blob;
    changed[at] ^= 0x10;
    EXPECT_FALSE(run.Call(Op::kUnseal, changed).ok) << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{4}, blob.size() / 2, blob.size() - 1})
    EXPECT_TRUE(
        Refuses(run.Call(Op::kUnseal, ByteSpan(blob).first(size)), "no root key that a TPM of ours sealed"));
  Bytes longer = blob;
  longer.push_back(0);
  EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, longer), "no root key that a TPM of ours sealed"));
  EXPECT_EQ(run.Call(Op::kUnseal, blob).body, kRoot);
}

// Whoever can write the file can make it say what he likes; the policy inside the TPM's own object does not
// follow.
TEST_F(Sealing, WithRegistersThatLie_IsRefusedByTheTpm) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    blob = run.Call(Op::kSeal, kRoot).body;
  }
  Extend(4);
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  devices::SealedBlob lie = devices::SealedBlob::Parse(blob).value();
  // What a blob made now says of the registers and of its policy, around the object that was sealed before.
  const devices::SealedBlob now = devices::SealedBlob::Parse(run.Call(Op::kSeal, kRoot).body).value();
  lie.pcrs = now.pcrs;
  EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, lie.Encode()), "no root key that a TPM of ours sealed"));
  lie.area = now.area;
  EXPECT_TRUE(Refuses(run.Call(Op::kUnseal, lie.Encode()), "no root key that a TPM of ours sealed"));
}

// What somebody with rights on the TPM and the blob can try by himself: what the TPM says to Unseal with a
// password, and with the registers shown to the policy.
struct DirectAnswers {
  TSS2_RC with_password;
  TSS2_RC with_policy;
};
DirectAnswers UnsealDirectly(devices::Tpm& tpm, const devices::SealedBlob& blob) {
  TPM2B_PUBLIC area{};
  TPM2B_PRIVATE wrapped{};
  EXPECT_EQ(Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.area.data(), blob.area.size(), nullptr, &area),
            TSS2_RC_SUCCESS);
  EXPECT_EQ(Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.wrapped.data(), blob.wrapped.size(), nullptr, &wrapped),
            TSS2_RC_SUCCESS);
  const Result<devices::TpmKey, devices::Refusal> parent = tpm.StorageKey();
  EXPECT_TRUE(parent.ok());
  ESYS_TR handle = ESYS_TR_NONE;
  EXPECT_EQ(Esys_Load(tpm.esys(), parent.value().object.get(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                      &wrapped, &area, &handle),
            TSS2_RC_SUCCESS);
  const devices::TpmObject object(tpm.esys(), handle);
  const Result<devices::TpmObject, devices::Refusal> session =
      tpm.StartSession(parent.value(), TPM2_SE_POLICY);
  EXPECT_TRUE(session.ok());
  const TPM2B_DIGEST any{};
  const TPML_PCR_SELECTION selection = devices::QuotedPcrs();
  EXPECT_EQ(Esys_PolicyPCR(tpm.esys(), session.value().get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &any,
                           &selection),
            TSS2_RC_SUCCESS);
  devices::Received<TPM2B_SENSITIVE_DATA> first;
  devices::Received<TPM2B_SENSITIVE_DATA> second;
  const auto unseal = [&](ESYS_TR by, TPM2B_SENSITIVE_DATA** data) {
    return Esys_Unseal(tpm.esys(), object.get(), by, ESYS_TR_NONE, ESYS_TR_NONE, data);
  };
  const TSS2_RC with_password = unseal(ESYS_TR_PASSWORD, first.slot());
  return {with_password, unseal(session.value().get(), second.slot())};
}

// passport-platform compares the registers itself, for the words. This is without it: the TPM decides.
TEST_F(Sealing, OpensByNothingButThePolicy) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    blob = run.Call(Op::kSeal, kRoot).body;
  }
  const devices::SealedBlob parsed = devices::SealedBlob::Parse(blob).value();
  const auto directly = [&] {
    const Result<process::Descriptor, devices::Refusal> link = devices::TpmLink::Open(tpm().Name());
    PASSPORT_CHECK(link.ok());
    devices::Tpm other(link.value().get());
    return UnsealDirectly(other, parsed);
  };
  const DirectAnswers same = directly();
  EXPECT_TRUE(devices::IsTpmCode(same.with_password, TPM2_RC_AUTH_UNAVAILABLE))
      << std::hex << same.with_password;
  EXPECT_EQ(same.with_policy, TSS2_RC_SUCCESS);
  for (const std::uint32_t pcr : {0U, 9U, 14U}) {
    tpm().Reboot();
    {
      PlatformRun run(tpm().Name());
      ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
    }
    Extend(pcr);
    const DirectAnswers changed = directly();
    EXPECT_TRUE(devices::IsTpmCode(changed.with_password, TPM2_RC_AUTH_UNAVAILABLE))
        << std::hex << changed.with_password;
    EXPECT_TRUE(devices::IsTpmCode(changed.with_policy, TPM2_RC_POLICY_FAIL))
        << std::hex << changed.with_policy;
  }
}

}  // namespace
}  // namespace passport::tpm_test
