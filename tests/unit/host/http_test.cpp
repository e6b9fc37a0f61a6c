// The client API over real sockets: routes, CORS and limits of size, in front of a fake enclave.
#include "tests/unit/host/api_fixture.h"
#include "untrusted/rpc/scope_schema.h"

namespace passport::host {
namespace {

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

TEST_F(Api, Post_TheSessionOfEarlierSdksIsTheSameHeader) {
  const std::uint16_t port = Start();
  RawClient client(port);
  client.Send(Post("x", "X-Encrypted-Key: key\r\nx-session: s\r\n"));
  EXPECT_EQ(client.Read().body, "|key||s|||1|x");
  client.Send(Post("x", "X-Session: s\r\nX-Encrypted-Session: t\r\n"));
  EXPECT_NE(client.Read().body.find("invalid_request"), std::string::npos);
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
        "X-Session", "X-Encrypted-Key-Signature", "X-Encrypted-WebAuthn-Signature"}) {
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
  const RawReply schema = get("/schemas/scope.json");
  EXPECT_EQ(schema.body, std::string(rpc::kScopeSchema));
  EXPECT_TRUE(schema.HasHeader("Content-Type: application/schema+json"));
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

TEST_F(Api, Get_AttestationAsksForEvidenceAndNeedsANonce) {
  fake.on_attest = [](const edl::AttestCall& call, edl::Effects& effects) {
    const bool busy = call.nonce[0] == 0xbb;
    effects.Reply(call.token, 0, busy ? 1 : 0, ToBytes(call.evidence ? ToHex(call.nonce) : "claims alone"));
    return Status::kOk;
  };
  RawClient client(Start());
  const auto get = [&](std::string_view path) {
    client.Send(Get(path));
    return client.Read();
  };
  const std::string nonce(64, 'a');
  EXPECT_EQ(get("/attestation?nonce=" + nonce).body, nonce);
  EXPECT_EQ(get("/enclave?nonce=" + nonce).body, "claims alone");
  EXPECT_EQ(get("/attestation?nonce=" + std::string(64, 'b')).status, 503);
  for (const char* path : {"/attestation", "/attestation?nonce=abc", "/attestation?other=1"})
    EXPECT_EQ(get(path).status, 400) << path;
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
  EXPECT_EQ(client.Read().body, R"({"status":"ok"})");
  client.Send(Post("bad", "", "/manifest"));
  EXPECT_EQ(client.Read().body,
            R"({"error":{"code":201,"name":"kBadSignature","message":"the signature is not that key's of )"
            R"(this data; check that the data, the signature and the key belong together"}})");
  client.Send(Post("statement", "", "/admin"));
  EXPECT_NE(client.Read().body.find(R"("code":2,"name":"kBadPhase","message":"the node is not far enough)"),
            std::string::npos);
  client.Send(Post(std::string(16385, 's'), "", "/admin"));
  EXPECT_NE(client.Read().body.find(R"("code":101,"name":"kTooLong")"), std::string::npos);
}

// A backup leaves an enclave beside the verdict, in the token that no request has.
TEST_F(Api, Post_AStatementIsAnsweredWithWhatTheEnclaveGives) {
  fake.on_admin = [](const edl::AdminCall& call, edl::Effects& effects) {
    effects.Reply(AsText(call.statement) == "give" ? 0 : 77, 0, 0, Bytes{1, 2, 3, 255});
    effects.Verdict(AsText(call.statement) == "refuse" ? 7 : 0);
    return Status::kOk;
  };
  RawClient client(Start());
  client.Send(Post("give", "", "/admin"));
  EXPECT_EQ(client.Read().body, R"({"status":"ok","reply":"AQID/w=="})");
  client.Send(Post("of another request", "", "/admin"));
  EXPECT_EQ(client.Read().body, R"({"status":"ok"})");
  client.Send(Post("refuse", "", "/admin"));
  EXPECT_NE(client.Read().body.find(R"("code":7,"name":"kBusy")"), std::string::npos);
}

// The first manifest says who the operators are, and so does a backup, so it counts from where they come.
TEST_F(Api, Post_TheFirstManifestAndABackupAreTakenFromThisMachineOnly) {
  const char* target = "/manifest";
  const auto post = [&](const std::string& from, std::vector<net::HttpHeader> headers = {}) {
    const auto promise = std::make_shared<std::promise<net::HttpReply>>();
    net::asio::post(io, [=, this] {
      api->Handle({"POST", target, headers, "manifest", from},
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
  target = "/admin";
  EXPECT_EQ(post("192.0.2.1").status, 403u);
  EXPECT_EQ(post("127.0.0.1", {{"origin", "https://evil.example"}}).status, 403u);
  EXPECT_EQ(fake.calls(), std::vector<std::string>());
  for (const char* from : {"127.0.0.1", "127.9.9.9", "::1"}) {
    target = from[0] == ':' ? "/admin" : "/manifest";
    EXPECT_EQ(post(from).body, R"({"status":"ok"})") << from;
  }
  EXPECT_EQ(fake.calls().size(), 3u);
  // Afterwards the enclave checks the operators' signatures.
  net::asio::post(io, [this] { api->SetProvisioned(); });
  EXPECT_EQ(post("192.0.2.1").body, R"({"status":"ok"})");
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
  options.operator_requests_per_second_address = 0.001;  // at most one for a very long time
  RawClient client(Start());
  client.Send(Get("/health"));
  EXPECT_EQ(client.Read().body, "{}");
  client.Send(Get("/enclave"));
  EXPECT_EQ(client.Read().body, rpc::BodyOf(rpc::Refusal::kBusy));
  client.Send(Post("x", ""));
  EXPECT_NE(client.Read().body, rpc::BodyOf(rpc::Refusal::kBusy));
}

// What one address may have open at once: eight questions that are answered at once, two for evidence.
class OpenQuestions : public Api, public testing::WithParamInterface<std::pair<std::string, int>> {};
TEST_P(OpenQuestions, OfOneAddressAreBoundedAndOthersAreServed) {
  std::counting_semaphore<> asked(0);
  fake.on_attest = [&](const edl::AttestCall&, edl::Effects&) {  // its answer will not come
    asked.release();
    return Status::kOk;
  };
  fake.on_status = [](const edl::StatusCall& call, edl::Effects& effects) {
    effects.Reply(call.token, 0, 0, ToBytes(std::string_view("{}")));
    return Status::kOk;
  };
  const auto& [path, most] = GetParam();
  const std::uint16_t port = Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < most; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->Send(Get(path));
    asked.acquire();
  }
  RawClient same(port);
  same.Send(Get(path));
  const RawReply reply = same.Read();
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("\"code_name\":\"busy\",\"retry_after_ms\""), std::string::npos) << reply.body;
  EXPECT_NE(reply.body.find("of one address"), std::string::npos) << reply.body;
  // Evidence does not count for /health, which a load balancer asks from the address that clients seem to
  // have.
  same.Send(Get("/health"));
  EXPECT_EQ(same.Read().status, path == "/enclave" ? 503 : 200);
  RawClient other(port, true);
  other.Send(Get("/health"));
  EXPECT_EQ(other.Read().body, "{}");
  same.Send(Post("x"));
  EXPECT_EQ(same.Read().status, 200);
}
INSTANTIATE_TEST_SUITE_P(Of, OpenQuestions,
                         testing::Values(std::pair("/enclave", 8),
                                         std::pair("/attestation?nonce=" + std::string(64, 'a'), 2)));

}  // namespace
}  // namespace passport::host
