// What the HTTP layer refuses by itself: requests that two readers could take for different ones, and those
// over its limits. Every such answer is a JSON-RPC error.
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "tests/unit/host/raw_client.h"
#include "trusted/json/json.h"
#include "untrusted/net/asio.h"
#include "untrusted/net/http_server.h"
#include "untrusted/rpc/refusal.h"

namespace passport::host {
namespace {

constexpr char kHost[] = "Host: node\r\n";

std::string PostWith(const std::string& headers, const std::string& body = "") {
  return "POST / HTTP/1.1\r\n" + headers + "\r\n" + body;
}

// A request, and whether it means the same to everybody.
struct Row {
  const char* why;
  std::string bytes;
  bool good;
};

std::vector<Row> Rows() {
  const std::string host = kHost;
  return {
      {"the plain one", PostWith(host + "Content-Length: 2\r\n", "ab"), true},
      {"names in any case", PostWith("hOST:node\r\ncontent-LENGTH:2\r\n", "ab"), true},
      {"chunks", PostWith(host + "Transfer-Encoding: Chunked\r\n", "2\r\nab\r\n0\r\n\r\n"), true},
      {"an empty host", PostWith("Host:\r\nContent-Length: 2\r\n", "ab"), true},
      {"HTTP/1.0 without host", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", true},
      {"no host", PostWith("Content-Length: 2\r\n", "ab"), false},
      {"two hosts", PostWith(host + host + "Content-Length: 2\r\n", "ab"), false},
      {"two hosts in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\nab",
       false},
      {"another encoding", PostWith(host + "Transfer-Encoding: gzip\r\n", "ab"), false},
      {"identity", PostWith(host + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n", "ab"), false},
      {"two encodings", PostWith(host + "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), false},
      {"chunked is not last", PostWith(host + "Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), false},
      {"chunked twice",
       PostWith(host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), false},
      {"a hidden encoding",
       PostWith(host + "Transfer-Encoding: \x0b"
                       "chunked\r\n",
                "0\r\n\r\n"),
       false},
      {"chunks in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", false},
      {"length, then chunks",
       PostWith(host + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), false},
      {"chunks, then length",
       PostWith(host + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), false},
      {"two lengths", PostWith(host + "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), false},
      {"one length twice", PostWith(host + "Content-Length: 2\r\nContent-Length: 2\r\n", "ab"), false},
      {"a list of lengths", PostWith(host + "Content-Length: 2, 2\r\n", "ab"), false},
      {"a signed length", PostWith(host + "Content-Length: +2\r\n", "ab"), false},
      {"a hexadecimal length", PostWith(host + "Content-Length: 0x2\r\n", "ab"), false},
      {"an empty length", PostWith(host + "Content-Length:\r\n", "ab"), false},
      {"a length of more than 64 bits", PostWith(host + "Content-Length: 18446744073709551618\r\n", "ab"),
       false},
      {"a folded header", PostWith(host + "Content-Length: 2\r\nX-Scope-Id: a\r\n b\r\n", "ab"), false},
      {"one folded with a tab", PostWith(host + "Content-Length: 2\r\nX-Scope-Id: a\r\n\tb\r\n", "ab"),
       false},
      {"a first header that begins with a space",
       PostWith(" X: a\r\n" + host + "Content-Length: 2\r\n", "ab"), false},
      {"a space before the colon", PostWith("Host : node\r\nContent-Length: 2\r\n", "ab"), false},
      {"a header without name", PostWith(host + ": x\r\nContent-Length: 2\r\n", "ab"), false},
      {"a header without colon", PostWith(host + "no colon\r\nContent-Length: 2\r\n", "ab"), false},
      {"a bare line feed", PostWith("Host: node\nContent-Length: 2\r\n", "ab"), false},
      {"HTTP/2", "POST / HTTP/2.0\r\nHost: node\r\nContent-Length: 2\r\n\r\nab", false},
      {"HTTP/1.2", "POST / HTTP/1.2\r\nHost: node\r\nContent-Length: 2\r\n\r\nab", false},
      {"no version", "POST /\r\nHost: node\r\n\r\n", false},
      {"no HTTP", "\x16\x03\x01\x02garbage\r\n\r\n", false},
      {"a header after the chunks",
       PostWith(host + "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\nX-Scope-Id: b\r\n\r\n"), false},
      {"a chunk of no size", PostWith(host + "Transfer-Encoding: chunked\r\n", "x\r\nab\r\n0\r\n\r\n"),
       false},
  };
}

// A server that answers with the body it got, in a thread of its own.
class StrictHttp : public testing::Test {
 protected:
  StrictHttp() { options.on_fault = rpc::ReplyTo; }
  ~StrictHttp() override {
    io.stop();
    if (thread.joinable()) thread.join();
  }
  std::uint16_t Start() {
    server.emplace(
        io, options,
        [](net::HttpRequest request, net::ReplyFunction reply) {
          reply({200, "text/plain", request.body, {}});
        },
        metrics);
    const auto port = server->Listen({"127.0.0.1"}, 0);
    EXPECT_TRUE(port.ok());
    guard.emplace(io.get_executor());
    thread = std::thread([this] { io.run(); });
    return port.value();
  }
  static void ExpectError(const RawReply& reply, int status, net::HttpFault fault, const char* name) {
    EXPECT_EQ(reply.status, status);
    EXPECT_TRUE(reply.HasHeader("Content-Type: application/json")) << reply.head;
    EXPECT_EQ(reply.body, rpc::ReplyTo(fault).body);
    const auto body = json::Parse(reply.body);
    ASSERT_TRUE(body.ok()) << reply.body;
    EXPECT_TRUE(body.value().Find("error")->GetString("data").value().starts_with(std::string(name) + ": "));
  }

  net::HttpOptions options;
  metrics::Registry metrics;
  net::asio::io_context io;
  std::optional<net::asio::executor_work_guard<net::asio::io_context::executor_type>> guard;
  std::optional<net::HttpServer> server;
  std::thread thread;
};

TEST_F(StrictHttp, OnlyARequestThatEveryReaderTakesForTheSameIsRead) {
  const std::uint16_t port = Start();
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.why);
    RawClient client(port);
    client.Send(row.bytes);
    const RawReply reply = client.Read();
    if (row.good) {
      EXPECT_EQ(reply.status, 200);
      EXPECT_EQ(reply.body, "ab");
    } else {
      ExpectError(reply, 400, net::HttpFault::kMalformed, "invalid_request");
      EXPECT_TRUE(client.IsClosed());
    }
  }
}

TEST_F(StrictHttp, AHeadThatArrivesInPiecesIsReadAsAWhole) {
  RawClient client(Start());
  for (const char c : PostWith(std::string(kHost) + "Content-Length: 2\r\n", "ab")) client.Send({&c, 1});
  EXPECT_EQ(client.Read().body, "ab");
  for (const char c : PostWith(std::string(kHost) + "X: a\r\n b\r\n")) {
    if (!client.Send({&c, 1})) break;
  }
  EXPECT_EQ(client.Read().status, 400);
}

TEST_F(StrictHttp, WhatIsTooLongIsSaidInJson) {
  const std::uint16_t port = Start();
  RawClient body(port);
  body.Send(PostWith(std::string(kHost) + "Content-Length: 131073\r\n"));
  ExpectError(body.Read(), 413, net::HttpFault::kBodyTooLarge, "too_large");
  for (const std::size_t size : {24u * 1024, 30'000u, 60'000u}) {
    RawClient head(port);
    head.Send(PostWith(std::string(kHost) + "X-Other: " + std::string(size, 'h') + "\r\n"));
    ExpectError(head.Read(), 431, net::HttpFault::kHeadTooLarge, "too_large");
  }
}

TEST_F(StrictHttp, AConnectionWithoutRoomIsToldSoInJson) {
  options.connections_max = 0;
  RawClient client(Start());
  ExpectError(client.Read(), 503, net::HttpFault::kNoRoom, "busy");
}

}  // namespace
}  // namespace passport::host
