// passport-verifier as it ships.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/attest/good_evidence.h"
#include "tests/verifier/running_verifier.h"
#include "trusted/platform_link/helper.h"
#include "trusted/verifier/verify.h"

namespace passport::verifier {
namespace {

using platform::Layer;
using platform_link::HelperRequest;
using platform_link::Op;

Bytes RequestOf(const attest::Evidence& evidence) {
  const Bytes encoded = evidence.Encode();
  return HelperRequest{Op::kVerify, encoded}.Encode();
}

std::string StatusOf(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(VerifierProgram, IsLockedInBeforeItReadsEvidence) {
  RunningVerifier running;
  ASSERT_TRUE(running.report().has_value());
  EXPECT_TRUE(running.report()->ready);
  for (const Layer layer : {Layer::kSeccomp, Layer::kNoNewPrivileges, Layer::kNotDumpable,
                            Layer::kOwnDescriptors, Layer::kEmptyEnvironment, Layer::kNoCoreFile})
    EXPECT_TRUE(running.report()->confinement.Applied(layer)) << platform::LayerName(layer);
  const std::string status = StatusOf(running.pid());
  EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos);
  EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos);
  EXPECT_EQ(running.End(), 0);
}

// Under the filter all of the library's lazy steps would show: a forbidden call ends the process.
TEST(VerifierProgram, AnswersEvidenceOfEveryProviderAsTheLibraryDoes) {
  RunningVerifier running;
  for (const attest::Evidence& evidence : attest::GoodEvidence()) {
    const Bytes request = RequestOf(evidence);
    const std::optional<Bytes> answer = running.Ask(request);
    ASSERT_TRUE(answer.has_value()) << attest::NameOf(evidence.provider);
    EXPECT_EQ(*answer, AnswerRequest(request));
    EXPECT_EQ((*answer)[1], 0) << attest::NameOf(evidence.provider);
  }
  EXPECT_EQ(running.End(), 0);
}

TEST(VerifierProgram, SurvivesWhateverIsSent) {
  RunningVerifier running;
  for (const Bytes& record : {Bytes{0}, Bytes{7}, Bytes(65'536, 7), Bytes(100'000, 0xff)}) {
    const std::optional<Bytes> answer = running.Ask(record);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ((*answer)[1], 1);
  }
  const std::vector<attest::Evidence> all = attest::GoodEvidence();
  for (const attest::Evidence& evidence : all) {
    const Bytes good = RequestOf(evidence);
    for (std::size_t at = 1; at < good.size(); at += 13) {
      const std::optional<Bytes> answer = running.Ask(attest::Flipped(good, at, at % 2 == 0 ? 1 : 0x80));
      ASSERT_TRUE(answer.has_value()) << attest::NameOf(evidence.provider) << " " << at;
    }
    for (std::size_t size = 1; size < good.size(); size += 101)
      ASSERT_TRUE(running.Ask(ByteSpan(good).first(size)).has_value());
  }
  EXPECT_EQ((*running.Ask(RequestOf(all.back())))[1], 0);
  EXPECT_EQ(running.End(), 0);
}

TEST(VerifierProgram, EndsWithItsReason) {
  RunningVerifier too_long;
  EXPECT_FALSE(too_long.Ask(Bytes(200'000)).has_value());
  EXPECT_EQ(too_long.End(), static_cast<int>(platform::Exit::kFraming));
  RunningVerifier orderly;
  EXPECT_EQ(orderly.End(), static_cast<int>(platform::Exit::kOrderly));
}

}  // namespace
}  // namespace passport::verifier
