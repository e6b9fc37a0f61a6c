// The rollback counter: it rises, over restarts too, and nothing takes it back.
#include "edl/base/codec.h"
#include "tests/tpm/fixture.h"
#include "trusted/devices/tpm_counter.h"

namespace passport::tpm_test {
namespace {

using Counter = TpmTest;

std::uint64_t ValueOf(const Reply& reply) {
  EXPECT_TRUE(reply.ok) << reply.text();
  Reader in(reply.body);
  const std::uint64_t value = in.U64();
  EXPECT_TRUE(in.Done());
  return value;
}

Bytes Target(std::uint64_t value) { return Writer().U64(value).Take(); }

// A node's first start: the counter begins with the root key. Gives the sealed key.
Bytes Begin(PlatformRun& run) {
  EXPECT_TRUE(run.Start(crypto::HashSha256(AsBytes("enclave"))).ok);
  const Reply sealed = run.Call(Op::kSeal, kRoot);
  EXPECT_TRUE(sealed.ok) << sealed.text();
  return sealed.body;
}

TEST_F(Counter, RisesToTheTarget_AndNeverFalls) {
  PlatformRun run(tpm().Name());
  Begin(run);
  const std::uint64_t first = ValueOf(run.Call(Op::kCounterRead));
  EXPECT_GE(first, 1U);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRead)), first);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRaise, Target(first + 3))), first + 3);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRaise, Target(first + 1))), first + 3);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRaise, Target(0))), first + 3);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRead)), first + 3);
}

TEST_F(Counter, OutlivesRestartsAndReboots_AndIsTheSameForTheNextEnclave) {
  std::uint64_t last = 0;
  {
    PlatformRun run(tpm().Name());
    Begin(run);
  }
  for (const std::string_view image : {"enclave", "enclave", "next"}) {
    tpm().Reboot();
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement(image)).ok);
    const std::uint64_t found = ValueOf(run.Call(Op::kCounterRead));
    if (last != 0) {
      EXPECT_EQ(found, last);
    }
    last = ValueOf(run.Call(Op::kCounterRaise, Target(found + 1)));
    EXPECT_EQ(last, found + 1);
  }
}

TEST_F(Counter, TooFarAway_IsRefusedAndStaysWhereItIs) {
  PlatformRun run(tpm().Name());
  Begin(run);
  const std::uint64_t value = ValueOf(run.Call(Op::kCounterRead));
  const Reply refused = run.Call(Op::kCounterRaise, Target(value + devices::kRaiseStepsMax + 1));
  EXPECT_FALSE(refused.ok);
  EXPECT_NE(refused.text().find("too far below"), std::string::npos) << refused.text();
  EXPECT_FALSE(run.Call(Op::kCounterRaise, Target(~std::uint64_t{0})).ok);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRead)), value);
  EXPECT_EQ(ValueOf(run.Call(Op::kCounterRaise, Target(value + devices::kRaiseStepsMax))),
            value + devices::kRaiseStepsMax);
}

void DeleteCounter(const Swtpm& tpm) {
  const Result<process::Descriptor, devices::Refusal> link = devices::TpmLink::Open(tpm.Name());
  ASSERT_TRUE(link.ok());
  devices::Tpm owner(link.value().get());
  ESYS_TR index = ESYS_TR_NONE;
  ASSERT_EQ(Esys_TR_FromTPMPublic(owner.esys(), devices::kCounterIndex, ESYS_TR_NONE, ESYS_TR_NONE,
                                  ESYS_TR_NONE, &index),
            TSS2_RC_SUCCESS);
  ASSERT_EQ(Esys_NV_UndefineSpace(owner.esys(), ESYS_TR_RH_OWNER, index, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                  ESYS_TR_NONE),
            TSS2_RC_SUCCESS);
}

// The owner of the machine can delete it. It does not begin anew by itself, which would look like an older
// disk; with another root key it does, and the TPM lets it begin above.
TEST_F(Counter, Deleted_IsSaidToBe_AndMadeAnewOnlyWithARootKey) {
  std::uint64_t before = 0;
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    blob = Begin(run);
    before = ValueOf(run.Call(Op::kCounterRaise, Target(ValueOf(run.Call(Op::kCounterRead)) + 2)));
  }
  DeleteCounter(tpm());
  for (int i = 0; i < 2; ++i) {
    PlatformRun run(tpm().Name());
    ASSERT_TRUE(run.Start(Measurement("enclave"), 0, blob).ok);
    EXPECT_EQ(run.Call(Op::kUnseal, blob).body, kRoot);
    EXPECT_TRUE(Refuses(run.Call(Op::kCounterRead), "somebody has deleted it"));
    EXPECT_TRUE(Refuses(run.Call(Op::kCounterRaise, Target(before)), "somebody has deleted it"));
    // Another image's blob is no new root key.
    EXPECT_TRUE(run.Call(Op::kSeal, Writer().Raw(kRoot).Raw(Measurement("next")).bytes()).ok);
  }
  PlatformRun run(tpm().Name());
  Begin(run);
  EXPECT_GT(ValueOf(run.Call(Op::kCounterRead)), before);
}

// Somebody on the bus, or who has changed the TPM, cannot answer for the counter: the key that its sessions
// are salted with is the one that the blob names, before the first command.
TEST_F(Counter, OfAnotherTpm_IsRefusedByWhoeverKnowsTheBlob) {
  Bytes blob;
  {
    PlatformRun run(tpm().Name());
    blob = Begin(run);
  }
  Swtpm second;
  {
    PlatformRun run(second.Name());
    Begin(run);
  }
  PlatformRun run(second.Name());
  ASSERT_TRUE(run.Start(Measurement("enclave"), 0, blob).ok);
  EXPECT_TRUE(Refuses(run.Call(Op::kCounterRead), "is not the one that sealed the root key"));
  EXPECT_TRUE(Refuses(run.Call(Op::kCounterRaise, Target(1)), "is not the one that sealed the root key"));
  PlatformRun first(tpm().Name());
  ASSERT_TRUE(first.Start(Measurement("enclave"), 0, blob).ok);
  EXPECT_TRUE(first.Call(Op::kCounterRead).ok);
}

TEST_F(Counter, IsNotReadAfterAStartWithABlobThatIsNone) {
  PlatformRun run(tpm().Name());
  EXPECT_TRUE(Refuses(run.Start(Measurement("enclave"), 0, Bytes(40, 1)), "no root key that a TPM of ours"));
  EXPECT_TRUE(Refuses(run.Call(Op::kCounterRead), "START comes first"));
  PlatformRun without;
  EXPECT_FALSE(without.Start(Measurement("enclave"), 0, Bytes(40, 1)).ok);
}

// An index that anybody may write would be no counter.
TEST_F(Counter, IndexOfSomebodyElse_IsRefused) {
  {
    const Result<process::Descriptor, devices::Refusal> link = devices::TpmLink::Open(tpm().Name());
    ASSERT_TRUE(link.ok());
    devices::Tpm owner(link.value().get());
    TPM2B_NV_PUBLIC area{};
    area.nvPublic.nvIndex = devices::kCounterIndex;
    area.nvPublic.nameAlg = TPM2_ALG_SHA256;
    area.nvPublic.attributes =
        (TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT) | TPMA_NV_AUTHWRITE | TPMA_NV_AUTHREAD | TPMA_NV_NO_DA;
    area.nvPublic.dataSize = 8;
    const TPM2B_AUTH no_password{};
    ESYS_TR index = ESYS_TR_NONE;
    ASSERT_EQ(Esys_NV_DefineSpace(owner.esys(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                  ESYS_TR_NONE, &no_password, &area, &index),
              TSS2_RC_SUCCESS);
  }
  PlatformRun run(tpm().Name());
  ASSERT_TRUE(run.Start(Measurement("enclave")).ok);
  EXPECT_TRUE(Refuses(run.Call(Op::kCounterRead), "is used for something else"));
  EXPECT_TRUE(Refuses(run.Call(Op::kSeal, kRoot), "is used for something else"));
}

}  // namespace
}  // namespace passport::tpm_test
