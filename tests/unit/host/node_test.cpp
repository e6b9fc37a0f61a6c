// The whole host in one object, between a fake enclave, a real store, real clients and real peers.
#include "untrusted/node/node.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <map>
#include <semaphore>

#include "edl/base/events.h"
#include "tests/unit/host/fake_enclave.h"
#include "tests/unit/host/raw_client.h"
#include "tests/unit/host/temp_folder.h"
#include "untrusted/net/asio.h"

namespace passport::host::node {
namespace {

using std::chrono::milliseconds;

// Facts that one thread learns and another waits for.
class Board {
 public:
  void Add(const std::string& fact) {
    const std::lock_guard<std::mutex> lock(mutex_);
    facts_.push_back(fact);
    changed_.notify_all();
  }
  // The first fact that contains `part`, or "" when none came within a very long time.
  std::string Await(const std::string& part) {
    std::unique_lock<std::mutex> lock(mutex_);
    std::string found;
    changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      for (const std::string& fact : facts_) {
        if (fact.find(part) != std::string::npos) found = fact;
      }
      return !found.empty();
    });
    return found;
  }
  std::vector<std::string> facts() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return facts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> facts_;
};

RecordId Id(std::uint16_t number) {
  RecordId id;
  id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[1] = static_cast<std::uint8_t>(number);
  return id;
}

class NodeTest : public testing::Test {
 protected:
  NodeTest() {
    options.api_bind = {"127.0.0.1"};
    options.tick_time = std::chrono::hours(1);
    fake.on_provision = [this](const edl::ProvisionCall& call, edl::Effects& effects) {
      return Provision(call, effects);
    };
  }
  ~NodeTest() override { Finish(); }

  // A small part of an enclave: counts records, waits for a manifest that reads "good", then listens for
  // peers.
  Status Provision(const edl::ProvisionCall& call, edl::Effects& effects) {
    if (call.kind == edl::ProvisionKind::kRecords) {
      EXPECT_LE(call.data.size(), 150000u);
      Reader reader(call.data);
      while (reader.remaining() > 0) {
        const RecordId id{reader.Array<32>()};
        const ByteSpan record = reader.Var(131072);
        EXPECT_FALSE(reader.failed());
        loaded[id] = ToBytes(record);
      }
      return Status::kOk;
    }
    const bool is_end = call.kind == edl::ProvisionKind::kRecordsEnd;
    const bool is_good = AsText(call.data) == "good";
    board.Add(is_end ? "enclave: records end" : "enclave: manifest " + std::string(AsText(call.data)));
    effects.Verdict(is_end || is_good ? 0 : 201);
    if (is_end) effects.Phase(1, 0, {});
    if (!is_end && is_good) {
      effects.Phase(2, 5, ToBytes("127.0.0.1:0"));
      effects.Connect(6, false, ToBytes("127.0.0.1:1"));
    }
    return Status::kOk;
  }

  std::uint16_t Start() {
    auto opened = store::RecordStore::Open(temp.File("data"), {});
    EXPECT_TRUE(opened.ok());
    store.emplace(std::move(opened).value());
    EXPECT_TRUE(store->Commit(initial).ok());
    node.emplace(io, fake.host_fd(), options, *store, "salt", log, metrics,
                 NodeEvents{[this](std::uint16_t port) { board.Add("ready " + std::to_string(port)); },
                            [this](int code) {
                              board.Add("exit " + std::to_string(code));
                              io.stop();
                            }});
    const auto port = node->Start();
    EXPECT_TRUE(port.ok());
    fake.Start();
    thread = std::thread([this] { io.run(); });
    EXPECT_EQ(board.Await("ready "), "ready " + std::to_string(port.value()));
    return port.value();
  }
  void Finish() {
    if (!thread.joinable()) return;
    io.stop();
    thread.join();
    fake.Stop();
  }
  void Do(std::function<void()> what) {
    net::asio::co_spawn(
        io, [what]() -> net::asio::awaitable<void> { co_return what(); }, net::asio::detached);
  }
  void WriteManifest(const std::string& text) {
    options.manifest_path = temp.File("manifest");
    std::ofstream(options.manifest_path) << text;
  }
  std::uint16_t PeerPort() {
    const std::string line = board.Await("event=peers_listening");
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.find("port=") + 5)));
  }

  const TempFolder temp;
  Board board;
  NodeOptions options;
  FakeEnclave fake;
  std::map<RecordId, Bytes> loaded;
  std::vector<store::Change> initial;
  metrics::Log log{[this](const std::string& line) { board.Add("log " + line); }};
  metrics::Registry metrics;
  net::asio::io_context io;
  std::optional<store::RecordStore> store;
  std::optional<Node> node;
  std::thread thread;
};

using Names = std::vector<std::string>;

TEST_F(NodeTest, Start_LoadsEveryRecordThenTheManifestThenTicks) {
  std::map<RecordId, Bytes> expected;
  for (std::uint16_t i = 0; i < 400; ++i) {
    initial.push_back({Id(i), Bytes(1000, static_cast<std::uint8_t>(i))});
    expected[Id(i)] = *initial.back().record;
  }
  WriteManifest("good");
  fake.on_tick = [this](const edl::TickCall& call, edl::Effects&) {
    EXPECT_GT(call.unix_ms, 1600000000000u);
    EXPECT_GT(call.monotonic_ms, 0u);
    board.Add("enclave: tick");
    return Status::kOk;
  };
  Start();
  board.Await("enclave: tick");
  EXPECT_EQ(loaded, expected);
  EXPECT_EQ(fake.calls(),
            (Names{"hello", "provision", "provision", "provision", "provision", "provision", "tick"}));
  EXPECT_NE(board.Await("event=phase phase=2 party=5"), "");
  EXPECT_NE(board.Await("event=manifest_loaded"), "");
}

TEST_F(NodeTest, Start_WithoutManifestAnswersAndTakesOneLater) {
  options.manifest_path = temp.File("manifest");
  fake.on_attest = [](const edl::AttestCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes("{\"keys\":1}"));
    return Status::kOk;
  };
  const std::uint16_t port = Start();
  EXPECT_NE(board.Await("event=manifest_not_loaded"), "");
  RawClient client(port);
  client.Send(Get("/enclave"));
  EXPECT_EQ(client.Read().body, "{\"keys\":1}");
  WriteManifest("bad");
  Do([this] { node->LoadManifest(); });
  EXPECT_NE(board.Await("refused it with status 201"), "");
  WriteManifest("good");
  Do([this] { node->LoadManifest(); });
  EXPECT_NE(board.Await("event=manifest_loaded"), "");
}

// The enclave has its manifest from before; a file that is broken or gone is told of all the same.
TEST_F(NodeTest, Start_OfANodeThatServesTellsOfAManifestFileThatIsNotIts) {
  fake.on_provision = [this](const edl::ProvisionCall& call, edl::Effects& effects) {
    if (call.kind != edl::ProvisionKind::kRecordsEnd) return Provision(call, effects);
    effects.Verdict(0);
    effects.Phase(2, 5, ToBytes("127.0.0.1:0"));
    return Status::kOk;
  };
  WriteManifest("cut sho");
  Start();
  EXPECT_NE(board.Await("refused it with status 201"), "");
}

TEST_F(NodeTest, Start_OfANodeThatServesTellsOfAManifestFileThatIsGone) {
  fake.on_provision = [](const edl::ProvisionCall&, edl::Effects& effects) {
    effects.Verdict(0);
    effects.Phase(2, 5, ToBytes("127.0.0.1:0"));
    return Status::kOk;
  };
  options.manifest_path = temp.File("absent");
  Start();
  EXPECT_NE(board.Await("the node goes on with the manifest it has"), "");
}

// A page in somebody's browser reaches loopback too; its requests carry an Origin.
TEST_F(NodeTest, Manifest_OfAnyOriginIsTheEnclavesBusinessOnlyOnceThereIsOne) {
  options.manifest_path = temp.File("manifest");
  RawClient client(Start());
  const std::string from_a_page = Post("bad", "Origin: https://page.example\r\n", "/manifest");
  client.Send(from_a_page);
  EXPECT_EQ(client.Read().status, 403);
  for (const std::string& fact : board.facts()) EXPECT_EQ(fact.find("enclave: manifest"), std::string::npos);
  client.Send(Post("good", "", "/manifest"));
  EXPECT_EQ(client.Read().body, R"({"status":"ok"})");
  client.Send(from_a_page);
  EXPECT_NE(client.Read().body.find(R"("code":201,"name":"kBadSignature")"), std::string::npos);
}

TEST_F(NodeTest, Start_RecordsThatAreRefusedLeaveTheNodeUpToSayWhy) {
  fake.on_provision = [](const edl::ProvisionCall&, edl::Effects& effects) {
    effects.Verdict(212);
    return Status::kOk;
  };
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes("{\"rollback\":true}"));
    return Status::kOk;
  };
  RawClient client(Start());
  EXPECT_NE(board.Await("event=records_not_accepted status=212"), "");
  client.Send(Get("/health"));
  EXPECT_EQ(client.Read().body, "{\"rollback\":true}");
}

TEST_F(NodeTest, Fetch_IsAnsweredFromTheStoreWithWhatTheSameAnswerPut) {
  initial.push_back({Id(1), Bytes{1, 2}});
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Put(Id(2).bytes, Bytes{3});
    for (std::uint16_t i = 1; i <= 3; ++i) effects.Fetch(Id(i).bytes);
    effects.Reply(call.token, 0, 0, {});
    return Status::kOk;
  };
  fake.on_fetched = [this](const edl::FetchedCall& call, edl::Effects&) {
    board.Add("fetched " + std::to_string(call.record_id[1]) + (call.found ? " found " : " missing ") +
              ToHex(call.record));
    return Status::kOk;
  };
  RawClient client(Start());
  client.Send(Get("/health"));
  EXPECT_NE(board.Await("fetched 1 found 0102"), "");
  EXPECT_NE(board.Await("fetched 2 found 03"), "");
  EXPECT_NE(board.Await("fetched 3 missing "), "");
}

TEST_F(NodeTest, Wake_ZeroIsAnsweredByResumeAndOthersByAnEarlyTick) {
  int resumes = 0;
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Wake(0);
    effects.Reply(call.token, 0, 0, {});
    return Status::kOk;
  };
  fake.on_resume = [&](const edl::ResumeCall&, edl::Effects& effects) {
    if (++resumes < 3) effects.Wake(0);
    if (resumes == 3) effects.Wake(5);
    return Status::kOk;
  };
  fake.on_tick = [&](const edl::TickCall&, edl::Effects&) {
    board.Add("tick after " + std::to_string(resumes) + " resumes");
    return Status::kOk;
  };
  RawClient client(Start());
  board.Await("tick after 0");
  client.Send(Get("/health"));
  EXPECT_NE(board.Await("tick after 3 resumes"), "");
}

TEST_F(NodeTest, Peers_AreAnnouncedHeardAnsweredAndCut) {
  WriteManifest("good");
  fake.on_peer_up = [this](const edl::PeerUpCall& call, edl::Effects&) {
    board.Add("up " + std::to_string(call.party));
    return Status::kOk;
  };
  fake.on_peer_frame = [](const edl::PeerFrameCall& call, edl::Effects& effects) {
    if (AsText(call.frame) == "cut me") {
      effects.Cut(call.link);
    } else {
      effects.Send(call.link, ToBytes(call.frame));
    }
    return Status::kOk;
  };
  fake.on_peer_down = [this](const edl::PeerDownCall& call, edl::Effects&) {
    board.Add("down " + std::to_string(call.link));
    return Status::kOk;
  };
  Start();
  RawClient peer(PeerPort());
  const auto framed = [](ByteSpan frame) { return std::string(AsText(Writer().Var(frame).Take())); };
  peer.Send(framed(Writer().Raw(AsBytes("PASSPEER")).U16(6).Take()));
  EXPECT_NE(board.Await("up 6"), "");
  const std::string echo = framed(AsBytes("hello"));
  peer.Send(echo);
  EXPECT_EQ(peer.Take(echo.size()), echo);
  peer.Send(framed(AsBytes("cut me")));
  EXPECT_TRUE(peer.IsClosed());
  EXPECT_NE(board.Await("down 1"), "");
}

TEST_F(NodeTest, Log_EffectsBecomeNamedLines) {
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Log(static_cast<std::uint16_t>(Event::kPairBurned), {0xab}, 3, 7);
    effects.Log(60000, {}, 0, 0);
    effects.Reply(call.token, 0, 0, {});
    return Status::kOk;
  };
  const std::uint16_t port = Start();
  RawClient client(port);
  client.Send(Get("/health"));
  EXPECT_NE(
      board.Await(
          "level=warn event=pair_burned code=14 request=ab000000000000000000000000000000 party=3 value=7"),
      "");
  EXPECT_NE(board.Await("event=unknown code=60000"), "");
  client.Read();
  client.Send(Get("/metrics"));
  const std::string text = client.Read().body;
  EXPECT_NE(text.find("passport_events_total{event=\"pair_burned\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("passport_effects_total{kind=\"log\"} 2\n"), std::string::npos);
}

TEST_F(NodeTest, Metrics_CountTheMissingLayersOnceTheEnclaveHasSaidHowMany) {
  fake.on_hello = [](const edl::HelloCall&, edl::Effects& effects) {
    effects.Log(static_cast<std::uint16_t>(Event::kLayersMissing), {}, 0, 2);
    return Status::kOk;
  };
  RawClient client(Start());
  EXPECT_NE(board.Await("level=warn event=layers_missing"), "");
  client.Send(Get("/metrics"));
  EXPECT_NE(client.Read().body.find("\npassport_confinement_missing 2\n"), std::string::npos);
}

TEST_F(NodeTest, Metrics_HaveEveryLayerThatTheEnclaveHasSpokenOf) {
  fake.on_hello = [](const edl::HelloCall&, edl::Effects& effects) {
    // Landlock is unavailable, the filter applied; then numbers that mean nothing here.
    for (const int value : {22 | 2 << 8, 24 | 1 << 8, 24 | 9 << 8, 24, 250 | 1 << 8})
      effects.Log(static_cast<std::uint16_t>(Event::kLayer), {}, 0, static_cast<std::uint64_t>(value));
    effects.Log(static_cast<std::uint16_t>(Event::kLayersMissing), {}, 0, 1);
    return Status::kOk;
  };
  RawClient client(Start());
  EXPECT_NE(board.Await("level=warn event=layers_missing"), "");
  client.Send(Get("/metrics"));
  const std::string text = client.Read().body;
  EXPECT_NE(text.find("\npassport_confinement{layer=\"landlock\",state=\"unavailable\"} 1\n"),
            std::string::npos);
  EXPECT_NE(text.find("\npassport_confinement{layer=\"seccomp\",state=\"applied\"} 1\n"), std::string::npos);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("\npassport_confinement{", at)) != std::string::npos; ++at)
    ++count;
  EXPECT_EQ(count, 2u);
}

TEST_F(NodeTest, Enclave_ThatIsLostEndsTheHostWithAFailure) {
  Start();
  shutdown(fake.fd(), SHUT_RDWR);
  EXPECT_EQ(board.Await("exit "), "exit 1");
  EXPECT_NE(board.Await("event=enclave_lost"), "");
}

TEST_F(NodeTest, Stop_AnswersRunningRequestsAndTakesNoMore) {
  std::binary_semaphore release(0);
  fake.on_client_request = [&](const edl::ClientRequestCall& call, edl::Effects& effects) {
    board.Add("enclave: request");
    release.acquire();
    effects.Reply(call.token, 0, 0, ToBytes("done"));
    return Status::kOk;
  };
  const std::uint16_t port = Start();
  RawClient idle(port);
  RawClient client(port);
  client.Send(Post("x"));
  board.Await("enclave: request");
  Do([this] { node->Stop(); });
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_FALSE(RawClient(port).connected());
  release.release();
  EXPECT_EQ(client.Read().body, "done");
  EXPECT_TRUE(client.IsClosed());
  EXPECT_EQ(board.Await("exit "), "exit 0");
}

TEST_F(NodeTest, Stop_DoesNotWaitForEverForAnAnswer) {
  options.stop_time = milliseconds(50);
  fake.on_client_request = [&](const edl::ClientRequestCall&, edl::Effects&) {
    board.Add("enclave: request");
    return Status::kOk;  // and never a reply
  };
  RawClient client(Start());
  client.Send(Post("x"));
  board.Await("enclave: request");
  Do([this] { node->Stop(); });
  EXPECT_EQ(board.Await("exit "), "exit 0");
}

}  // namespace
}  // namespace passport::host::node
