// A root key under a TPM: who gets it back, and who does not.
#include "tests/tpm/fixture.h"
#include "trusted/devices/sealed_blob.h"

namespace passport::tpm_test {
namespace {

using Sealing = TpmTest;

testing::AssertionResult Refuses(const Reply& reply, std::string_view text) {
  if (reply.ok) return testing::AssertionFailure() << "it was done";
  if (reply.text().find(text) == std::string::npos) return testing::AssertionFailure() << reply.text();
  return testing::AssertionSuccess();
}

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

}  // namespace
}  // namespace passport::tpm_test
