#include "bench/node/http_connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace passport::bench {

using client::HttpError;

std::string Serialise(const client::Url& url, const client::HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + url.Origin().substr(7) +
                    "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  return out.append("\r\n").append(request.body);
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : url_(std::move(other.url_)),
      fd_(std::exchange(other.fd_, -1)),
      to_send_(std::move(other.to_send_)),
      sent_(other.sent_),
      received_(std::move(other.received_)) {}

short HttpConnection::wanted_events() const { return sent_ < to_send_.size() ? POLLIN | POLLOUT : POLLIN; }

void HttpConnection::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<Unit, HttpError> HttpConnection::Connect() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url_.host.c_str(), url_.port.c_str(), &hints, &found);
  if (error != 0) return Fail(HttpError(gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  HttpError last = "no address";
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    fd_ = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ >= 0 && connect(fd_, each->ai_addr, each->ai_addrlen) == 0) {
      const int yes = 1;
      setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      fcntl(fd_, F_SETFL, O_NONBLOCK);
      return Unit{};
    }
    last = std::strerror(errno);
    Close();
  }
  return Fail(last);
}

Result<Unit, HttpError> HttpConnection::Send(std::string request) {
  to_send_ = std::move(request);
  sent_ = 0;
  received_.clear();
  if (fd_ < 0) return Connect();
  return Unit{};
}

std::optional<Result<std::string, HttpError>> HttpConnection::Lose(HttpError reason) {
  Close();
  return Fail(std::move(reason));
}

std::optional<Result<std::string, HttpError>> HttpConnection::Advance() {
  while (sent_ < to_send_.size()) {
    const ssize_t count = send(fd_, to_send_.data() + sent_, to_send_.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (count < 0) return Lose(std::strerror(errno));
    sent_ += static_cast<std::size_t>(count);
  }
  char buffer[16384];
  for (;;) {
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (count < 0) return Lose(std::strerror(errno));
    if (count == 0) return Lose("the connection ended before an answer");
    received_.append(buffer, static_cast<std::size_t>(count));
    if (auto answer = TakeAnswer()) return answer;
  }
}

// Our own nodes write "Content-Length" in this spelling and never chunk.
std::optional<Result<std::string, HttpError>> HttpConnection::TakeAnswer() {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::string_view head = std::string_view(received_).substr(0, end + 2);
  const std::size_t at = head.find(kLength);
  if (at == std::string_view::npos) return Lose("an answer without Content-Length");
  std::size_t size = 0;
  const char* digits = head.data() + at + kLength.size();
  if (std::from_chars(digits, head.data() + head.size(), size).ec != std::errc{})
    return Lose("an answer with a bad Content-Length");
  if (received_.size() < end + 4 + size) return std::nullopt;
  if (!head.starts_with("HTTP/1.1 200 ")) return Lose(std::string(head.substr(0, head.find('\r'))));
  const bool ends = head.find("\r\nConnection: close\r\n") != std::string_view::npos;
  std::string body = received_.substr(end + 4, size);
  if (ends) Close();
  return body;
}

}  // namespace passport::bench
