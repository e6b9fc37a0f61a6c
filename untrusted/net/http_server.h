// A bounded HTTP/1.1 server: keep-alive, pipelining, limits on size, time and connections. It knows no
// routes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edl/base/result.h"
#include "untrusted/metrics/metrics.h"

namespace boost::asio {
class io_context;
}

namespace passport::host::net {

struct HttpHeader {
  std::string name;  // of a request: in lower case
  std::string value;
};

struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<HttpHeader> headers;  // in the order received, duplicates included
  std::string body;
  std::string client;  // the address of the other end, without port
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<HttpHeader> headers;
};

// Must be called exactly once, now or later, from the thread of the io_context.
using ReplyFunction = std::function<void(HttpReply)>;
using HttpHandler = std::function<void(HttpRequest, ReplyFunction)>;

// What the server answers by itself.
enum class HttpFault {
  kMalformed,     // 400
  kBodyTooLarge,  // 413
  kHeadTooLarge,  // 431
  kNoRoom,        // 503
};
unsigned StatusOf(HttpFault fault);

struct HttpOptions {
  std::uint32_t header_bytes_max = 24 * 1024;  // request line and all headers; more is answered 431
  std::uint32_t body_bytes_max = 131072;       // more is answered 413
  std::size_t connections_max = 1024;          // beyond it the connection idle longest is closed
  std::chrono::milliseconds idle_time{75000};  // between two requests
  std::chrono::milliseconds read_time{10000};  // from the first byte of a request to its last
  std::chrono::milliseconds write_time{10000};
  std::vector<HttpHeader> every_reply;  // added to all replies, also to the server's own refusals
  // The content of such a refusal; its status is StatusOf. Without one it is empty.
  std::function<HttpReply(HttpFault)> on_fault;
};

class HttpServer {
 public:
  HttpServer(boost::asio::io_context& io, HttpOptions options, HttpHandler handler,
             metrics::Registry& metrics);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens on all `addresses` (numeric) at one port; port 0 picks a free one. Gives the port, or a sentence
  // for the operator. An address family that this machine does not have is left out unless it is the only
  // one.
  Result<std::uint16_t, std::string> Listen(const std::vector<std::string>& addresses, std::uint16_t port);

  // Takes no more connections and closes those that are between requests; running requests are still
  // answered.
  void Stop();
  std::size_t connection_count() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace passport::host::net
