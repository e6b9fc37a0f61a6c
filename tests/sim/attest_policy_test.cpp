// Operators replace the policy; a verifier that is away; evidence that grows old; GET /attestation.
#include <algorithm>

#include "tests/sim/policy_fixture.h"

namespace passport::sim {
namespace {

using attest::Provider;
using platform_link::Answer;
using platform_link::Kind;
using platform_link::Outcome;
using platform_link::Request;

TEST_F(Policies, TOperatorsReplaceThePolicyForGood) {
  EXPECT_EQ(VersionAt(kOne), 0u);
  GiveAll(PolicyFile(1));
  EXPECT_EQ(network.Logged(Event::kPolicyTaken, {}, 1), 3u);
  EXPECT_GT(network.Logged(Event::kAttestAgain, kOne), 0u);
  EXPECT_TRUE(AllMeet());
  network.Kill(kOne);
  network.Start(kOne);
  EXPECT_EQ(VersionAt(kOne), 1u);
  EXPECT_EQ(VersionAt(kTwo), 1u);
  EXPECT_TRUE(AllMeet());
}

TEST_F(Policies, OnlyALaterAndNoWeakerOneOfEnoughOperatorsIsTaken) {
  EXPECT_EQ(Give(kOne, PolicyFile(1), {kOne}), Status::kDenied);
  EXPECT_EQ(Give(kOne, PolicyFile(1 + claims::kVersionsAheadMax)), Status::kPolicyVersion);
  EXPECT_EQ(Give(kOne, "{}"), Status::kPolicyFile);
  core::PolicyStatement statement = SignedPolicy(network, PolicyFile(1), {kOne, kTwo});
  statement.signatures.at(kTwo)[0] ^= 1;
  EXPECT_EQ(network.Admin(kOne, statement), Status::kBadSignature);
  statement = SignedPolicy(network, PolicyFile(1), {kOne, kTwo});
  statement.file += " ";
  EXPECT_EQ(network.Admin(kOne, statement), Status::kBadSignature);
  statement = SignedPolicy(network, PolicyFile(1), {kOne, kTwo});
  statement.network[0] ^= 1;
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerUnknown);
  statement = SignedPolicy(network, PolicyFile(1), {kOne, kTwo});
  network.Skip(61'000);
  network.Run(20);
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerReplay);
  statement = SignedPolicy(network, PolicyFile(1), {});
  statement.expires_unix_ms = statement.number + core::kStatementLifeMaxMs + 1;
  SignPolicy(network, statement, {kOne, kTwo});
  EXPECT_EQ(network.Admin(kOne, statement), Status::kStatementLife);
  EXPECT_EQ(VersionAt(kOne), 0u);

  const std::string strict = PolicyFile(3, R"("none":{})", R"(,"required_layers":["seccomp"])");
  EXPECT_EQ(Give(kOne, strict), Status::kOk);
  EXPECT_EQ(Give(kOne, strict), Status::kPolicyVersion);
  EXPECT_EQ(Give(kOne, PolicyFile(2, R"("none":{})", R"(,"required_layers":["seccomp"])")),
            Status::kPolicyVersion);
  EXPECT_EQ(Give(kOne, PolicyFile(4)), Status::kWeakerLayers);  // no layer is asked for any more
  EXPECT_EQ(Give(kOne, PolicyFile(4, R"("none":{},"simulated":{})", R"(,"allow_simulated":true)")),
            Status::kWeakerProviders);
  EXPECT_EQ(VersionAt(kOne), 3u);
}

// What nobody could satisfy is no policy, and so is never in force.
TEST_F(Policies, AMisspeltLayerIsRefused) {
  EXPECT_EQ(Give(kOne, PolicyFile(1, R"("none":{})", R"(,"required_layers":["secomp"])")),
            Status::kPolicyFile);
  EXPECT_EQ(VersionAt(kOne), 0u);
}

// It would be alone with it, and could take none after it.
TEST_F(Policies, ANodeThatDoesNotSatisfyOneItselfRefusesItByTheRuleAndSaysThatItIsOut) {
  lacking.insert(kThree);
  network.Kill(kThree);
  network.Start(kThree);
  ASSERT_TRUE(AllMeet());
  const std::string strict = PolicyFile(1, R"("none":{})", R"(,"required_layers":["seccomp"])");
  EXPECT_EQ(Give(kThree, strict), Status::kAttestLayers);
  EXPECT_EQ(VersionAt(kThree), 0u);
  EXPECT_TRUE(AllMeet()) << "nothing was cut";
  EXPECT_TRUE(Says(kThree, "follow version 1 of the attestation policy", "required_layers: seccomp is off"));

  EXPECT_EQ(Give(kOne, strict), Status::kOk);
  EXPECT_EQ(Give(kTwo, strict), Status::kOk);
  ASSERT_TRUE(network.RunUntil([this] { return PeerFlag(network, kOne, kTwo, "connected"); }, 10'000));
  EXPECT_FALSE(PeerFlag(network, kOne, kThree, "connected"));
  EXPECT_NE(network.Health(kOne).find("required_layers"), std::string::npos) << network.Health(kOne);

  EXPECT_NE(
      network.Health(kThree).find("node 1 refuses this node's evidence by the policy's required_layers"),
      std::string::npos)
      << network.Health(kThree);
  EXPECT_NE(network.Health(kThree).find("--recover"), std::string::npos);
  EXPECT_GT(network.Logged(Event::kRefusedByPeer, kThree, static_cast<std::uint64_t>(Status::kAttestLayers)),
            0u);

  // It goes on saying so after a restart, for its peers show it what they have.
  network.Kill(kThree);
  network.Start(kThree);
  network.Run(200);
  EXPECT_TRUE(Says(kThree, "follow version 1 of the attestation policy", "required_layers"));
  EXPECT_TRUE(Says(kThree, "open sessions under an older attestation policy", "seccomp is off"));
  lacking.clear();
  network.Kill(kThree);
  network.Start(kThree);
  ASSERT_TRUE(AllMeet());
  EXPECT_EQ(VersionAt(kThree), 1u) << "from its peers";
  EXPECT_FALSE(Says(kThree, "follow", ""));
}

// Before peers notice: by its log at the start, by GET /health and GET /enclave.
TEST_F(Policies, ANodeThatIsStartedOtherwiseThanItsOwnPolicyDemandsSaysSo) {
  GiveAll(PolicyFile(1, R"("none":{})", R"(,"required_layers":["seccomp"])"));
  lacking.insert(kTwo);
  network.Kill(kTwo);
  network.Start(kTwo);
  EXPECT_EQ(network.Logged(Event::kPolicyUnmet, kTwo, static_cast<std::uint64_t>(Status::kAttestLayers)), 1u);
  EXPECT_TRUE(Says(kTwo, "be accepted by nodes with its own policy", "seccomp is off"));
  EXPECT_NE(network.Enclave(kTwo).find("required_layers: seccomp is off"), std::string::npos);
  EXPECT_EQ(network.Logged(Event::kPolicyUnmet, kOne), 0u);
}

// A counter is raised a moment after the start, and by then nobody has shown anything.
TEST_F(Policies, ACounterThatIsStillToBeRaisedIsNoShortfall) {
  for (const PartyIndex party : kAll) {
    network.Kill(party);
    network.counter(party) = 5;
    network.Start(party);
  }
  ASSERT_TRUE(AllMeet());
  const std::string with_counter = R"(,"minimum_rollback":"peers-and-counter")";
  for (const PartyIndex party : kAll)
    EXPECT_EQ(Give(party, PolicyFile(1, R"("none":{})", with_counter)), Status::kOk);
  ASSERT_TRUE(AllMeet());
  network.Kill(kOne);
  network.Start(kOne);
  EXPECT_EQ(network.Logged(Event::kPolicyUnmet, kOne), 0u);
  EXPECT_FALSE(Says(kOne, "be accepted by nodes with its own policy", ""));
  EXPECT_TRUE(AllMeet());
  network.Kill(kOne);
  network.on_platform = [](PartyIndex, const Request&, Answer&) { return false; };
  network.Start(kOne);
  network.Run(100);
  network.Skip(61'000);
  network.Run(100);
  EXPECT_TRUE(Says(kOne, "be accepted by nodes with its own policy", "minimum_rollback"));
}

TEST_F(Policies, TwoPoliciesOfOneVersionAreNoticed) {
  EXPECT_EQ(Give(kOne, PolicyFile(1)), Status::kOk);
  EXPECT_EQ(Give(kTwo, PolicyFile(1, R"("none":{})", "", 599)), Status::kOk);
  network.Run(200);
  EXPECT_GT(network.Logged(Event::kPolicyForked, kOne, 1), 0u);
  EXPECT_GT(network.Logged(Event::kPolicyForked, kTwo, 1), 0u);
  EXPECT_EQ(network.Logged(Event::kPolicyForked, kThree), 0u);
}

// Sessions live no longer than their evidence, and what runs over them does not notice.
TEST_F(Policies, SessionsAreAttestedAnewBeforeTheirEvidenceIsOld) {
  GiveAll(PolicyFile(1, R"("none":{})", "", 60));
  ASSERT_TRUE(AllMeet());
  network.log().clear();
  network.Skip(55'000);
  network.Run(100);
  EXPECT_EQ(network.Logged(Event::kAttestAgain), 0u);
  network.Skip(6'000);
  network.Run(100);
  EXPECT_GT(network.Logged(Event::kAttestAgain, kOne), 0u);
  EXPECT_TRUE(AllMeet());
  EXPECT_EQ(network.Logged(Event::kRefreshAborted) + network.Logged(Event::kPairBurned), 0u);
}

// Node 2's evidence is of a provider whose certificates the core does not read: another process does.
class SnpNode : public ::testing::Test {
 protected:
  SnpNode()
      : network(Options{.providers = {{kOne, Provider::kSimulated},
                                      {kTwo, Provider::kSnp},
                                      {kThree, Provider::kSimulated}},
                        .images = {{kOne, ImageOf(1)}, {kTwo, ImageOf(1)}, {kThree, ImageOf(1)}}}) {
    network.on_platform = [this](PartyIndex party, const Request& request, Answer& answer) {
      if (request.kind == Kind::kVerify) return OnVerify(party, request, answer);
      return true;
    };
    network.Form();
    network.RunUntil([this] { return PeerFlag(network, kOne, kThree, "ready"); }, 10'000);
    for (const PartyIndex party : {kOne, kTwo, kThree})
      network.Admin(party, SignedPolicy(network, SnpFile(), {kOne, kTwo}));
  }
  static std::string SnpFile() {
    return PolicyFile(1,
                      R"("none":{},"simulated":{},"snp":{"roots":[")" + std::string(64, 'b') +
                          R"("],"measurements":["00"]})",
                      R"(,"allow_simulated":true)");
  }
  // A verifier that finds what the evidence of the simulator says, and a good chain beside it.
  bool OnVerify(PartyIndex party, const Request& request, Answer& answer) {
    verifying.push_back(party);
    attest::Evidence evidence = attest::Evidence::Parse(request.body).value();
    evidence.provider = Provider::kSimulated;
    attest::Findings found = attest::VerifySimulated(evidence).value();
    found.provider = Provider::kSnp;
    found.simulated = false;
    found.root.fill(0xbb);
    found.measurement = Bytes{0};
    if (spoil) spoil(found);
    answer.outcome = verdict;
    answer.body = verdict == Outcome::kOk ? found.Encode() : ToBytes("no");
    return answers;
  }
  std::size_t Refused(Status status) {
    return network.Logged(Event::kAttestRefused, kOne, static_cast<std::uint64_t>(status));
  }
  bool Connected() { return PeerFlag(network, kOne, kTwo, "connected"); }

  Network network;
  std::vector<PartyIndex> verifying;
  std::function<void(attest::Findings& found)> spoil;
  Outcome verdict = Outcome::kOk;
  bool answers = true;
};

TEST_F(SnpNode, IsAcceptedOnTheVerifiersFindings) {
  EXPECT_TRUE(network.RunUntil([this] { return Connected(); }, 10'000)) << network.Health(kOne);
  EXPECT_FALSE(verifying.empty());
  EXPECT_GT(network.Logged(Event::kPeerOpen, kOne, static_cast<std::uint64_t>(Provider::kSnp)), 0u);
}

TEST_F(SnpNode, WaitsForAVerifierThatIsDownThenFailsAndIsTriedAgain) {
  answers = false;
  for (const PartyIndex party : {kOne, kTwo, kThree})
    EXPECT_NE(network.Evidence(party, {}), "");  // it is the verifier that is down
  network.log().clear();
  network.Run(9'000);
  EXPECT_EQ(Refused(Status::kAttestUnavailable), 0u);
  EXPECT_FALSE(Connected());
  network.Run(3'000);
  EXPECT_EQ(Refused(Status::kAttestUnavailable), 1u);
  answers = true;
  EXPECT_TRUE(network.RunUntil([this] { return Connected(); }, 15'000)) << network.Health(kOne);
}

// Dialling anew while the verifier is slow asks it no second time: the others' evidence has its turn.
TEST_F(SnpNode, HasOneVerificationUnderWayHoweverOftenItDials) {
  network.on_platform = [this](PartyIndex party, const Request& request, Answer&) {
    if (request.kind != Kind::kVerify) return true;
    verifying.push_back(party);
    return false;
  };
  verifying.clear();
  for (int i = 0; i < 20; ++i) {
    network.Cut(kOne, kTwo);
    network.Run(50);
  }
  EXPECT_LE(std::ranges::count(verifying, kOne), 1);
  EXPECT_NE(network.Evidence(kOne, {}), "");
  EXPECT_EQ(Refused(Status::kAttestUnavailable), 0u) << "the newest session waits for its turn";
  network.on_platform = [this](PartyIndex party, const Request& request, Answer& answer) {
    return request.kind != Kind::kVerify || OnVerify(party, request, answer);
  };
  EXPECT_TRUE(network.RunUntil([this] { return Connected(); }, 15'000)) << network.Health(kOne);
}

// The host numbers the links. Another session on the same number is not vouched for by an answer to the
// first.
TEST_F(SnpNode, IsVouchedForInItsOwnSessionWhateverNumberTheHostGivesIt) {
  std::vector<Bytes> held;
  network.on_platform = [&](PartyIndex party, const Request& request, Answer& answer) {
    if (request.kind != Kind::kVerify || party != kOne) return true;
    OnVerify(party, request, answer);
    held.push_back(answer.Seal(network.PlatformKeyOf(kOne)));
    return false;
  };
  network.same_numbers = true;
  network.Cut(kOne, kTwo);
  ASSERT_TRUE(network.RunUntil([&] { return !held.empty(); }, 10'000));
  network.Cut(kOne, kTwo);
  network.Run(500);  // the second session is at its attestation, under the first one's number
  ASSERT_EQ(held.size(), 1u);
  network.Answer(kOne, held[0]);
  network.Run(100);
  EXPECT_FALSE(Connected());
  ASSERT_EQ(held.size(), 2u) << "its own evidence is verified now";
  network.Answer(kOne, held[1]);
  EXPECT_TRUE(network.RunUntil([this] { return Connected(); }, 1'000)) << network.Health(kOne);
}

TEST_F(SnpNode, IsRefusedWhenTheVerifierRefusesIt) {
  verdict = Outcome::kRefused;
  network.Run(200);
  EXPECT_GT(Refused(Status::kAttestUnavailable), 0u);
  EXPECT_FALSE(Connected());
}

TEST_F(SnpNode, IsRefusedForWhatTheVerifierFound) {
  const std::pair<Status, void (*)(attest::Findings&)> cases[] = {
      {Status::kAttestRoot, [](attest::Findings& found) { found.root[0] ^= 1; }},
      {Status::kAttestDebug, [](attest::Findings& found) { found.debug = true; }},
      {Status::kAttestPlatform, [](attest::Findings& found) { found.measurement[0] ^= 1; }},
      {Status::kAttestReportData, [](attest::Findings& found) { found.report_data[0] ^= 1; }},
      {Status::kAttestExpired, [](attest::Findings& found) { found.not_after_s = 1; }},
  };
  for (const auto& [status, change] : cases) {
    network.Cut(kOne, kTwo);
    network.log().clear();
    spoil = change;
    network.Run(200);
    EXPECT_GT(Refused(status), 0u) << static_cast<unsigned>(status);
    EXPECT_FALSE(Connected());
  }
}

// The host of node 1 answers itself, in the verifier's place: with another key, with an answer to another
// question, or twice.
TEST_F(SnpNode, AHostCannotAnswerForTheVerifier) {
  std::vector<Bytes> forged;
  network.on_platform = [&](PartyIndex party, const Request& request, Answer& answer) {
    if (request.kind != Kind::kVerify || party != kOne) return true;
    OnVerify(party, request, answer);
    forged.push_back(answer.Seal(network.PlatformKeyOf(kTwo)));
    Answer of_another = answer;
    ++of_another.id;
    forged.push_back(of_another.Seal(network.PlatformKeyOf(kOne)));
    Answer of_another_kind = answer;
    of_another_kind.kind = Kind::kQuote;
    forged.push_back(of_another_kind.Seal(network.PlatformKeyOf(kOne)));
    return false;
  };
  network.Cut(kOne, kTwo);
  network.Run(100);
  network.log().clear();
  ASSERT_FALSE(forged.empty());
  const std::size_t tried = forged.size();
  for (const Bytes& record : std::vector<Bytes>(forged)) network.Answer(kOne, record);
  EXPECT_EQ(network.Logged(Event::kAnswerRefused, kOne), tried);
  network.Run(100);
  EXPECT_FALSE(Connected());
}

TEST_F(SnpNode, GetAttestationHasOneOfEightUnderWayAndForgetsThoseThatAreNotAnswered) {
  std::size_t asked = 0;
  network.on_platform = [&](PartyIndex, const Request&, Answer&) {
    ++asked;
    return false;
  };
  for (int i = 0; i < 8; ++i) EXPECT_EQ(network.Evidence(kOne, {}), "");
  EXPECT_EQ(asked, 1u);
  const auto busy = json::Parse(network.Evidence(kOne, {})).value();
  const json::Value* details = busy.Find("error")->Find("details");
  EXPECT_EQ(details->GetString("code_name").value(), "busy");
  EXPECT_EQ(details->GetU64("retry_after_ms").value(), 1'000u);
  EXPECT_EQ(asked, 1u);
  network.Run(11'000);
  network.on_platform = {};
  EXPECT_EQ(json::Parse(network.Evidence(kOne, {})).value().GetString("provider").value(), "simulated");
}

TEST_F(SnpNode, GetAttestationAnswersForTheNonceOfWhoeverAsks) {
  ByteArray<32> nonce{};
  nonce.fill(0x77);
  const auto answer = json::Parse(network.Evidence(kThree, nonce)).value();
  const auto part = [&](const char* name) { return ParseBase64(answer.GetString(name).value()).value(); };
  const auto claims = claims::Claims::Parse(part("claims")).value();
  const auto evidence = attest::Evidence::Parse(part("evidence")).value();
  EXPECT_EQ(claims.verifier_nonce, claims::RequestNonce(nonce));
  EXPECT_EQ(claims.node, kThree);
  EXPECT_EQ(claims.configuration.policy_version, 1u);
  EXPECT_EQ(claims.rollback, claims::Rollback::kPeersWeak);
  const auto findings = attest::VerifySimulated(evidence).value();
  EXPECT_EQ(findings.report_data, claims::ReportData(part("claims")));
  const Hash32 hash = claims::AnswerHash(nonce, part("claims"), part("evidence"));
  const auto signature = [&](const char* name) {
    return ToArray<64>(ParseHex(answer.GetString(name).value()).value()).value();
  };
  EXPECT_TRUE(crypto::VerifyEd25519(claims.identity_key, hash, signature("signature")));
  EXPECT_TRUE(crypto::VerifyEd25519(claims.instance_key, hash, signature("instance_signature")));
  EXPECT_EQ(claims.identity_key, network.manifest().Row(kThree)->identity_key);
}

}  // namespace
}  // namespace passport::sim
