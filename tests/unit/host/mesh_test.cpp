// Meshes over loopback: frames arrive whole and in order, lost links come back, strangers and garbage do not
// last.
#include "untrusted/mesh/mesh.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "edl/base/codec.h"
#include "tests/unit/host/raw_client.h"
#include "untrusted/net/asio.h"

namespace passport::host::mesh {
namespace {

using std::chrono::milliseconds;

MeshOptions FastOptions() {
  MeshOptions options;
  options.retry_min = milliseconds(5);
  options.retry_max = milliseconds(40);
  return options;
}

// One node's mesh, with what its enclave would have seen.
struct Node {
  net::asio::io_context& io;
  std::vector<std::string> lines;
  metrics::Log log{[this](const std::string& line) { lines.push_back(line); }};
  metrics::Registry metrics;
  std::map<std::uint64_t, std::uint16_t> up;  // link to party
  std::vector<std::uint64_t> down;
  std::vector<Bytes> frames;
  std::vector<std::function<void()>> untaken;
  bool take = true;
  std::optional<Mesh> mesh;

  explicit Node(net::asio::io_context& context, const MeshOptions& options = FastOptions()) : io(context) {
    mesh.emplace(io, options,
                 MeshHandlers{[this](std::uint16_t party, std::uint64_t link) { up[link] = party; },
                              [this](std::uint64_t link) {
                                EXPECT_EQ(up.erase(link), 1u);
                                down.push_back(link);
                              },
                              [this](std::uint64_t, Bytes frame, std::function<void()> taken) {
                                frames.push_back(std::move(frame));
                                take ? taken() : untaken.push_back(std::move(taken));
                              }},
                 log, metrics);
  }
  std::uint16_t Listen(std::uint16_t port = 0) {
    const auto listening = mesh->Listen("127.0.0.1:" + std::to_string(port));
    EXPECT_TRUE(listening.ok());
    return listening.value();
  }
  std::uint64_t link() const { return up.begin()->first; }
  bool Logged(const std::string& part) const {
    for (const std::string& line : lines) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }
};

std::string Local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
std::string Framed(ByteSpan frame) { return std::string(AsText(Writer().Var(frame).Take())); }
std::string Hello(std::uint16_t party) { return Framed(Writer().Raw(AsBytes("PASSPEER")).U16(party).Take()); }

class MeshTest : public testing::Test {
 protected:
  template <class Predicate>
  bool RunUntil(Predicate done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < end) io.run_one_for(milliseconds(100));
    return done();
  }
  // Node 1 dials node 2.
  void ConnectPair(Node& one, Node& two) {
    const std::uint16_t port = two.Listen();
    two.mesh->SetPeers(2, {{1, false, "unused:1"}});
    one.mesh->SetPeers(1, {{2, true, Local(port)}});
    ASSERT_TRUE(RunUntil([&] { return one.up.size() == 1 && two.up.size() == 1; }));
  }
  net::asio::io_context io;
};

TEST_F(MeshTest, Frames_ArriveWholeAndInOrderBothWays) {
  Node one(io);
  Node two(io);
  ConnectPair(one, two);
  EXPECT_EQ(one.up.begin()->second, 2);
  EXPECT_EQ(two.up.begin()->second, 1);
  std::vector<Bytes> sent;
  for (std::uint8_t i = 0; i < 100; ++i) sent.push_back(Bytes(i % 7 == 0 ? 163840 : 1u + i, i));
  for (const Bytes& frame : sent) {
    one.mesh->Send(one.link(), frame);
    two.mesh->Send(two.link(), frame);
    io.poll();
  }
  ASSERT_TRUE(RunUntil([&] { return one.frames.size() == 100 && two.frames.size() == 100; }));
  EXPECT_EQ(one.frames, sent);
  EXPECT_EQ(two.frames, sent);
}

TEST_F(MeshTest, Cut_IsReportedToBothAndTheDialerComesBackWithANewLink) {
  Node one(io);
  Node two(io);
  ConnectPair(one, two);
  const std::uint64_t old_one = one.link();
  const std::uint64_t old_two = two.link();
  two.mesh->Cut(old_two);
  ASSERT_TRUE(RunUntil([&] { return one.down.size() == 1 && one.up.size() == 1 && two.up.size() == 1; }));
  EXPECT_EQ(two.down, std::vector<std::uint64_t>{old_two});
  EXPECT_GT(one.link(), old_one);
  EXPECT_GT(two.link(), old_two);
  two.mesh->Send(old_two, Bytes{1});  // to the link that is gone: dropped
  two.mesh->Send(two.link(), Bytes{2});
  ASSERT_TRUE(RunUntil([&] { return !one.frames.empty(); }));
  EXPECT_EQ(one.frames, std::vector<Bytes>{Bytes{2}});
}

// What a node does whose evidence is refused again and again: talk a little, and lose the link.
TEST_F(MeshTest, Cut_SoonAfterEveryConnectIsFollowedByLongerAndLongerPauses) {
  MeshOptions patient;
  patient.retry_min = milliseconds(2);
  patient.retry_max = std::chrono::hours(1);
  Node one(io, patient);
  Node two(io);
  ConnectPair(one, two);
  const auto since = std::chrono::steady_clock::now();
  for (std::size_t refused = 1; refused <= 6; ++refused) {
    for (int i = 0; i < 5; ++i) two.mesh->Send(two.link(), Bytes(100));
    ASSERT_TRUE(RunUntil([&] { return one.frames.size() == 5 * refused; }));
    two.mesh->Cut(two.link());
    ASSERT_TRUE(RunUntil([&] { return one.down.size() == refused && two.down.size() == refused; }));
    ASSERT_TRUE(RunUntil([&] { return one.up.size() == 1 && two.up.size() == 1; }));
  }
  // Half of 2 + 4 + ... + 64 ms at least, whatever the jitter.
  EXPECT_GE(std::chrono::steady_clock::now() - since, milliseconds(63));
}

TEST_F(MeshTest, Restart_OfTheListenerIsFollowedByAReconnect) {
  Node one(io);
  std::optional<Node> two(std::in_place, io);
  ConnectPair(one, *two);
  two.reset();
  ASSERT_TRUE(RunUntil([&] { return one.down.size() == 1; }));
  ASSERT_TRUE(RunUntil([&] { return one.Logged("event=peer_unreachable party=2"); }));
  const std::string address = one.lines.back().substr(one.lines.back().find("127.0.0.1:"));
  two.emplace(io);
  two->Listen(static_cast<std::uint16_t>(std::stoi(address.substr(10))));
  two->mesh->SetPeers(2, {{1, false, "unused:1"}});
  EXPECT_TRUE(RunUntil([&] { return one.up.size() == 1 && two->up.size() == 1; }));
}

TEST_F(MeshTest, SetPeers_ClosesThoseThatLeftAndKeepsTheOthers) {
  Node one(io);
  Node two(io);
  Node three(io);
  ConnectPair(one, two);
  const std::uint64_t kept = one.link();
  const std::uint16_t port = three.Listen();
  three.mesh->SetPeers(3, {{1, false, "unused:1"}});
  one.mesh->SetPeers(1, {{2, true, Local(two.Listen())}, {3, true, Local(port)}});  // two has moved
  ASSERT_TRUE(RunUntil([&] { return one.up.size() == 2 && three.up.size() == 1 && two.up.size() == 1; }));
  EXPECT_FALSE(one.up.contains(kept));
  three.mesh->SetPeers(3, {});
  EXPECT_TRUE(three.up.empty());
  one.mesh->SetPeers(1, {{3, true, Local(port)}});
  ASSERT_TRUE(RunUntil([&] { return two.up.empty(); }));
}

TEST_F(MeshTest, Garbage_InsteadOfAHelloIsCutOffAndLogged) {
  Node node(io);
  const std::uint16_t port = node.Listen();
  node.mesh->SetPeers(2, {{1, false, "unused:1"}, {3, true, Local(1)}});
  const std::string rows[] = {"GET / HTTP/1.1\r\n\r\n", Framed(AsBytes("PASSPEER")),
                              Framed(AsBytes("PASSBEER\1\0")), std::string(4, '\0'), Hello(0)};
  for (const std::string& bytes : rows) {
    node.lines.clear();
    RawClient client(port);
    client.Send(bytes);
    ASSERT_TRUE(RunUntil([&] { return node.Logged("event=peer_stranger"); }));
    EXPECT_TRUE(client.IsClosed());
  }
  // Parties that nobody expects: unknown, this node itself, one that this node dials.
  for (const std::uint16_t party : {std::uint16_t{9}, std::uint16_t{2}, std::uint16_t{3}}) {
    node.lines.clear();
    RawClient client(port);
    client.Send(Hello(party));
    ASSERT_TRUE(RunUntil([&] { return node.Logged("does not dial us"); }));
    EXPECT_TRUE(client.IsClosed());
  }
  EXPECT_TRUE(node.up.empty());
  EXPECT_NE(node.metrics.Text().find("passport_peer_strangers_total 8\n"), std::string::npos);
}

TEST_F(MeshTest, Garbage_FromAPeerEndsTheLink) {
  Node node(io);
  const std::uint16_t port = node.Listen();
  node.mesh->SetPeers(2, {{1, false, "unused:1"}});
  for (const char* size : {"\x01\x80\x02\x00", "\xff\xff\xff\xff", "\x00\x00\x00\x00"}) {
    node.lines.clear();
    node.frames.clear();
    RawClient client(port);
    client.Send(Hello(1) + Framed(Bytes{5}) + std::string(size, 4));
    ASSERT_TRUE(RunUntil([&] { return node.Logged("reason=\"garbage framing\""); }));
    EXPECT_TRUE(node.Logged("level=warn event=peer_disconnected party=1"));
    EXPECT_EQ(node.frames, std::vector<Bytes>{Bytes{5}});
    EXPECT_TRUE(node.up.empty());
    EXPECT_TRUE(client.IsClosed());
  }
}

TEST_F(MeshTest, Strangers_WhoStaySilentAreCutOffAndTheirNumberIsBounded) {
  MeshOptions options = FastOptions();
  options.hello_time = milliseconds(200);
  options.strangers_max = 2;
  Node node(io, options);
  const std::uint16_t port = node.Listen();
  RawClient a(port);
  RawClient b(port);
  RawClient c(port);
  ASSERT_TRUE(RunUntil([&] { return node.Logged("too many connections"); }));
  EXPECT_TRUE(c.IsClosed());
  ASSERT_TRUE(RunUntil(
      [&] { return node.metrics.Text().find("passport_peer_strangers_total 3\n") != std::string::npos; }));
  EXPECT_TRUE(a.IsClosed());
  EXPECT_TRUE(b.IsClosed());
}

TEST_F(MeshTest, FirstFrame_MustFollowTheHello) {
  MeshOptions options = FastOptions();
  options.first_frame_time = milliseconds(50);
  Node node(io, options);
  const std::uint16_t port = node.Listen();
  node.mesh->SetPeers(2, {{1, false, "unused:1"}});
  RawClient client(port);
  client.Send(Hello(1));
  ASSERT_TRUE(RunUntil([&] { return node.down.size() == 1; }));
  EXPECT_TRUE(node.Logged("no frame after its hello"));
}

TEST_F(MeshTest, Impostors_PushOutEachOtherButNotTheLinkInUse) {
  Node node(io);
  const std::uint16_t port = node.Listen();
  node.mesh->SetPeers(2, {{1, false, "unused:1"}});
  std::vector<std::unique_ptr<RawClient>> clients;
  const auto connect = [&] {
    const std::size_t seen = node.up.size() + node.down.size();
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->Send(Hello(1));
    EXPECT_TRUE(RunUntil([&] { return node.up.size() + node.down.size() == seen + 1; }));
  };
  connect();
  const std::uint64_t real = node.link();
  for (int i = 0; i < 3; ++i) node.mesh->Send(real, Bytes{1});
  for (int i = 0; i < 20; ++i) connect();
  EXPECT_EQ(node.up.size(), 4u);
  EXPECT_TRUE(node.up.contains(real));
  EXPECT_EQ(node.down.size(), 17u);
}

TEST_F(MeshTest, SlowReader_IsCutOffWhenItsQueueIsFull) {
  MeshOptions options = FastOptions();
  options.queue_bytes_max = 1 << 20;
  Node node(io, options);
  const std::uint16_t port = node.Listen();
  node.mesh->SetPeers(2, {{1, false, "unused:1"}});
  RawClient client(port);
  client.Send(Hello(1));
  ASSERT_TRUE(RunUntil([&] { return node.up.size() == 1; }));
  const std::uint64_t link = node.link();
  const Bytes frame(163840, 1);
  for (int i = 0; i < 1000 && node.down.empty(); ++i) {
    node.mesh->Send(link, frame);
    io.poll();
  }
  EXPECT_EQ(node.down, std::vector<std::uint64_t>{link});
  EXPECT_TRUE(node.Logged("the peer reads too slowly"));
}

TEST_F(MeshTest, Flood_IsReadOnlyAsFastAsFramesAreTaken) {
  MeshOptions options = FastOptions();
  options.frames_open_max = 5;
  Node one(io);
  Node two(io, options);
  two.take = false;
  ConnectPair(one, two);
  for (std::uint8_t i = 0; i < 50; ++i) one.mesh->Send(one.link(), Bytes{i});
  ASSERT_TRUE(RunUntil([&] { return two.frames.size() == 5; }));
  for (int i = 0; i < 200; ++i) io.poll();
  EXPECT_EQ(two.frames.size(), 5u);
  two.untaken[0]();
  two.untaken[1]();
  ASSERT_TRUE(RunUntil([&] { return two.frames.size() == 7; }));
  two.take = true;
  for (std::size_t i = 2; i < 7; ++i) two.untaken[i]();
  ASSERT_TRUE(RunUntil([&] { return two.frames.size() == 50; }));
  for (std::uint8_t i = 0; i < 50; ++i) EXPECT_EQ(two.frames[i], Bytes{i});
}

TEST_F(MeshTest, Flood_OfLargeFramesIsBoundedInBytes) {
  MeshOptions options = FastOptions();
  options.bytes_open_max = 300000;
  Node one(io);
  Node two(io, options);
  two.take = false;
  ConnectPair(one, two);
  for (std::uint8_t i = 0; i < 10; ++i) one.mesh->Send(one.link(), Bytes(163840, i));
  ASSERT_TRUE(RunUntil([&] { return two.frames.size() == 2; }));
  for (int i = 0; i < 200; ++i) io.poll();
  EXPECT_EQ(two.frames.size(), 2u);
  two.untaken[0]();
  ASSERT_TRUE(RunUntil([&] { return two.frames.size() == 3; }));
}

TEST_F(MeshTest, Listen_RefusesWhatIsNoAddressAndWhatIsTaken) {
  Node one(io);
  Node two(io);
  const std::uint16_t port = one.Listen();
  for (const std::string& address : {std::string("nonsense"), std::string("::1:7"), Local(port)}) {
    const auto refused = two.mesh->Listen(address);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().find("--peer-listen"), std::string::npos);
  }
}

TEST_F(MeshTest, Dial_NamesAndBadAddressesAreTriedAgainAndLoggedSparsely) {
  Node one(io);
  Node two(io);
  const std::uint16_t port = two.Listen();
  two.mesh->SetPeers(2, {{1, false, "unused:1"}});
  one.mesh->SetPeers(1, {{2, true, "localhost:" + std::to_string(port)}, {3, true, "nonsense"}});
  ASSERT_TRUE(RunUntil([&] { return one.up.size() == 1 && one.Logged("attempt=4"); }));
  EXPECT_FALSE(one.Logged("attempt=3"));
}

}  // namespace
}  // namespace passport::host::mesh
