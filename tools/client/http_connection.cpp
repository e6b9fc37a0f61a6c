#include "tools/client/http_connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace passport::client {
namespace {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kBodyBytesMax = 8 * 1024 * 1024;

// Whether the socket became ready before the deadline.
bool Await(int fd, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wanted{fd, events, 0};
    const int count = poll(&wanted, 1, static_cast<int>(std::min<long>(left, 3'600'000)));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

// Empty when the socket is connected, or else the reason.
HttpError ConnectTo(int fd, const addrinfo& address, Deadline deadline) {
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return std::strerror(errno);
  if (!Await(fd, POLLOUT, deadline)) return "no connection in time";
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? HttpError() : std::strerror(error);
}

// A connected socket that never blocks.
Result<int, HttpError> Connect(const Url& url, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
  if (error != 0) return Fail(HttpError(gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  HttpError last = "no address";
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const int fd = socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    last = fd < 0 ? std::strerror(errno) : ConnectTo(fd, *each, deadline);
    if (last.empty()) {
      const int yes = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    if (fd >= 0) close(fd);
  }
  return Fail(last);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

template <class Number>
bool ParseNumber(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

struct Head {
  unsigned status = 0;
  std::optional<std::size_t> body_bytes;
  bool closes = false;
};

Result<Head, HttpError> ParseHead(std::string_view text) {
  Head out;
  const std::string_view line = text.substr(0, text.find("\r\n"));
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || !ParseNumber(line.substr(9, 3), out.status))
    return Fail(HttpError("the answer is not HTTP/1.1"));
  text.remove_prefix(std::min(line.size() + 2, text.size()));
  while (!text.empty()) {
    const std::string_view header = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(header.size() + 2, text.size()));
    const std::size_t colon = std::min(header.find(':'), header.size());
    const std::string_view name = header.substr(0, colon);
    const std::string_view value = Trim(header.substr(std::min(colon + 1, header.size())));
    if (EqualsIgnoringCase(name, "Transfer-Encoding")) return Fail(HttpError("the answer is chunked"));
    if (EqualsIgnoringCase(name, "Connection")) out.closes = EqualsIgnoringCase(value, "close");
    if (!EqualsIgnoringCase(name, "Content-Length")) continue;
    std::size_t size = 0;
    if (!ParseNumber(value, size) || size > kBodyBytesMax)
      return Fail(HttpError("the answer is longer than this client takes"));
    out.body_bytes = size;
  }
  return out;
}

}  // namespace

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

Result<Unit, HttpError> HttpConnection::Send(std::string request, std::chrono::milliseconds connect_time) {
  to_send_ = std::move(request);
  sent_ = 0;
  received_.clear();
  if (fd_ < 0) {
    PASSPORT_TRY(fd_, Connect(url_, Clock::now() + connect_time));
  }
  return Unit{};
}

std::optional<HttpConnection::Answer> HttpConnection::Lose(HttpError reason) {
  Close();
  return Fail(std::move(reason));
}

std::optional<HttpConnection::Answer> HttpConnection::Advance() {
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
    received_.append(buffer, static_cast<std::size_t>(count));
    if (std::optional<Answer> answer = TakeAnswer(count == 0)) return answer;
  }
}

// The answer, once it is all there; always something when the connection has ended.
std::optional<HttpConnection::Answer> HttpConnection::TakeAnswer(bool at_end) {
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (!at_end && received_.size() <= kHeadBytesMax) return std::nullopt;
    return Lose("the connection ended before an answer");
  }
  const Result<Head, HttpError> head = ParseHead(std::string_view(received_).substr(0, end));
  if (!head.ok()) return Lose(head.error());
  const std::size_t there = received_.size() - end - 4;
  if (there > kBodyBytesMax) return Lose("the answer is longer than this client takes");
  const std::size_t wanted = head.value().body_bytes.value_or(at_end ? there : there + 1);
  if (there < wanted) {
    if (at_end) return Lose("the connection ended inside the answer");
    return std::nullopt;
  }
  if (at_end || head.value().closes) Close();
  return HttpResponse{head.value().status, received_.substr(end + 4, wanted)};
}

HttpConnection::Answer Exchange(const Url& url, const HttpRequest& request,
                                std::chrono::milliseconds timeout) {
  const Deadline deadline = Clock::now() + timeout;
  const auto about = [&](const HttpError& reason) { return Fail(url.Origin() + ": " + reason); };
  HttpRequest once = request;
  once.headers.emplace_back("Connection", "close");
  HttpConnection connection(url);
  const Result<Unit, HttpError> sent = connection.Send(Serialise(url, once), timeout);
  if (!sent.ok()) return about(sent.error());
  for (;;) {
    if (const std::optional<HttpConnection::Answer> answer = connection.Advance()) {
      if (!answer->ok()) return about(answer->error());
      return answer->value();
    }
    if (!Await(connection.fd(), connection.wanted_events(), deadline)) return about("no answer in time");
  }
}

}  // namespace passport::client
