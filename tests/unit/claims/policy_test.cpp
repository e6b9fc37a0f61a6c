// Policy files: strict, and each mistake is named.
#include <gtest/gtest.h>

#include "edl/base/layers.h"
#include "tests/unit/claims/sample.h"
#include "trusted/crypto/hash.h"

namespace passport::claims {
namespace {

const std::string kHash(64, 'a');

std::string Whole(const std::string& members) {
  return R"({"version":1,"providers":{"none":{}},"measurements":[")" + kHash +
         R"("],"evidence_age_max_s":600)" + members + "}";
}

TEST(PolicyFile, IsReadWhole) {
  const std::string file = R"({
    "version": 7,
    "providers": {
      "simulated": {},
      "tpm2": {"attesters": [")" +
                           kHash + R"("]},
      "snp": {"roots": [")" +
                           kHash + R"("], "measurements": ["00ff"], "minimum_tcb": [3, 0, 20],
              "current_tcb": true}
    },
    "measurements": [")" + kHash +
                           R"("],
    "signers": [")" + kHash +
                           R"("],
    "minimum_svn": 4,
    "evidence_age_max_s": 3600,
    "required_layers": ["seccomp", "landlock"],
    "minimum_rollback": "peers",
    "allow_simulated": true,
    "allow_debug": true
  })";
  const auto parsed = ParsePolicy(file);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text;
  Hash32 hash;
  hash.fill(0xaa);
  Policy expected;
  expected.version = 7;
  expected.hash = crypto::HashSha256(AsBytes(file));
  expected.providers[attest::Provider::kSimulated] = {};
  expected.providers[attest::Provider::kTpm2] = {{}, {hash}, {}, {}, false};
  expected.providers[attest::Provider::kSnp] = {{hash}, {}, {Bytes{0x00, 0xff}}, {3, 0, 20}, true};
  expected.measurements = {hash};
  expected.signers = {hash};
  expected.minimum_svn = 4;
  expected.evidence_age_max_s = 3600;
  expected.layers = {"seccomp", "landlock"};
  expected.minimum_rollback = Rollback::kPeers;
  expected.allow_simulated = true;
  expected.allow_debug = true;
  EXPECT_EQ(parsed.value(), expected);
}

TEST(PolicyFile, AbsentMeansStrict) {
  const Policy policy = ParsePolicy(Whole("")).value();
  EXPECT_FALSE(policy.allow_simulated);
  EXPECT_FALSE(policy.allow_debug);
}

// Who writes one finds its name in GET /enclave, of the very enclaves that are judged.
TEST(PolicyFile, KnowsEveryLayerThatAnEnclaveClaims) {
  for (const LayerRow& row : kLayers)
    EXPECT_TRUE(ParsePolicy(Whole(R"(,"required_layers":[")" + std::string(row.name) + R"("])")).ok());
}

// What an earlier version took, this one may not know.
TEST(PolicyFile, OneThatWasTakenIsReadWithWordsThatAreNotKnownAndOtherwiseAcceptsNobody) {
  const std::string with_layer = Whole(R"(,"required_layers":["moat"])");
  EXPECT_FALSE(ParsePolicy(with_layer).ok());
  EXPECT_EQ(ReadTaken(with_layer).value().layers, std::vector<std::string>{"moat"});
  const std::string unknown = Whole(R"(,"minimum_moat":7)");
  EXPECT_FALSE(ReadTaken(unknown).ok());
  const Policy nobodys = NobodysPolicy(unknown);
  EXPECT_EQ(nobodys.version, 1u);
  EXPECT_EQ(nobodys.hash, crypto::HashSha256(AsBytes(unknown)));
  EXPECT_TRUE(nobodys.providers.empty());
  EXPECT_EQ(JudgeClaims(SampleClaims(), nobodys).error(), Status::kAttestProvider);
  for (const char* file : {"", "[]", "{}", R"({"version":-1})", R"({"version":4294967296})"})
    EXPECT_EQ(NobodysPolicy(file).version, 0u) << file;
}

TEST(PolicyFile, EachMistakeIsNamed) {
  const std::string no_tcb = R"({"roots":[")" + kHash + R"("],"measurements":["00"],"minimum_tcb":[65536]})";
  const std::pair<std::string, std::string> cases[] = {
      {"", "the file is not one strict JSON object"},
      {"[]", "the file is not one strict JSON object"},
      {Whole(R"(,"allow_debug":false,"allow_debug":true)"), "the file is not one strict JSON object"},
      {Whole(std::string(kPolicyBytesMax, ' ')), "the file is longer than 10240 bytes"},
      {Whole(R"(,"alow_debug":true)"), "alow_debug is not a member of a policy"},
      {Whole(R"(,"allow_debug":1)"), "allow_debug must be true or false"},
      {Whole(R"(,"minimum_svn":-1)"), "minimum_svn must be a whole number from 0 to 4294967295"},
      {Whole(R"(,"minimum_rollback":"strong")"),
       "minimum_rollback must be none, peers-weak, peers or peers-and-counter, not \"strong\""},
      {Whole(R"(,"required_layers":[""])"),
       "required_layers must be a list of layers of confinement, not \"\""},
      {Whole(R"(,"required_layers":["seccomp","land-lock"])"),
       "required_layers must be a list of layers of confinement, not \"land-lock\""},
      {Whole(R"(,"required_layers":["mode"])"),
       "required_layers must be a list of layers of confinement, not \"mode\""},
      {Whole(R"(,"required_layers":["\u001b[2J"])"),
       "required_layers must be a list of layers of confinement, not \"\\u001b[2J\""},
      {Whole(R"(,"required_layers":[7])"), "required_layers must be a list of layers of confinement, not 7"},
      {Whole(R"(,"\u001b":[7])"), "\\u001b is not a member of a policy"},
      {Whole(R"(,"signers":["00"])"),
       "signers must be a list of SHA-256 hashes, 64 hex digits each, not \"00\""},
      {Whole(R"(,"signers":[")" + std::string(64, '0') + R"("])"),
       "signers must be a list of SHA-256 hashes, 64 hex digits each, not \"" + std::string(64, '0') + "\""},
      {Whole(R"(,"allow_simulated":true)"), "allow_simulated and providers.simulated must go together"},
      {R"({"version":0})", "version must be a whole number from 1 to 4294967295"},
      {R"({"version":1})", "providers is missing"},
      {R"({"version":1,"providers":{}})", "providers must be an object that is not empty"},
      {R"({"version":1,"providers":{"sev":{}}})",
       "providers.sev is no provider: none, simulated, tpm2, snp, tdx, sgx, nitro are"},
      {R"({"version":1,"providers":{"none":{"roots":[]}}})",
       "providers.none.roots is not a member of a policy"},
      {R"({"version":1,"providers":{"tpm2":{}}})",
       "providers.tpm2 needs roots or attesters: otherwise anybody's key would do"},
      {R"({"version":1,"providers":{"snp":{"roots":[")" + kHash + R"("]}}})",
       "providers.snp.measurements must not be empty: otherwise any machine image would do"},
      {R"({"version":1,"providers":{"snp":)" + no_tcb + "}}",
       "providers.snp.minimum_tcb must be a list of numbers below 65536, not 65536"},
      {R"({"version":1,"providers":{"none":{}},"evidence_age_max_s":60})", "measurements must not be empty"},
      {R"({"version":1,"providers":{"none":{}},"measurements":[],"evidence_age_max_s":59})",
       "evidence_age_max_s must be a whole number from 60 to 86400"},
  };
  for (const auto& [file, text] : cases) {
    const auto parsed = ParsePolicy(file);
    ASSERT_FALSE(parsed.ok()) << file;
    EXPECT_EQ(parsed.error().text, text) << file;
  }
}

}  // namespace
}  // namespace passport::claims
