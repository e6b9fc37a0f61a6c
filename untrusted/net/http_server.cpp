// A bounded HTTP/1.1 server: keep-alive, pipelining, limits on size, time and connections. It knows no
// routes.
#include "untrusted/net/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <list>
#include <optional>

#include "untrusted/net/asio.h"
#include "untrusted/net/http_head.h"
// Beast after Asio.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace passport::host::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using asio::ip::tcp;
using Milliseconds = std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kLingerBytesMax = 16 << 20;
constexpr Milliseconds kLingerTime{2000};
constexpr Milliseconds kAcceptPause{100};
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What a request waits on until the handler has answered it.
struct Waiting {
  explicit Waiting(asio::io_context& io) : bell(io, asio::steady_timer::time_point::max()) {}
  std::optional<HttpReply> reply;
  asio::steady_timer bell;
};

std::string LowerCase(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

HttpRequest ToRequest(http::request<http::string_body>&& message, const std::string& client) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.push_back({LowerCase(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  request.client = client;
  return request;
}

HttpFault FaultOf(const ErrorCode& error) {
  if (error == http::error::body_limit) return HttpFault::kBodyTooLarge;
  if (error == http::error::header_limit) return HttpFault::kHeadTooLarge;
  return HttpFault::kMalformed;
}

HttpReply Refusal(const HttpOptions& options, HttpFault fault) {
  HttpReply out = options.on_fault ? options.on_fault(fault) : HttpReply();
  out.status = StatusOf(fault);
  return out;
}

// The reply to a connection that finds no room. It is sent at once, without waiting for a request.
std::string NoRoom(const HttpOptions& options) {
  const HttpReply reply = Refusal(options, HttpFault::kNoRoom);
  std::string out = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n";
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out.append(name).append(": ").append(value).append("\r\n");
  };
  for (const HttpHeader& header : options.every_reply) add(header.name, header.value);
  add("Content-Type", reply.content_type);
  add("Content-Length", std::to_string(reply.body.size()));
  return out.append("\r\n").append(reply.body);
}

// Whether the other end can still read a reply to what went wrong.
bool DeservesReply(const ErrorCode& error) {
  return error.category() == make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

}  // namespace

unsigned StatusOf(HttpFault fault) {
  switch (fault) {
    case HttpFault::kMalformed:
      return 400;
    case HttpFault::kBodyTooLarge:
      return 413;
    case HttpFault::kHeadTooLarge:
      return 431;
    case HttpFault::kNoRoom:
      return 503;
  }
  return 400;
}

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, HttpOptions options, HttpHandler handler, metrics::Registry& metrics)
      : io_(io),
        options_(std::move(options)),
        handler_(std::move(handler)),
        bytes_in_(metrics.CounterOf("passport_http_received_bytes_total", "Bytes of request bodies.")),
        bytes_out_(metrics.CounterOf("passport_http_sent_bytes_total", "Bytes of reply bodies.")),
        accepted_(metrics.CounterOf("passport_http_connections_total", "Connections accepted.")),
        refused_(metrics.CounterOf("passport_http_connections_refused_total",
                                   "Connections closed because there were too many.")),
        malformed_(
            metrics.CounterOf("passport_http_malformed_total", "Requests that broke HTTP or its limits.")) {}

  Result<std::uint16_t, std::string> Listen(const std::vector<std::string>& addresses, std::uint16_t port);
  void Stop();
  std::size_t connection_count() const { return connections_.size(); }

 private:
  struct Connection {
    explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
    beast::tcp_stream stream;
    beast::flat_buffer buffer{std::size_t{256} * 1024};
    bool idle = true;
    std::string client;
  };
  using Connections = std::list<std::shared_ptr<Connection>>;
  using Parser = http::request_parser<http::string_body>;

  ErrorCode OpenAll(const std::vector<asio::ip::address>& addresses, std::uint16_t port);
  awaitable<void> Accept(std::shared_ptr<tcp::acceptor> acceptor);
  bool MakeRoom();
  awaitable<void> Serve(Connections::iterator place);
  awaitable<bool> ServeOne(Connection& connection);
  awaitable<bool> WaitForFirstByte(Connection& connection);
  awaitable<ErrorCode> ReadHead(Connection& connection, Parser& parser);
  awaitable<HttpReply> Answer(HttpRequest request);
  awaitable<bool> Write(Connection& connection, HttpReply reply, bool keep_alive, bool head);
  awaitable<void> Linger(Connection& connection);

  asio::io_context& io_;
  HttpOptions options_;
  HttpHandler handler_;
  metrics::Counter& bytes_in_;
  metrics::Counter& bytes_out_;
  metrics::Counter& accepted_;
  metrics::Counter& refused_;
  metrics::Counter& malformed_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
  Connections connections_;  // the one that began to wait first comes first
};

Result<std::uint16_t, std::string> HttpServer::Impl::Listen(const std::vector<std::string>& addresses,
                                                            std::uint16_t port) {
  std::vector<asio::ip::address> parsed;
  for (const std::string& text : addresses) {
    ErrorCode error;
    parsed.push_back(asio::ip::make_address(text, error));
    if (error) return Fail("not an IP address: " + text + "; correct --api-bind");
  }
  ErrorCode error;
  // With port 0 the port that the first address got may be taken at the second: then try another one.
  for (int attempt = 0; attempt < (port == 0 ? 20 : 1); ++attempt) {
    error = OpenAll(parsed, port);
    if (!error) break;
    acceptors_.clear();
  }
  if (error || acceptors_.empty()) {
    return Fail("cannot listen for clients on port " + std::to_string(port) + ": " + error.message() +
                "; stop the other program or choose another --api-port or --api-bind");
  }
  for (const auto& acceptor : acceptors_) {
    asio::co_spawn(
        io_, [self = shared_from_this(), acceptor] { return self->Accept(acceptor); }, asio::detached);
  }
  return acceptors_.front()->local_endpoint().port();
}

ErrorCode HttpServer::Impl::OpenAll(const std::vector<asio::ip::address>& addresses, std::uint16_t port) {
  ErrorCode unavailable;
  for (const auto& address : addresses) {
    const tcp::endpoint endpoint(address, port);
    auto acceptor = std::make_shared<tcp::acceptor>(io_);
    ErrorCode error;
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.is_v6()) acceptor->set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor->bind(endpoint, error);
    if (error == asio::error::address_family_not_supported ||
        error == boost::system::errc::address_not_available) {
      unavailable = error;
      continue;
    }
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) return error;
    port = acceptor->local_endpoint().port();
    acceptors_.push_back(std::move(acceptor));
  }
  return acceptors_.empty() ? unavailable : ErrorCode();
}

void HttpServer::Impl::Stop() {
  stopping_ = true;
  ErrorCode ignored;
  for (const auto& acceptor : acceptors_) acceptor->close(ignored);
  for (const auto& connection : connections_) {
    if (connection->idle) connection->stream.socket().close(ignored);
  }
}

awaitable<void> HttpServer::Impl::Accept(std::shared_ptr<tcp::acceptor> acceptor) {
  asio::steady_timer pause(io_);
  while (acceptor->is_open()) {
    ErrorCode error;
    tcp::socket socket = co_await acceptor->async_accept(Into(error));
    if (error) {
      if (!acceptor->is_open()) co_return;
      pause.expires_after(kAcceptPause);  // out of descriptors: accepting again at once would spin
      co_await pause.async_wait(Into(error));
      continue;
    }
    accepted_.Add();
    if (!MakeRoom()) {
      socket.non_blocking(true, error);
      if (!error) socket.send(asio::buffer(NoRoom(options_)), 0, error);
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    const auto remote = socket.remote_endpoint(error);
    auto connection = std::make_shared<Connection>(std::move(socket));
    connection->client = remote.address().to_string();
    const auto place = connections_.insert(connections_.end(), std::move(connection));
    asio::co_spawn(
        io_, [self = shared_from_this(), place] { return self->Serve(place); }, asio::detached);
  }
}

// False when every connection is busy with a request.
bool HttpServer::Impl::MakeRoom() {
  if (connections_.size() < options_.connections_max) return true;
  refused_.Add();
  const auto victim = std::find_if(connections_.begin(), connections_.end(), [](const auto& connection) {
    return connection->idle && connection->stream.socket().is_open();
  });
  if (victim == connections_.end()) return false;
  ErrorCode ignored;
  (*victim)->stream.socket().close(ignored);  // its coroutine wakes up, finds the error and leaves
  return true;
}

awaitable<void> HttpServer::Impl::Serve(Connections::iterator place) {
  const std::shared_ptr<Connection> connection = *place;
  try {
    while (!stopping_ && co_await ServeOne(*connection)) {
      connection->idle = true;
      connections_.splice(connections_.end(), connections_, place);
    }
  } catch (const std::exception&) {
    malformed_.Add();  // out of memory or a broken socket: this connection ends, the server goes on
  }
  ErrorCode ignored;
  connection->stream.socket().close(ignored);
  connections_.erase(place);
}

// One request and its reply. False when the connection is to be closed.
awaitable<bool> HttpServer::Impl::ServeOne(Connection& connection) {
  if (!co_await WaitForFirstByte(connection)) co_return false;
  connection.idle = false;
  connection.stream.expires_after(options_.read_time);
  Parser parser;
  parser.header_limit(options_.header_bytes_max);
  parser.body_limit(options_.body_bytes_max);
  ErrorCode error = co_await ReadHead(connection, parser);
  if (!error && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    co_await asio::async_write(connection.stream, asio::buffer(kContinue), Into(error));
  }
  if (!error && !parser.is_done()) {
    const auto headers = std::distance(parser.get().begin(), parser.get().end());
    co_await http::async_read(connection.stream, connection.buffer, parser, Into(error));
    // Beast takes what follows the last chunk for headers of the request.
    if (!error && std::distance(parser.get().begin(), parser.get().end()) != headers)
      error = http::error::bad_field;
  }
  if (error) {
    if (!DeservesReply(error)) co_return false;
    malformed_.Add();
    if (co_await Write(connection, Refusal(options_, FaultOf(error)), false, false))
      co_await Linger(connection);
    co_return false;
  }
  auto message = parser.release();
  const bool keep_alive = message.keep_alive();
  const bool head = message.method() == http::verb::head;
  bytes_in_.Add(message.body().size());
  HttpReply reply = co_await Answer(ToRequest(std::move(message), connection.client));
  co_return co_await Write(connection, std::move(reply), keep_alive && !stopping_, head) && keep_alive;
}

awaitable<bool> HttpServer::Impl::WaitForFirstByte(Connection& connection) {
  if (connection.buffer.size() > 0) co_return true;  // pipelined
  connection.stream.expires_after(options_.idle_time);
  ErrorCode error;
  const std::size_t size =
      co_await connection.stream.async_read_some(connection.buffer.prepare(kReadBytes), Into(error));
  connection.buffer.commit(size);
  co_return !error;
}

// Beast mends what it reads, so the bytes are looked at before it gets them.
awaitable<ErrorCode> HttpServer::Impl::ReadHead(Connection& connection, Parser& parser) {
  beast::flat_buffer& buffer = connection.buffer;
  const auto text = [&buffer] {
    return std::string_view(static_cast<const char*>(buffer.data().data()), buffer.size());
  };
  std::size_t end = 0;
  ErrorCode error;
  for (std::size_t seen = 0; (end = text().find(kHeadEnd, seen)) == std::string_view::npos;) {
    seen = buffer.size() - std::min(buffer.size(), kHeadEnd.size() - 1);
    if (buffer.size() >= options_.header_bytes_max) break;  // Beast says that it is too long
    const std::size_t size =
        co_await connection.stream.async_read_some(buffer.prepare(kReadBytes), Into(error));
    buffer.commit(size);
    if (error) co_return error;
  }
  const bool bad = end != std::string_view::npos && !IsUnambiguous(text().substr(0, end + kHeadEnd.size()));
  co_await http::async_read_header(connection.stream, buffer, parser, Into(error));
  if (!error && bad) error = http::error::bad_value;
  co_return error;
}

awaitable<HttpReply> HttpServer::Impl::Answer(HttpRequest request) {
  const auto waiting = std::make_shared<Waiting>(io_);
  handler_(std::move(request), [waiting](HttpReply reply) {
    waiting->reply = std::move(reply);
    waiting->bell.cancel();
  });
  ErrorCode error;
  while (!waiting->reply) co_await waiting->bell.async_wait(Into(error));
  co_return std::move(*waiting->reply);
}

// False when it failed or when the connection may not be used again.
awaitable<bool> HttpServer::Impl::Write(Connection& connection, HttpReply reply, bool keep_alive, bool head) {
  http::response<http::string_body> message(static_cast<http::status>(reply.status), 11);
  for (const HttpHeader& header : options_.every_reply) message.set(header.name, header.value);
  for (const HttpHeader& header : reply.headers) message.set(header.name, header.value);
  if (!reply.content_type.empty()) message.set(http::field::content_type, reply.content_type);
  if (!head) message.body() = std::move(reply.body);
  message.keep_alive(keep_alive);
  message.prepare_payload();
  bytes_out_.Add(message.body().size());
  connection.stream.expires_after(options_.write_time);
  ErrorCode error;
  co_await http::async_write(connection.stream, message, Into(error));
  co_return !error;
}

// Closing with unread bytes would reset the connection and take the refusal from the client before it reads
// it.
awaitable<void> HttpServer::Impl::Linger(Connection& connection) {
  ErrorCode error;
  connection.stream.socket().shutdown(tcp::socket::shutdown_send, error);
  connection.stream.expires_after(kLingerTime);
  std::array<char, kReadBytes> discarded{};
  for (std::size_t total = 0; !error && total < kLingerBytesMax;) {
    total += co_await connection.stream.async_read_some(asio::buffer(discarded), Into(error));
  }
}

HttpServer::HttpServer(asio::io_context& io, HttpOptions options, HttpHandler handler,
                       metrics::Registry& metrics)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler), metrics)) {
  metrics.Gauge("passport_http_connections", "Open client connections.", [weak = std::weak_ptr<Impl>(impl_)] {
    const auto impl = weak.lock();
    return impl ? static_cast<double>(impl->connection_count()) : 0.0;
  });
}
HttpServer::~HttpServer() { impl_->Stop(); }
Result<std::uint16_t, std::string> HttpServer::Listen(const std::vector<std::string>& addresses,
                                                      std::uint16_t port) {
  return impl_->Listen(addresses, port);
}
void HttpServer::Stop() { impl_->Stop(); }
std::size_t HttpServer::connection_count() const { return impl_->connection_count(); }

}  // namespace passport::host::net
