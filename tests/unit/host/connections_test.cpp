// The client API over real sockets: limits of time and of the number of connections.
#include "tests/unit/host/api_fixture.h"

namespace passport::host {
namespace {

TEST_F(Api, Slow_HeadersAndBodiesAreCutOffAndOthersAreServed) {
  http.read_time = milliseconds(100);
  const std::uint16_t port = Start();
  RawClient slow_head(port);
  slow_head.Send("POST / HTTP/1.1\r\nHost: node\r\nX-Scope");
  RawClient slow_body(port);
  slow_body.Send("POST / HTTP/1.1\r\nHost: node\r\nContent-Length: 10\r\n\r\nabc");
  RawClient other(port);
  other.Send(Post("x"));
  EXPECT_EQ(other.Read().status, 200);
  EXPECT_TRUE(slow_head.IsClosed());
  EXPECT_TRUE(slow_body.IsClosed());
}

TEST_F(Api, Slow_ABodyThatTricklesIsCutOffThoughBytesArrive) {
  http.read_time = milliseconds(200);
  const std::uint16_t port = Start();
  RawClient slow(port);
  RawClient other(port);
  ASSERT_TRUE(slow.Send("POST / HTTP/1.1\r\nHost: node\r\nContent-Length: 100000\r\n\r\n"));
  // One byte for each request that somebody else gets answered, until the server has had enough of it.
  int bytes = 0;
  while (bytes < 90000 && slow.Send("x")) {
    ++bytes;
    other.Send(Post("x"));
    ASSERT_EQ(other.Read().status, 200);
  }
  EXPECT_GT(bytes, 0);
  EXPECT_LT(bytes, 90000);
}

TEST_F(Api, Idle_ConnectionsAreClosedAfterTheirTime) {
  http.idle_time = milliseconds(100);
  RawClient client(Start());
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(Api, Connections_TheOneIdleLongestMakesRoom) {
  http.connections_max = 3;
  const std::uint16_t port = Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->Send(Post("x"));
    EXPECT_EQ(clients.back()->Read().status, 200);
  }
  RawClient fourth(port);
  fourth.Send(Post("x"));
  EXPECT_EQ(fourth.Read().status, 200);
  EXPECT_TRUE(clients[0]->IsClosed());
  clients[2]->Send(Post("x"));
  EXPECT_EQ(clients[2]->Read().status, 200);
}

TEST_F(Api, Connections_WhenAllAreBusyANewOneIsTurnedAway) {
  http.connections_max = 1;
  std::binary_semaphore entered(0);
  std::binary_semaphore release(0);
  fake.on_client_request = [&](const edl::ClientRequestCall& call, edl::Effects& effects) {
    entered.release();
    release.acquire();
    effects.Reply(call.token, 0, 0, ToBytes("done"));
    return Status::kOk;
  };
  const std::uint16_t port = Start();
  RawClient first(port);
  first.Send(Post("x"));
  entered.acquire();
  RawClient second(port);
  const RawReply refused = second.Read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.HasHeader("Access-Control-Allow-Origin: *"));
  release.release();
  EXPECT_EQ(first.Read().body, "done");
}

TEST_F(Api, Listen_RefusesWhatItCannotHave) {
  const std::uint16_t port = Start();
  net::HttpServer second(
      io, http, [](net::HttpRequest, net::ReplyFunction) {}, metrics);
  const auto taken = second.Listen({"127.0.0.1"}, port);
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().find("--api-port"), std::string::npos);
  const auto name = second.Listen({"localhost"}, 0);
  ASSERT_FALSE(name.ok());
  EXPECT_NE(name.error().find("--api-bind"), std::string::npos);
}

}  // namespace
}  // namespace passport::host
