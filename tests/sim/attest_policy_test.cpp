// Operators replace the policy; a verifier that is away; evidence that grows old; GET /attestation.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.h"
#include "trusted/core/policy_statement.h"

namespace passport::sim {
namespace {

using attest::Provider;
using platform_link::Answer;
using platform_link::Kind;
using platform_link::Outcome;
using platform_link::Request;

const std::string kZeroImages = R"("measurements":[")" + std::string(62, '0') + R"(01"])";

Hash32 Image(std::uint8_t last) {
  Hash32 out{};
  out[31] = last;
  return out;
}

std::string File(unsigned version, const std::string& providers = R"("none":{})",
                 const std::string& more = "", unsigned age_s = 600) {
  return R"({"version":)" + std::to_string(version) + R"(,"providers":{)" + providers + "}," + kZeroImages +
         R"(,"evidence_age_max_s":)" + std::to_string(age_s) + more + "}";
}

core::PolicyStatement Signed(Network& network, const std::string& file, std::vector<PartyIndex> by) {
  core::PolicyStatement out;
  out.network = network.manifest().network_id;
  out.number = network.unix_ms();
  out.expires_unix_ms = out.number + 60'000;
  out.file = file;
  for (const PartyIndex party : by)
    out.signatures.emplace(party, network.operators().at(party).Sign(out.SignedHash()));
  return out;
}

class Policies : public ::testing::Test {
 protected:
  explicit Policies(std::map<PartyIndex, Provider> providers = {})
      : network(Options{.providers = std::move(providers),
                        .images = {{kOne, Image(1)}, {kTwo, Image(1)}, {kThree, Image(1)}}}) {
    network.Form();
    EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  }
  Status Give(PartyIndex party, const std::string& file, std::vector<PartyIndex> by = {kOne, kTwo}) {
    network.Run(10);  // another number than the statement before
    return network.Admin(party, Signed(network, file, std::move(by)));
  }
  void GiveAll(const std::string& file) {
    for (const PartyIndex party : {kOne, kTwo, kThree}) EXPECT_EQ(Give(party, file), Status::kOk);
  }
  std::uint64_t VersionAt(PartyIndex party) {
    const auto answer = json::Parse(network.Evidence(party, {})).value();
    return answer.Find("readable")->GetU64("policy_version").value();
  }
  Network network;
};

TEST_F(Policies, TOperatorsReplaceThePolicyForGood) {
  EXPECT_EQ(VersionAt(kOne), 0u);
  GiveAll(File(1));
  EXPECT_EQ(network.Logged(Event::kPolicyTaken, {}, 1), 3u);
  EXPECT_GT(network.Logged(Event::kAttestAgain, kOne), 0u);
  EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000)) << network.Health(kOne);
  network.Kill(kOne);
  network.Start(kOne);
  EXPECT_EQ(VersionAt(kOne), 1u);
  EXPECT_EQ(VersionAt(kTwo), 1u);
  EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
}

TEST_F(Policies, OnlyTheNextAndNoWeakerOneOfEnoughOperatorsIsTaken) {
  EXPECT_EQ(Give(kOne, File(1), {kOne}), Status::kDenied);
  EXPECT_EQ(Give(kOne, File(2)), Status::kPolicyWeaker);
  EXPECT_EQ(Give(kOne, "{}"), Status::kPolicyFile);
  core::PolicyStatement statement = Signed(network, File(1), {kOne, kTwo});
  statement.signatures.at(kTwo)[0] ^= 1;
  EXPECT_EQ(network.Admin(kOne, statement), Status::kBadSignature);
  statement = Signed(network, File(1), {kOne, kTwo});
  statement.file += " ";
  EXPECT_EQ(network.Admin(kOne, statement), Status::kBadSignature);
  statement = Signed(network, File(1), {kOne, kTwo});
  statement.network[0] ^= 1;
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerUnknown);
  statement = Signed(network, File(1), {kOne, kTwo});
  network.Skip(61'000);
  network.Run(20);
  EXPECT_EQ(network.Admin(kOne, statement), Status::kPeerReplay);
  EXPECT_EQ(VersionAt(kOne), 0u);

  const std::string strict =
      File(1, R"("none":{})", R"(,"minimum_svn":0,"signers":[")" + std::string(64, 'a') + R"("])");
  EXPECT_EQ(Give(kOne, strict), Status::kOk);
  EXPECT_EQ(Give(kOne, File(2)), Status::kPolicyWeaker);  // nobody is asked for a signer any more
  EXPECT_EQ(Give(kOne, File(2, R"("none":{},"simulated":{})", R"(,"allow_simulated":true)")),
            Status::kPolicyWeaker);
  EXPECT_EQ(VersionAt(kOne), 1u);
}

TEST_F(Policies, ANodeThatTheNewPolicyDoesNotNameIsDroppedAndTheLineIsNamed) {
  GiveAll(File(1, R"("none":{})", R"(,"signers":[")" + std::string(64, 'a') + R"("])"));
  network.Run(200);
  EXPECT_FALSE(PeerFlag(network, kOne, kTwo, "connected"));
  EXPECT_GT(network.Logged(Event::kAttestRefused, kOne, static_cast<std::uint64_t>(Status::kAttestSigner)),
            0u);
  EXPECT_NE(network.Health(kOne).find("signers"), std::string::npos) << network.Health(kOne);
}

// Sessions live no longer than their evidence, and what runs over them does not notice.
TEST_F(Policies, SessionsAreAttestedAnewBeforeTheirEvidenceIsOld) {
  GiveAll(File(1, R"("none":{})", "", 60));
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  network.log().clear();
  network.Skip(55'000);
  network.Run(100);
  EXPECT_EQ(network.Logged(Event::kAttestAgain), 0u);
  network.Skip(6'000);
  network.Run(100);
  EXPECT_GT(network.Logged(Event::kAttestAgain, kOne), 0u);
  EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  EXPECT_EQ(network.Logged(Event::kRefreshAborted) + network.Logged(Event::kPairBurned), 0u);
}

// Node 2's evidence is of a provider whose certificates the core does not read: another process does.
class SnpNode : public ::testing::Test {
 protected:
  SnpNode()
      : network(Options{.providers = {{kOne, Provider::kSimulated},
                                      {kTwo, Provider::kSnp},
                                      {kThree, Provider::kSimulated}},
                        .images = {{kOne, Image(1)}, {kTwo, Image(1)}, {kThree, Image(1)}}}) {
    network.on_platform = [this](PartyIndex party, const Request& request, Answer& answer) {
      if (request.kind == Kind::kVerify) return OnVerify(party, request, answer);
      return true;
    };
    network.Form();
    network.RunUntil([this] { return PeerFlag(network, kOne, kThree, "ready"); }, 10'000);
    for (const PartyIndex party : {kOne, kTwo, kThree})
      network.Admin(party, Signed(network, SnpFile(), {kOne, kTwo}));
  }
  static std::string SnpFile() {
    return File(1,
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

TEST_F(SnpNode, GetAttestationHasAtMostEightUnderWayAndForgetsThoseThatAreNotAnswered) {
  std::size_t asked = 0;
  network.on_platform = [&](PartyIndex, const Request&, Answer&) {
    ++asked;
    return false;
  };
  for (int i = 0; i < 8; ++i) EXPECT_EQ(network.Evidence(kOne, {}), "");
  EXPECT_EQ(asked, 8u);
  const auto busy = json::Parse(network.Evidence(kOne, {})).value();
  const json::Value* details = busy.Find("error")->Find("details");
  EXPECT_EQ(details->GetString("code_name").value(), "busy");
  EXPECT_EQ(details->GetU64("retry_after_ms").value(), 1'000u);
  EXPECT_EQ(asked, 8u);
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
