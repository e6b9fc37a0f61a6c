// Every refusal is said in words, with what to do next.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <regex>

#include "tests/unit/cli/one_answer.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/devnet_text.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "tools/cli/release_file.h"
#include "trusted/core/policy_statement.h"
#include "trusted/core/resume.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

constexpr std::string_view kNextForNobody = "is the node running? `passport devnet up --dir DIR`";

// All values of the enum, read from its header.
std::vector<Status> AllStatuses() {
  const std::string header = ReadFile(PASSPORT_SOURCE_DIR "/edl/base/status.h");
  const std::regex row(R"(k\w+ = (\d+),)");
  std::vector<Status> out;
  for (auto at = std::sregex_iterator(header.begin(), header.end(), row); at != std::sregex_iterator(); ++at)
    out.push_back(static_cast<Status>(std::stoul((*at)[1])));
  return out;
}

TEST(Explain, KnowsEveryStatusInWordsAndWithANextAction) {
  const std::vector<Status> all = AllStatuses();
  ASSERT_GT(all.size(), 50u);
  for (const About about : {About::kData, About::kManifest, About::kStatement, About::kBackup}) {
    for (const Status status : all) {
      const Refusal refusal = Explain(status, about);
      EXPECT_FALSE(refusal.wrong.starts_with("code ")) << static_cast<unsigned>(status);
      EXPECT_FALSE(refusal.next.empty()) << static_cast<unsigned>(status);
    }
  }
  EXPECT_EQ(Explain(Status{999}).Text(),
            "code 999, which this version does not know; use the passport program of the node's own version");
}

std::string Http(const std::string& line, const std::string& body) {
  return "HTTP/1.1 " + line + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// The host writes them into JSON as they are.
TEST(Explain, NoTextHasACharacterThatJsonWouldEscape) {
  for (const About about : {About::kData, About::kManifest, About::kStatement}) {
    for (const Status status : AllStatuses()) {
      const std::string text = Explain(status, about).Text() + std::string(NameOf(status));
      EXPECT_EQ(json::Quote(text), "\"" + text + "\"");
    }
  }
}

TEST(Explain, NamesEveryStatusAsItsHeaderDoes) {
  const std::string header = ReadFile(PASSPORT_SOURCE_DIR "/edl/base/status.h");
  for (const Status status : AllStatuses()) {
    EXPECT_NE(header.find(" " + std::string(NameOf(status)) + " = " +
                          std::to_string(static_cast<unsigned>(status)) + ","),
              std::string::npos)
        << static_cast<unsigned>(status);
  }
  EXPECT_EQ(NameOf(Status{999}), "");
}

// As the host answers (untrusted/rpc/api.cpp).
std::string Answer(Status status, About about) {
  return Http("200 OK", R"({"error":{"code":)" + std::to_string(static_cast<unsigned>(status)) +
                            R"(,"name":")" + std::string(NameOf(status)) + R"(","message":")" +
                            Explain(status, about).Text() + R"("}})");
}

TEST(NodeApi, SaysWhatTheEnclaveRefusesAndWhatToDo) {
  const client::OneAnswer few(Answer(Status::kDenied, About::kStatement), "statement");
  EXPECT_EQ(NodeApi(few.url).PostAdmin(AsBytes("statement")).error().Text(),
            few.url.Origin() +
                "/admin: the enclave refuses it: not those signed it who must: `unban` and `refresh` need "
                "the node's own operator, `policy` as many operators as the threshold, `resume` these and a "
                "quorum of nodes that go on; for `unban` and `refresh` use the key of that node's operator; "
                "for the others let more operators run `passport admin sign`, or make `resume` again with "
                "every node that goes on (kDenied)");
  const client::OneAnswer other(Answer(Status::kDenied, About::kManifest), "manifest");
  EXPECT_NE(NodeApi(other.url).PostManifest("manifest").error().wrong.find("another manifest"),
            std::string::npos);
  const client::OneAnswer takes(Http("200 OK", R"({"status":"ok"})"), "statement");
  EXPECT_TRUE(NodeApi(takes.url).PostAdmin(AsBytes("statement")).ok());
  const client::OneAnswer older(Http("200 OK", R"({"ok":true})"), "statement");
  EXPECT_NE(NodeApi(older.url).PostAdmin(AsBytes("statement")).error().wrong.find("this version"),
            std::string::npos);
}

// `passport attest` is for people who do not trust the node that they ask.
TEST(NodeApi, NoControlCharacterOfANodeReachesTheTerminal) {
  const auto error = json::Parse(
      R"({"code":-1,"message":"\u001b[2J\u001b]0;pwn\u0007evil\n","data":"\u009b31m\u007f naïve ✓","details":{"code_name":"\r"}})");
  EXPECT_EQ(ErrorLine(error.value()), "error ?: ?[2J?]0;pwn?evil?: ?31m? naïve ✓");
}

TEST(NodeApi, SaysAnErrorOfTheHostOnce) {
  const client::OneAnswer busy(
      Http("503 Service Unavailable",
           R"({"error":{"code":-32016,"message":"The node is busy","data":"busy: try again",)"
           R"("details":{"code_name":"busy"}}})"),
      "\r\n\r\n");
  EXPECT_EQ(NodeApi(busy.url).GetHealth().error().Text(),
            busy.url.Origin() + "/health answered HTTP 503: error busy: The node is busy: try again");
}

TEST(NodeApi, WithNobody_AsksWhetherTheNodeRuns) {
  client::Url url;
  {
    const ListeningPort closed;
    url = client::ParseUrl(closed.Url()).value();
  }
  const Refusal refusal = NodeApi(url).GetHealth().error();
  EXPECT_EQ(refusal.wrong, url.Origin() + ": Connection refused");
  EXPECT_TRUE(refusal.next.starts_with(kNextForNobody)) << refusal.next;
}

TEST(AdminResume, OfFewerNodesThanTheThreshold_MakesNoStatementThatNobodyCanTake) {
  const std::string zeros(64, '0');
  const client::OneAnswer node(
      Http("200 OK", R"({"phase":"serving","measurement":")" + zeros + R"(","boot":")" + zeros.substr(32) +
                         R"(","build":"b","platform":"p","attestation":"a","confinement":{},)"
                         R"("enclave_public_key":null,"party":1,"network":{"network_id":)"
                         R"("00000000-0000-4000-8000-000000000000","n":3,"t":2,"manifest_hash":")" +
                         zeros + R"(","roster":[]}})"),
      "\r\n\r\n");
  const std::string out = testing::TempDir() + "passport-resume-" + std::to_string(getpid());
  std::string refusal;
  try {
    AdminResume({"admin resume", "", AdminResume}, {"--node", node.url.Origin(), "--out", out});
  } catch (const Problem& problem) {
    refusal = problem.what();
  }
  EXPECT_NE(refusal.find("1 of at least 2; give --node once for each"), std::string::npos) << refusal;
  EXPECT_FALSE(fs::exists(out));
}

DevnetState StateWith(Health health) {
  DevnetNode node{1, "http://localhost:1", NodePids{10, 11, 12}, "", std::move(health), ""};
  return {3, 2, {std::move(node)}};
}

TEST(DevnetText, SaysWhyADegradedNodeIsAlsoWhenAllOthersAreThere) {
  Health health;
  health.status = "degraded";
  health.cannot.push_back({"survive the loss of a node", "2 keys lack a share on node(s) 3", "keep them up"});
  health.nodes = {{1, true, true}, {2, true, true}};
  EXPECT_NE(Describe(StateWith(health), "net")
                .find("cannot survive the loss of a node: 2 keys lack a share on node(s) 3 (keep them up)"),
            std::string::npos);
  health.cannot.clear();
  health.nodes[1].connected = health.nodes[1].ready = false;
  health.away.push_back({2, "node 2 is not connected", "start node 2"});
  const std::string away = Describe(StateWith(health), "net");
  EXPECT_NE(away.find("degraded"), std::string::npos);
  EXPECT_NE(away.find("\n        node 2 is not connected (start node 2)\n"), std::string::npos) << away;
}

// Monitoring reads GET /health, people read `devnet status`: both say the node's own word.
TEST(DevnetText, TheStateOfANodeThatAnswersIsItsOwnWord) {
  for (const char* status : {"ok", "degraded", "unable"}) {
    Health health;
    health.status = status;
    health.nodes = {{1, true, true}, {2, false, false}};
    const DevnetState state = StateWith(health);
    EXPECT_EQ(StateOf(state.nodes[0]), status);
    const json::Value all = json::Parse(ToJson(state, "net")).value();
    const json::Value& node = all.Find("nodes")->AsArray().value()[0];
    EXPECT_EQ(node.GetString("status").value(), status);
    EXPECT_EQ(node.Find("health")->GetString("status").value(), status);
  }
}

TEST(DevnetText, SaysWhatToDoForANodeThatIsDownOrSilent) {
  DevnetState state{3, 2, {{1, "http://localhost:1", {}, "", {}, ""}}};
  EXPECT_NE(Describe(state, "net").find("`passport devnet up --dir net` starts it"), std::string::npos);
  state.nodes[0].pids = NodePids{10, 11, 12};
  state.nodes[0].silence = "http://localhost:1: no answer in time (see the log)";
  EXPECT_NE(Describe(state, "net").find("unreachable  passportd 10, enclave 11, host 12\n        http://"),
            std::string::npos)
      << Describe(state, "net");
}

// What such a node itself says is meant for a new one.
TEST(DevnetText, OfANodeThatLostItsRecords_SaysSoInPlaceOfItsHealth) {
  Health health;
  health.status = "unable";
  health.cannot.push_back({"serve clients", "the node has no manifest", "run `passport manifest init`"});
  DevnetState state = StateWith(health);
  state.nodes[0].lost = "it has other keys than the manifest names for it";
  const std::string text = Describe(state, "net");
  EXPECT_NE(text.find("it has other keys"), std::string::npos) << text;
  EXPECT_EQ(text.find("manifest init"), std::string::npos) << text;
}

TEST(DevnetText, OfANodeThatIsFine_IsOneLine) {
  Health health;
  health.status = "ok";
  health.nodes = {{1, true, true}};
  EXPECT_EQ(Describe(StateWith(health), "net"),
            "2-of-3 network in net\nnode 1  http://localhost:1  ok           passportd 10, enclave 11, host "
            "12\n");
}

// A statement and the manifest of its network, in files.
class AdminSigning : public testing::Test {
 protected:
  AdminSigning() {
    std::string name = testing::TempDir() + "passport-sign-XXXXXX";
    folder_ = mkdtemp(name.data());
    NetworkPlan plan;
    plan.t = plan.keygen_quorum = 2;
    plan.profile = peer::Profile::kDevnet;
    for (std::uint8_t i = 1; i <= 3; ++i) {
      NodePlan& node = plan.nodes.emplace_back();
      node.facts.identity_key = crypto::Ed25519PublicKey{i, 1};
      node.facts.channel_key = crypto::X25519PublicKey{i, 2};
      node.operator_key = MakeOperatorKey(KeyOf(i)).public_key();
      node.peer_address = node.api_address = "127.0.0.1:1";
    }
    const peer::Manifest manifest = BuildManifest(plan);
    WriteNewFile(folder_ / "manifest", EncodeManifestFile({manifest, {}}), 0644);
    statement_.network = manifest.network_id;
    statement_.number = UnixMs();
    statement_.expires_unix_ms = statement_.number + 60'000;
    statement_.boots = {{PartyIndex{1}, {}}, {PartyIndex{2}, {}}};
  }
  ~AdminSigning() override { fs::remove_all(folder_); }

  fs::path KeyOf(int operator_of) const { return folder_ / (std::to_string(operator_of) + ".key"); }
  // "" or why it was refused.
  std::string Sign(const std::string& party, int operator_of) {
    const fs::path file = folder_ / "statement";
    WriteFile(file, ToBase64(statement_.Encode()) + "\n", 0644);
    const Command self{"admin sign", "", AdminSign};
    testing::internal::CaptureStdout();
    std::string out;
    try {
      EXPECT_EQ(AdminSign(self, {"--party", party, "--operator-key", KeyOf(operator_of), "--manifest",
                                 folder_ / "manifest", file}),
                0);
    } catch (const Problem& problem) {
      out = problem.what();
    }
    testing::internal::GetCapturedStdout();
    std::string text = ReadFile(file);
    text.pop_back();
    const auto after = core::ResumeStatement::Parse(ParseBase64(text).value());
    EXPECT_EQ(after.value().signatures.size(), out.empty() ? 1u : 0u);
    return out;
  }

  fs::path folder_;
  core::ResumeStatement statement_;
};

TEST_F(AdminSigning, TakesTheKeyThatTheManifestNamesForTheParty) {
  EXPECT_EQ(Sign("2", 2), "");
  const std::string other = Sign("2", 3);
  EXPECT_TRUE(other.starts_with("this key is not that of the operator of node 2, which is ")) << other;
  EXPECT_TRUE(Sign("4", 3).starts_with("the manifest has no node 4;"));
}

TEST_F(AdminSigning, OfAStatementThatNoNodeTakesByItsTimes_IsRefused) {
  const std::uint64_t now = UnixMs();
  statement_.expires_unix_ms = now - 1;
  EXPECT_TRUE(Sign("1", 1).starts_with("the statement ended at 2"));
  statement_.expires_unix_ms = statement_.number + core::kStatementLifeMaxMs + 1;
  EXPECT_NE(Sign("1", 1).find("longer than the 30 days"), std::string::npos);
  statement_.number = now + 3'600'000;
  statement_.expires_unix_ms = statement_.number + 60'000;
  EXPECT_NE(Sign("1", 1).find("compare the clocks"), std::string::npos);
  statement_.number = now;
  statement_.expires_unix_ms = now + core::kStatementLifeMaxMs;
  EXPECT_EQ(Sign("1", 1), "");
}

TEST(UtcText, IsACalendarsWhereThereIsOne) {
  EXPECT_EQ(UtcText(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(UtcText(1'700'000'000'999), "2023-11-14 22:13:20 UTC");
  EXPECT_EQ(UtcText(UINT64_MAX), "18446744073709551615 ms after 1970");
}

// They would be waited for, for ever.
TEST(Files, ThatAreFifosDevicesOrFoldersAreNotRead) {
  std::string name = testing::TempDir() + "passport-files-XXXXXX";
  const fs::path folder = mkdtemp(name.data());
  ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
  const auto refusal = [](auto&& read) -> std::string {
    try {
      read();
    } catch (const Problem& problem) {
      return problem.what();
    }
    return "";
  };
  for (const fs::path& path : {folder / "fifo", fs::path("/dev/zero")}) {
    EXPECT_NE(refusal([&] { ReadFile(path); }).find("no regular file"), std::string::npos) << path;
    EXPECT_NE(refusal([&] { MeasureFile(path); }).find("no regular file"), std::string::npos) << path;
  }
  EXPECT_NE(refusal([&] { ReadFile(folder); }).find("a folder"), std::string::npos);
  EXPECT_NE(refusal([&] { ReadFile(folder / "none"); }).find("No such file"), std::string::npos);
  fs::remove_all(folder);
}

TEST_F(AdminSigning, OfAStatementForAnotherNetwork_IsRefused) {
  statement_.network[0] ^= 1;
  EXPECT_NE(Sign("1", 1).find("give the manifest of the statement's network"), std::string::npos);
}

// One that refuses does not keep the others from it: nodes of two policies would not talk to each other.
TEST_F(AdminSigning, AStatementIsSentToEveryNodeAndThoseLeftAreNamed) {
  const fs::path file = folder_ / "statement";
  WriteNewFile(file, ToBase64(statement_.Encode()) + "\n", 0644);
  const client::OneAnswer refuses(Answer(Status::kPeerReplay, About::kStatement), "");
  const client::OneAnswer takes(Http("200 OK", R"({"status":"ok"})"), "");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  std::string left;
  try {
    AdminSend({"admin send", "", AdminSend},
              {"--node", refuses.url.Origin(), "--node", takes.url.Origin(), file});
  } catch (const Problem& problem) {
    left = problem.what();
  }
  EXPECT_NE(testing::internal::GetCapturedStdout().find(takes.url.Origin() + " took it"), std::string::npos);
  EXPECT_TRUE(testing::internal::GetCapturedStderr().starts_with(refuses.url.Origin() + ": "));
  EXPECT_TRUE(
      left.ends_with("passport admin send --node " + refuses.url.Origin() + " --file " + file.string()))
      << left;
}

// What a file means is shown, for a terminal can be made to show something else of it.
TEST_F(AdminSigning, OfAPolicy_ShowsWhatTheFileMeansAndSignsExactlyIt) {
  core::PolicyStatement policy;
  policy.network = statement_.network;
  policy.number = UnixMs() / 86'400'000 * 86'400'000;
  policy.expires_unix_ms = policy.number + 2 * 86'400'000;
  policy.file = R"({"version":1,"providers":{"none":{}},"evidence_age_max_s":60,"\u0061llow_debug":true,)"
                "\r\"measurements\":[\"" +
                std::string(64, 'a') + "\"]}\n";
  policy.replaces[PartyIndex{3}] = {BootId{{7}}, {8}};
  const fs::path file = folder_ / "policy-statement";
  WriteNewFile(file, ToBase64(policy.Encode()) + "\n", 0644);
  testing::internal::CaptureStdout();
  EXPECT_EQ(AdminSign({"admin sign", "", AdminSign},
                      {"--party", "2", "--operator-key", KeyOf(2), "--manifest", folder_ / "manifest", file}),
            0);
  const std::string shown = testing::internal::GetCapturedStdout();
  EXPECT_NE(shown.find("\"allow_debug\": true"), std::string::npos) << shown;
  EXPECT_NE(shown.find("at node 3 it replaces, for its boot 07"), std::string::npos) << shown;
  EXPECT_NE(shown.find("RECOVERY"), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\r'), std::string::npos);
  EXPECT_NE(shown.find("made at 2"), std::string::npos) << shown;
  EXPECT_NE(shown.find("00:00:00 UTC\nends at 2"), std::string::npos) << shown;
  std::string text = ReadFile(file);
  text.pop_back();
  const auto after = core::PolicyStatement::Parse(ParseBase64(text).value()).value();
  EXPECT_EQ(after.file, policy.file);
  EXPECT_TRUE(crypto::VerifyEd25519(LoadOperatorKey(KeyOf(2)).public_key(), policy.SignedHash(),
                                    after.signatures.at(PartyIndex{2})));
}

TEST_F(AdminSigning, OfAPolicyThatNoNodeReads_IsRefusedByTheWordThatIsWrong) {
  core::PolicyStatement policy;
  policy.network = statement_.network;
  policy.number = statement_.number;
  policy.expires_unix_ms = statement_.expires_unix_ms;
  policy.file = R"({"version":1,"providers":{"tmp2":{}}})";
  const fs::path file = folder_ / "policy-statement";
  WriteNewFile(file, ToBase64(policy.Encode()) + "\n", 0644);
  try {
    AdminSign({"admin sign", "", AdminSign},
              {"--party", "2", "--operator-key", KeyOf(2), "--manifest", folder_ / "manifest", file});
    FAIL() << "it was signed";
  } catch (const Problem& problem) {
    EXPECT_NE(std::string(problem.what()).find("providers.tmp2 is no provider"), std::string::npos)
        << problem.what();
  }
}

TEST(Advice, APolicyThatTheNodeDoesNotSatisfyItselfIsAnotherMatterThanEvidenceThatIsRefused) {
  const Refusal own = Explain(Status::kAttestLayers, About::kStatement);
  EXPECT_NE(own.wrong.find("the node itself does not satisfy the policy"), std::string::npos);
  EXPECT_NE(own.wrong.find("required_layers"), std::string::npos);
  EXPECT_NE(own.next.find("GET /health"), std::string::npos);
  EXPECT_NE(Explain(Status::kAttestLayers).wrong, own.wrong);
  EXPECT_EQ(Explain(Status::kAttestNonce, About::kStatement).wrong, Explain(Status::kAttestNonce).wrong);
}

}  // namespace
}  // namespace passport::cli
