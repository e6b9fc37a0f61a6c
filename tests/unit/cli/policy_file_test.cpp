// Policy files as the CLI writes them: read back they are the same, and drafts accept what they are made of.
#include "tools/cli/policy_file.h"

#include <gtest/gtest.h>

#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

using attest::Provider;

Hash32 HashOfAll(std::uint8_t value) {
  Hash32 out;
  out.fill(value);
  return out;
}

TEST(PolicyText, IsReadBackAsTheSamePolicy) {
  claims::Policy policy;
  policy.version = 7;
  policy.providers[Provider::kSimulated] = {};
  policy.providers[Provider::kTpm2] = {{}, {HashOfAll(1)}, {}, {}, false};
  policy.providers[Provider::kSnp] = {{HashOfAll(2)}, {HashOfAll(3)}, {Bytes(48, 4)}, {3, 0, 20}, true};
  policy.measurements = {HashOfAll(5), HashOfAll(6)};
  policy.signers = {HashOfAll(7)};
  policy.minimum_svn = 4;
  policy.evidence_age_max_s = 600;
  policy.layers = {"seccomp", "landlock"};
  policy.minimum_rollback = claims::Rollback::kPeers;
  policy.allow_simulated = true;
  policy.allow_debug = true;
  const std::string text = PolicyText(policy);
  claims::Policy read = ParsePolicyText(text, "text");
  policy.hash = read.hash;
  EXPECT_EQ(read, policy) << text;
}

TEST(PolicyText, OfWhatIsNoneNamesTheWord) {
  std::string said;
  try {
    ParsePolicyText(
        R"({"version":1,"providers":{"none":{}},"evidence_age_max_s":60,"minimum_rollback":"pears"})",
        "policy.json");
  } catch (const Problem& problem) {
    said = problem.what();
  }
  EXPECT_EQ(
      said,
      "policy.json is no policy: minimum_rollback must be none, peers-weak, peers or peers-and-counter, not "
      "\"pears\"; correct it: docs/attestation.md has the members");
}

// Nodes as they differ: the lowest of each minimum, every image, the layers that all have.
class Draft : public ::testing::Test {
 protected:
  NodeTrial Node(Provider provider, std::uint8_t number) {
    NodeTrial out{.url = "http://node", .shown = Attestation{}, .assessed = {}, .why = {}};
    claims::Claims& claims = out.shown->claims;
    claims.provider = provider;
    claims.measurement = HashOfAll(number);
    claims.release = {HashOfAll(9), 1, number};
    claims.configuration.policy_version = number;
    claims.layers = {{"seccomp", "applied"}, {"landlock", number == 1 ? "applied" : "off"}};
    claims.rollback = claims::Rollback::kPeers;
    attest::Findings& found = out.assessed.found.emplace();
    found.provider = provider;
    found.report_data = claims::ReportData(claims.Encode());
    if (provider == Provider::kTpm2) {
      found.attester = HashOfAll(number);
      found.enclave_image = claims.measurement;
    }
    if (provider == Provider::kSnp) {
      found.root = HashOfAll(0xbb);
      found.attester = HashOfAll(number);
      found.measurement = Bytes(48, number);
      found.tcb = {number, static_cast<std::uint16_t>(10 - number)};
      found.tcb_current = true;
    }
    return out;
  }
};

TEST_F(Draft, AcceptsTheNodesItIsMadeOfAndNothingLower) {
  std::vector<NodeTrial> nodes = {Node(Provider::kTpm2, 1), Node(Provider::kSnp, 2), Node(Provider::kSnp, 3),
                                  Node(Provider::kNone, 4)};
  const claims::Policy policy = ParsePolicyText(PolicyText(DraftPolicy(nodes)), "draft");
  EXPECT_EQ(policy.version, 5u);
  EXPECT_EQ(policy.minimum_svn, 1u);
  EXPECT_EQ(policy.layers, std::vector<std::string>{"seccomp"});
  EXPECT_EQ(policy.signers, std::vector<Hash32>{HashOfAll(9)});
  EXPECT_FALSE(policy.allow_debug || policy.allow_simulated);
  EXPECT_EQ(policy.providers.at(Provider::kTpm2).attesters, std::vector<Hash32>{HashOfAll(1)});
  EXPECT_TRUE(policy.providers.at(Provider::kTpm2).roots.empty());
  const claims::ProviderRules& snp = policy.providers.at(Provider::kSnp);
  EXPECT_EQ(snp.roots, std::vector<Hash32>{HashOfAll(0xbb)});
  EXPECT_EQ(snp.minimum_tcb, (std::vector<std::uint16_t>{2, 7}));
  EXPECT_TRUE(snp.current_tcb);
  for (const NodeTrial& node : nodes) {
    const auto verdict = claims::Judge(node.shown->claims, *node.assessed.found, policy, {});
    EXPECT_TRUE(verdict.ok()) << static_cast<unsigned>(verdict.error());
  }
  nodes[1].assessed.found->tcb = {1, 9};
  EXPECT_EQ(claims::Judge(nodes[1].shown->claims, *nodes[1].assessed.found, policy, {}).error(),
            Status::kAttestTcb);
}

TEST_F(Draft, SaysWhichNodesAreWeakerThanTheOthers) {
  std::vector<NodeTrial> nodes = {Node(Provider::kTpm2, 1), Node(Provider::kTpm2, 2)};
  nodes[0].shown->claims.node = PartyIndex{1};
  nodes[1].shown->claims.node = PartyIndex{2};
  EXPECT_TRUE(WeakerThanTheRest(nodes).empty());
  nodes[1].shown->claims.provider = Provider::kNone;
  nodes[0].shown->claims.debug = true;
  const std::vector<std::string> said = WeakerThanTheRest(nodes);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_TRUE(said[0].starts_with("node 2 has no evidence")) << said[0];
  EXPECT_TRUE(said[1].starts_with("node 1 runs for development")) << said[1];
}

// The version in force and minimums only rise, whatever a draft usually says.
TEST_F(Draft, IsNotWeakerThanWhatIsInForce) {
  std::vector<NodeTrial> nodes = {Node(Provider::kNone, 1), Node(Provider::kNone, 1)};
  EXPECT_EQ(DraftPolicy(nodes).evidence_age_max_s, 3600u);
  nodes[1].in_force = DraftPolicy(nodes);
  nodes[1].in_force->evidence_age_max_s = 600;
  EXPECT_EQ(DraftPolicy(nodes).evidence_age_max_s, 600u);
}

// The same judgement as the node's own (trusted/core/policy_book.cpp).
TEST_F(Draft, ANodeWouldRefuseWhatIsNotLaterOrWeakerAndSaysTheMember) {
  NodeTrial node = Node(Provider::kNone, 1);
  claims::Policy next = DraftPolicy({node});
  EXPECT_NE(RefusalAt(node, next, false).find("does not show the policy"), std::string::npos);
  node.in_force = node.least = next;
  EXPECT_NE(RefusalAt(node, next, false).find("version 2 is in force there"), std::string::npos)
      << RefusalAt(node, next, false);
  ++next.version;
  EXPECT_EQ(RefusalAt(node, next, false), "");
  next.version += 100;
  EXPECT_NE(RefusalAt(node, next, false).find("one to 100 above"), std::string::npos);
  next.version -= 100;
  ++next.evidence_age_max_s;
  EXPECT_TRUE(RefusalAt(node, next, false).starts_with("it would refuse it, as weaker in evidence_age_max_s"))
      << RefusalAt(node, next, false);
  EXPECT_FALSE(RefusalAt(node, next, true).empty());
  node.least->evidence_age_max_s = next.evidence_age_max_s;
  EXPECT_EQ(RefusalAt(node, next, true), "") << "the one in force was never proven";
  EXPECT_FALSE(RefusalAt(node, next, false).empty());
}

TEST_F(Draft, AsksForSignersOnlyIfAllAreSigned) {
  std::vector<NodeTrial> nodes = {Node(Provider::kNone, 1), Node(Provider::kNone, 2)};
  nodes[1].shown->claims.release.signer = {};
  EXPECT_TRUE(DraftPolicy(nodes).signers.empty());
}

}  // namespace
}  // namespace passport::cli
