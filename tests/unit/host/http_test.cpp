// The client API over real sockets: routes, CORS, limits of size, time and number, in front of a fake
// enclave.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <semaphore>

#include "tests/unit/host/fake_enclave.h"
#include "tests/unit/host/raw_client.h"
#include "untrusted/net/asio.h"
#include "untrusted/rpc/api.h"
// After Asio itself, which needs repair first.
#include <boost/asio/post.hpp>

namespace passport::host {
namespace {

using std::chrono::milliseconds;

// The server, its routes and a fake enclave, in a thread of its own.
class Api : public testing::Test {
 protected:
  Api() {
    http.every_reply = rpc::CorsHeaders();
    // Echoes what the enclave saw.
    fake.on_client_request = [](const edl::ClientRequestCall& call, edl::Effects& effects) {
      std::string seen =
          std::string(AsText(call.scope_id)) + "|" + std::string(AsText(call.encrypted_key)) + "|" +
          std::string(AsText(call.encrypted_user)) + "|" + std::string(AsText(call.encrypted_session)) + "|" +
          std::string(AsText(call.encrypted_key_signature)) + "|" +
          std::string(AsText(call.encrypted_webauthn_signature)) + "|" + std::to_string(call.body.size()) +
          "|" + std::string(AsText(call.body).substr(0, 40));
      effects.Reply(call.token, 3, 4, ToBytes(seen));
      return Status::kOk;
    };
  }
  ~Api() override { Stop(); }

  std::uint16_t Start(const std::vector<std::string>& addresses = {"127.0.0.1", "::1"}) {
    enclave.emplace(
        io, fake.host_fd(), enclave_options,
        [](std::span<const store::Change>) -> Result<Unit, store::StoreError> { return Unit{}; },
        enclave::Enclave::Handlers{[this](const edl::Answer& answer) {
                                     for (const edl::Effect& effect : answer.effects) {
                                       const auto* reply = std::get_if<edl::ReplyEffect>(&effect);
                                       if (reply != nullptr) api->OnReply(*reply);
                                     }
                                   },
                                   [](const std::string&) {}},
        metrics);
    api.emplace(*enclave, options, "salt", metrics);
    server.emplace(
        io, http,
        [this](net::HttpRequest request, net::ReplyFunction reply) {
          api->Handle(std::move(request), std::move(reply));
        },
        metrics);
    const auto listening = server->Listen(addresses, 0);
    EXPECT_TRUE(listening.ok());
    fake.Start();
    guard.emplace(io.get_executor());
    thread = std::thread([this] { io.run(); });
    return listening.value();
  }
  void Stop() {
    if (!thread.joinable()) return;
    io.stop();
    thread.join();
    fake.Stop();
  }

  rpc::ApiOptions options;
  net::HttpOptions http;
  enclave::Enclave::Options enclave_options;
  FakeEnclave fake;
  metrics::Registry metrics;
  net::asio::io_context io;
  std::optional<net::asio::executor_work_guard<net::asio::io_context::executor_type>> guard;
  std::optional<enclave::Enclave> enclave;
  std::optional<rpc::Api> api;
  std::optional<net::HttpServer> server;
  std::thread thread;
};

TEST_F(Api, Post_GivesHeadersOfAnyCaseAndTheBodyToTheEnclave) {
  RawClient client(Start());
  client.Send(
      Post("{\"a\":1}",
           "X-Scope-Id: scope\r\nx-encrypted-KEY: key\r\nX-Encrypted-User: user\r\nX-Encrypted-Session: "
           "session\r\nX-Encrypted-Key-Signature: k\r\nX-Encrypted-WebAuthn-Signature: w\r\n",
           "/any/path"));
  const RawReply reply = client.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "scope|key|user|session|k|w|7|{\"a\":1}");
  EXPECT_TRUE(reply.HasHeader("Content-Type: application/json"));
  EXPECT_TRUE(reply.HasHeader("Access-Control-Allow-Origin: *"));
}

TEST_F(Api, Post_WorksOnBothLoopbackFamiliesAtOnePort) {
  const std::uint16_t port = Start();
  for (const bool ipv6 : {false, true}) {
    RawClient client(port, ipv6);
    ASSERT_TRUE(client.connected());
    client.Send(Post("x"));
    EXPECT_EQ(client.Read().body, "||||||1|x");
  }
}

TEST_F(Api, Post_AcceptsTheLargestBodyAndChunks) {
  const std::uint16_t port = Start();
  RawClient client(port);
  client.Send(Post(std::string(131072, 'b')));
  EXPECT_EQ(client.Read().body, "||||||131072|" + std::string(40, 'b'));
  client.Send(
      "POST / HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().body, "||||||5|abcde");
}

TEST_F(Api, Post_BodyOverTheLimitIs413WithCorsBeforeItIsRead) {
  const std::uint16_t port = Start();
  {
    RawClient client(port);
    client.Send("POST / HTTP/1.1\r\nHost: node\r\nContent-Length: 131073\r\n\r\n");
    const RawReply reply = client.Read();
    EXPECT_EQ(reply.status, 413);
    EXPECT_TRUE(reply.HasHeader("Access-Control-Allow-Origin: *"));
  }
  {
    RawClient client(port);  // one that sends everything first still gets to read the answer
    client.Send(Post(std::string(400000, 'b')));
    EXPECT_EQ(client.Read().status, 413);
  }
  RawClient client(port);
  std::string chunks = "POST / HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunks += "2000\r\n" + std::string(8192, 'c') + "\r\n";
  client.Send(chunks);
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(Api, Post_HeadersOverTheLimitAre431) {
  RawClient client(Start());
  client.Send(Post("x", "X-Other: " + std::string(24 * 1024, 'h') + "\r\n"));
  const RawReply reply = client.Read();
  EXPECT_EQ(reply.status, 431);
  EXPECT_TRUE(reply.HasHeader("Access-Control-Allow-Origin: *"));
}

TEST_F(Api, Post_HeadersOf16KibibytesAreTaken) {
  RawClient client(Start());
  client.Send(Post("x", "X-Encrypted-User: " + std::string(8192, 'u') +
                            "\r\nX-Encrypted-Session: " + std::string(8192, 's') + "\r\n"));
  EXPECT_EQ(client.Read().body.size(), 2u + 8192 + 1 + 8192 + 3 + 3);
}

TEST_F(Api, Post_FieldOverItsMaximumIsAJsonRpcErrorWithStatus200) {
  RawClient client(Start());
  client.Send(Post("x", "X-Scope-Id: " + std::string(65, 's') + "\r\n"));
  const RawReply reply = client.Read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, rpc::BodyOf(rpc::Refusal::kTooLarge));
  EXPECT_TRUE(reply.HasHeader("Content-Type: application/json"));
}

TEST_F(Api, Post_ARepeatedHeaderIsRefusedAndTheConnectionGoesOn) {
  RawClient client(Start());
  client.Send(Post("x", "X-Encrypted-User: a\r\nx-encrypted-user: a\r\n"));
  EXPECT_EQ(client.Read().body, rpc::BodyOf(rpc::Refusal::kInvalidRequest));
  client.Send(Post("x", "X-Encrypted-User: a\r\n"));
  EXPECT_EQ(client.Read().body, "||a||||1|x");
}

TEST_F(Api, Post_PipelinedRequestsAreAnsweredInOrder) {
  RawClient client(Start());
  std::string many;
  for (int i = 0; i < 50; ++i) many += Post("body" + std::to_string(i));
  client.Send(many);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(client.Read().body.ends_with("|body" + std::to_string(i)));
}

TEST_F(Api, Post_ExpectContinueGetsItsInterimReply) {
  RawClient client(Start());
  client.Send("POST / HTTP/1.1\r\nHost: node\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("ab");
  EXPECT_EQ(client.Read().body, "||||||2|ab");
}

TEST_F(Api, Options_IsAPermissivePreflight) {
  RawClient client(Start());
  client.Send(
      "OPTIONS /x HTTP/1.1\r\nHost: node\r\nOrigin: https://demo.example\r\nAccess-Control-Request-Method: "
      "POST\r\n"
      "Access-Control-Request-Headers: content-type,x-encrypted-key,x-scope-id\r\n\r\n");
  const RawReply reply = client.Read();
  EXPECT_EQ(reply.status, 204);
  EXPECT_TRUE(reply.HasHeader("Access-Control-Allow-Origin: *"));
  EXPECT_TRUE(reply.HasHeader("Access-Control-Allow-Methods: POST, GET, OPTIONS"));
  EXPECT_TRUE(reply.HasHeader("Access-Control-Max-Age: 86400"));
  for (const char* name :
       {"Content-Type", "X-Scope-Id", "X-Encrypted-Key", "X-Encrypted-User", "X-Encrypted-Session",
        "X-Encrypted-Key-Signature", "X-Encrypted-WebAuthn-Signature"}) {
    EXPECT_NE(reply.head.find(name), std::string::npos) << name;
  }
  client.Send(Post("x"));
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(Api, Get_HealthEnclaveMetricsAndNothingElse) {
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes("{\"healthy\":true}"));
    return Status::kOk;
  };
  fake.on_attest = [](const edl::AttestCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes(ToHex(call.nonce)));
    return Status::kOk;
  };
  RawClient client(Start());
  const auto get = [&](std::string_view path) {
    client.Send(Get(path));
    return client.Read();
  };
  EXPECT_EQ(get("/health").body, "{\"healthy\":true}");
  const std::string nonce(64, 'a');
  EXPECT_EQ(get("/enclave?nonce=" + nonce).body, nonce);
  const std::string fresh = get("/enclave").body;
  EXPECT_EQ(fresh.size(), 64u);
  EXPECT_NE(get("/enclave").body, fresh);
  EXPECT_EQ(get("/enclave?nonce=abc").status, 400);
  EXPECT_EQ(get("/enclave?other=1").status, 400);
  client.Send(Post("x"));
  EXPECT_EQ(client.Read().status, 200);
  const RawReply text = get("/metrics");
  EXPECT_NE(text.body.find("passport_requests_total{method=\"3\",outcome=\"4\"} 1\n"), std::string::npos);
  EXPECT_NE(text.body.find("passport_request_seconds_count 1\n"), std::string::npos);
  EXPECT_EQ(get("/").status, 404);
  EXPECT_TRUE(get("/x").HasHeader("Access-Control-Allow-Origin: *"));
  client.Send("PUT / HTTP/1.1\r\nHost: node\r\nContent-Length: 0\r\n\r\n");
  const RawReply put = client.Read();
  EXPECT_EQ(put.status, 405);
  for (const RawReply& reply : {put, get("/"), get("/enclave?nonce=abc")}) {
    EXPECT_TRUE(reply.HasHeader("Content-Type: application/json"));
    EXPECT_TRUE(reply.body.starts_with(R"({"jsonrpc":"2.0","error":{"code":-32600,)")) << reply.body;
  }
}

TEST_F(Api, Post_ManifestAndAdminGetTheVerdict) {
  fake.on_provision = [](const edl::ProvisionCall& call, edl::Effects& effects) {
    EXPECT_EQ(call.kind, edl::ProvisionKind::kManifest);
    const bool good = AsText(call.data) == "good";
    effects.Verdict(good ? 0 : 201);
    return good ? Status::kOk : Status::kDenied;
  };
  fake.on_admin = [](const edl::AdminCall&, edl::Effects&) { return Status::kBadPhase; };
  RawClient client(Start());
  client.Send(Post("good", "", "/manifest"));
  EXPECT_EQ(client.Read().body, "{\"ok\":true}");
  client.Send(Post("bad", "", "/manifest"));
  EXPECT_EQ(client.Read().body, "{\"ok\":false,\"status\":201}");
  client.Send(Post("statement", "", "/admin"));
  EXPECT_EQ(client.Read().body, "{\"ok\":false,\"status\":2}");
  client.Send(Post(std::string(16385, 's'), "", "/admin"));
  EXPECT_EQ(client.Read().body, "{\"ok\":false,\"status\":101}");
}

// The first manifest says who the operators are, so it counts from where it comes.
TEST_F(Api, Post_TheFirstManifestIsTakenFromThisMachineOnly) {
  const auto post = [this](const std::string& from, std::vector<net::HttpHeader> headers = {}) {
    const auto promise = std::make_shared<std::promise<net::HttpReply>>();
    net::asio::post(io, [=, this] {
      api->Handle({"POST", "/manifest", headers, "manifest", from},
                  [promise](net::HttpReply reply) { promise->set_value(std::move(reply)); });
    });
    return promise->get_future().get();
  };
  Start();
  for (const char* from :
       {"192.0.2.1", "10.0.0.1", "128.0.0.1", "::2", "2001:db8::1", "::ffff:127.0.0.1", ""}) {
    const net::HttpReply refused = post(from);
    EXPECT_EQ(refused.status, 403u) << from;
    EXPECT_NE(refused.body.find("from its own machine only"), std::string::npos);
  }
  EXPECT_EQ(post("127.0.0.1", {{"origin", "https://evil.example"}}).status, 403u);
  EXPECT_EQ(fake.calls(), std::vector<std::string>());
  for (const char* from : {"127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_EQ(post(from).body, "{\"ok\":true}") << from;
  EXPECT_EQ(fake.calls().size(), 3u);
  // Afterwards the enclave checks the operators' signatures.
  net::asio::post(io, [this] { api->SetProvisioned(); });
  EXPECT_EQ(post("192.0.2.1").body, "{\"ok\":true}");
}

TEST_F(Api, Post_RefusalsOfTheEnclaveAreJsonRpcErrors) {
  fake.on_client_request = [](const edl::ClientRequestCall& call, edl::Effects&) {
    return AsText(call.body) == "format"  ? Status::kBadFormat
           : AsText(call.body) == "phase" ? Status::kBadPhase
           : AsText(call.body) == "busy"  ? Status::kBusy
                                          : Status::kInternal;
  };
  RawClient client(Start());
  const std::pair<const char*, rpc::Refusal> rows[] = {{"format", rpc::Refusal::kInvalidRequest},
                                                       {"phase", rpc::Refusal::kNotReady},
                                                       {"busy", rpc::Refusal::kBusy},
                                                       {"other", rpc::Refusal::kInternal}};
  for (const auto& [body, refusal] : rows) {
    client.Send(Post(body));
    const RawReply reply = client.Read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, rpc::BodyOf(refusal));
  }
}

TEST_F(Api, Post_WithoutAReplyTimesOutAndALateReplyIsDropped) {
  std::uint64_t first = 0;
  options.request_time = milliseconds(0);
  fake.on_client_request = [&](const edl::ClientRequestCall& call, edl::Effects& effects) {
    if (AsText(call.body) == "lost") {
      first = call.token;
    } else {
      effects.Reply(first, 0, 0, ToBytes("late"));
      effects.Reply(call.token, 0, 0, ToBytes("in time"));
    }
    return Status::kOk;
  };
  RawClient client(Start());
  client.Send(Post("lost"));
  net::asio::co_spawn(
      io,
      [this]() -> net::asio::awaitable<void> {
        net::asio::steady_timer timer(io);
        while (api->pending_count() == 0) {
          timer.expires_after(milliseconds(1));
          co_await timer.async_wait(net::asio::use_awaitable);
        }
        api->Expire(rpc::Api::Clock::now());
      },
      net::asio::detached);
  EXPECT_EQ(client.Read().body, rpc::BodyOf(rpc::Refusal::kTimeout));
  client.Send(Post("next"));
  EXPECT_EQ(client.Read().body, "in time");
}

// The enclave answers operators at once, whatever its peers do: silence is its own.
TEST_F(Api, Get_OfAnEnclaveThatHangsNamesItWithinTwoSeconds) {
  fake.on_status = [](const edl::StatusCall&, edl::Effects&) { return Status::kOk; };
  fake.on_attest = [](const edl::AttestCall&, edl::Effects&) { return Status::kOk; };
  RawClient client(Start());
  for (const std::string_view path : {"/health", "/enclave"}) {
    client.Send(Get(path));
    net::asio::co_spawn(
        io,
        [this]() -> net::asio::awaitable<void> {
          net::asio::steady_timer timer(io);
          while (api->pending_count() == 0) {
            timer.expires_after(milliseconds(1));
            co_await timer.async_wait(net::asio::use_awaitable);
          }
          api->Expire(rpc::Api::Clock::now());
          if (api->pending_count() == 1) api->Expire(rpc::Api::Clock::now() + milliseconds(1'900));
        },
        net::asio::detached);
    const RawReply reply = client.Read();
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("this node's own enclave does not answer"), std::string::npos) << reply.body;
    EXPECT_EQ(reply.body.find("etwork"), std::string::npos) << reply.body;
  }
}

TEST_F(Api, Post_AFullQueueAnswersBusyAtOnce) {
  std::binary_semaphore release(0);
  fake.on_client_request = [&](const edl::ClientRequestCall& call, edl::Effects& effects) {
    release.acquire();
    release.release();
    effects.Reply(call.token, 0, 0, ToBytes("done"));
    return Status::kOk;
  };
  enclave_options.client.client_calls_max = 2;
  const std::uint16_t port = Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->Send(Post("x"));
  }
  // Three of the five fit (one in the enclave, two waiting); from then on everybody else is told at once.
  int busy = 0;
  for (int i = 5; i < 8; ++i) {
    RawClient late(port);
    late.Send(Post("x"));
    if (late.Read().body == rpc::BodyOf(rpc::Refusal::kBusy)) ++busy;
  }
  EXPECT_EQ(busy, 3);
  release.release();
  int done = 0;
  for (const auto& client : clients) {
    if (client->Read().body == "done") ++done;
  }
  EXPECT_EQ(done, 3);
}

TEST_F(Api, Post_TooManyNewKeysOfOneAddressAreRefusedAndKnownKeysAreNot) {
  options.new_keys_per_second_address = 0.001;  // at most one for a very long time
  RawClient client(Start());
  const auto post = [&](const std::string& key) {
    client.Send(Post("x", "X-Encrypted-Key: " + key + "\r\n"));
    return client.Read().body;
  };
  EXPECT_EQ(post("one"), "|one|||||1|x");
  EXPECT_EQ(post("two"), rpc::BodyOf(rpc::Refusal::kBusy));
  EXPECT_EQ(post("one"), "|one|||||1|x");
}

// Questions that only operators ask cannot fill the queue that clients wait in.
TEST_F(Api, Get_TooManyOfOneAddressAreRefusedAndClientsAreServed) {
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes(std::string_view("{}")));
    return Status::kOk;
  };
  RawClient client(Start());
  std::size_t busy = 0;
  for (int i = 0; i < 300; ++i) {
    client.Send(Get("/health"));
    busy += client.Read().body == rpc::BodyOf(rpc::Refusal::kBusy) ? 1u : 0u;
  }
  EXPECT_GT(busy, 0u);
  client.Send(Post("x", ""));
  EXPECT_NE(client.Read().body, rpc::BodyOf(rpc::Refusal::kBusy));
}

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
