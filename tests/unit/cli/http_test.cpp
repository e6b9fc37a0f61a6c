// The HTTP client: URLs, and answers of servers that keep to the rules and of others.
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/unit/cli/one_answer.h"
#include "tools/client/http_connection.h"

namespace passport::client {
namespace {

constexpr std::chrono::seconds kTime{20};

Result<HttpResponse, HttpError> Get(const std::string& answer) {
  const OneAnswer server(answer, "\r\n\r\n");
  return Exchange(server.url, {}, kTime);
}

TEST(Url, OfEveryForm_IsTakenApart) {
  const Url plain = ParseUrl("http://localhost:9545").value();
  EXPECT_EQ(plain.host, "localhost");
  EXPECT_EQ(plain.port, "9545");
  EXPECT_EQ(plain.path, "/");
  EXPECT_EQ(ParseUrl("http://node.example/a/b").value().path, "/a/b");
  EXPECT_EQ(ParseUrl("http://node.example/a/b").value().port, "80");
  EXPECT_EQ(ParseUrl("http://[::1]:9545/").value().host, "::1");
  EXPECT_EQ(ParseUrl("http://[::1]:9545/").value().Origin(), "http://[::1]:9545");
}

TEST(Url, ThatIsNone_IsRefused) {
  for (const char* text : {"", "localhost:9545", "https://localhost", "http://", "http://:80",
                           "http://a:", "http://a:0", "http://a:65536", "http://a:8x", "http://[::1",
                           "http://[::1]x", "http://a b/", "http://a/\r\nX-Scope-Id: b"}) {
    EXPECT_FALSE(ParseUrl(text).ok()) << text;
  }
}

TEST(Exchange, CarriesTheHeadersOfARequestAndGetsTheBody) {
  OneAnswer server("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes and more", "body");
  const Request request{"scope", "key", "", "proof", "the body"};
  const auto response = Exchange(server.url, ToHttp(server.url, request), kTime);
  server.Join();
  ASSERT_TRUE(response.ok()) << response.error();
  EXPECT_EQ(response.value().status, 200u);
  EXPECT_EQ(response.value().body, "yes");
  EXPECT_TRUE(server.request.starts_with("POST /path HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_NE(server.request.find("\r\nX-Scope-Id: scope\r\nX-Encrypted-Key: key\r\n"), std::string::npos);
  EXPECT_NE(server.request.find("\r\nX-Encrypted-Key-Signature: proof\r\n"), std::string::npos);
  EXPECT_EQ(server.request.find("X-Encrypted-User"), std::string::npos);
  EXPECT_TRUE(server.request.ends_with("\r\n\r\nthe body"));
}

// The answer to what is sent next; the test waits in poll(2) as the load generator does.
HttpConnection::Answer Ask(HttpConnection& connection, const std::string& text) {
  const auto sent = connection.Send(Serialise(connection.url(), {"POST", "/", {}, text}), kTime);
  if (!sent.ok()) return Fail(sent.error());
  for (;;) {
    if (auto answer = connection.Advance()) return *answer;
    pollfd wanted{connection.fd(), connection.wanted_events(), 0};
    if (poll(&wanted, 1, 20'000) != 1) return Fail(HttpError("no answer"));
  }
}

TEST(HttpConnection, IsKeptForTheNextRequestUnlessTheServerEndsIt) {
  const OneAnswer keeps("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes", "end", 2);
  HttpConnection kept(keeps.url);
  EXPECT_EQ(Ask(kept, "first end").value().body, "yes");
  const int fd = kept.fd();
  EXPECT_GE(fd, 0);
  EXPECT_EQ(Ask(kept, "second end").value().body, "yes");
  EXPECT_EQ(kept.fd(), fd);
  EXPECT_FALSE(Ask(kept, "third end").ok());
  EXPECT_LT(kept.fd(), 0);

  const OneAnswer ends("HTTP/1.1 429 Busy\r\nconnection: Close\r\nContent-Length: 2\r\n\r\nno", "end");
  HttpConnection ended(ends.url);
  EXPECT_EQ(Ask(ended, "end").value().status, 429u);
  EXPECT_LT(ended.fd(), 0);
}

TEST(Exchange, WithoutLength_ReadsToTheEnd) {
  const auto response = Get("HTTP/1.1 503 Unavailable\r\n\r\nnot now");
  ASSERT_TRUE(response.ok()) << response.error();
  EXPECT_EQ(response.value().status, 503u);
  EXPECT_EQ(response.value().body, "not now");
}

TEST(Exchange, WithAnAnswerThatIsNone_SaysSo) {
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 xxx\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                             "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    EXPECT_FALSE(Get(answer).ok()) << answer;
  }
}

TEST(Exchange, WithNobody_NamesTheNode) {
  Url url;
  {
    const OneAnswer server("", "");
    url = server.url;
    EXPECT_FALSE(Exchange(url, {}, kTime).ok());
  }
  const auto response = Exchange(url, {}, kTime);
  ASSERT_FALSE(response.ok());
  EXPECT_TRUE(response.error().starts_with(url.Origin()));
}

TEST(Exchange, WithASilentServer_EndsAtTheDeadline) {
  // Nobody accepts: the connection stands, an answer never comes.
  const ListeningPort port;
  const Url url = ParseUrl(port.Url()).value();
  const auto response = Exchange(url, {}, std::chrono::milliseconds(50));
  ASSERT_FALSE(response.ok());
  EXPECT_TRUE(response.error().ends_with("no answer in time"));
}

}  // namespace
}  // namespace passport::client
