#include "tools/client/http.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace passport::client {
namespace {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kBodyBytesMax = 8 * 1024 * 1024;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string Reason(int error) { return std::strerror(error); }

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

Result<Socket, HttpError> ConnectTo(const addrinfo& address, Deadline deadline) {
  Socket out(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (out.fd() < 0) return Fail(Reason(errno));
  if (connect(out.fd(), address.ai_addr, address.ai_addrlen) == 0) return out;
  if (errno != EINPROGRESS) return Fail(Reason(errno));
  if (!Await(out.fd(), POLLOUT, deadline)) return Fail(HttpError("no connection in time"));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(out.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Fail(Reason(error));
  return out;
}

Result<Socket, HttpError> Connect(const Url& url, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
  if (error != 0) return Fail(HttpError(gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  HttpError last = "no address";
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Result<Socket, HttpError> connected = ConnectTo(*each, deadline);
    if (connected.ok()) return connected;
    last = connected.error();
  }
  return Fail(last);
}

Result<Unit, HttpError> WriteAll(const Socket& socket, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    const ssize_t count = send(socket.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!Await(socket.fd(), POLLOUT, deadline)) return Fail(HttpError("the request was not taken in time"));
    } else if (errno != EINTR) {
      return Fail(Reason(errno));
    }
  }
  return Unit{};
}

// Appends what is there; false at the end of the connection.
Result<bool, HttpError> ReadSome(const Socket& socket, std::string& to, Deadline deadline) {
  char buffer[16384];
  for (;;) {
    const ssize_t count = recv(socket.fd(), buffer, sizeof buffer, 0);
    if (count > 0) to.append(buffer, static_cast<std::size_t>(count));
    if (count >= 0) return count > 0;
    if (errno == EAGAIN) {
      if (!Await(socket.fd(), POLLIN, deadline)) return Fail(HttpError("no answer in time"));
    } else if (errno != EINTR) {
      return Fail(Reason(errno));
    }
  }
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

struct Head {
  unsigned status = 0;
  std::optional<std::size_t> body_bytes;
};

template <class Number>
bool ParseNumber(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

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
    if (!EqualsIgnoringCase(name, "Content-Length")) continue;
    std::size_t size = 0;
    if (!ParseNumber(value, size) || size > kBodyBytesMax)
      return Fail(HttpError("the answer is longer than this client takes"));
    out.body_bytes = size;
  }
  return out;
}

Result<HttpResponse, HttpError> ReadResponse(const Socket& socket, Deadline deadline) {
  std::string text;
  std::size_t head_end = std::string::npos;
  while (head_end == std::string::npos) {
    PASSPORT_TRY(const bool more, ReadSome(socket, text, deadline));
    head_end = text.find("\r\n\r\n");
    if (head_end == std::string::npos && (!more || text.size() > kHeadBytesMax))
      return Fail(HttpError("the connection ended before an answer"));
  }
  PASSPORT_TRY(const Head head, ParseHead(std::string_view(text).substr(0, head_end)));
  HttpResponse out{head.status, text.substr(head_end + 4)};
  while (!head.body_bytes || out.body.size() < *head.body_bytes) {
    PASSPORT_TRY(const bool more, ReadSome(socket, out.body, deadline));
    if (out.body.size() > kBodyBytesMax)
      return Fail(HttpError("the answer is longer than this client takes"));
    if (more) continue;
    if (head.body_bytes) return Fail(HttpError("the connection ended inside the answer"));
    break;
  }
  if (head.body_bytes) out.body.resize(*head.body_bytes);
  return out;
}

std::string Authority(const Url& url) {
  const bool bracketed = url.host.find(':') != std::string::npos;
  return (bracketed ? "[" + url.host + "]" : url.host) + ":" + url.port;
}

std::string Serialise(const Url& url, const HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + Authority(url) + "\r\n";
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  if (request.method != "GET") out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out.append("Connection: close\r\n\r\n").append(request.body);
}

}  // namespace

std::string Url::Origin() const { return "http://" + Authority(*this); }

Result<Url, HttpError> ParseUrl(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  const HttpError wrong = "not a URL of the form http://host:port: " + std::string(text);
  if (text.starts_with("https://"))
    return Fail(HttpError("https is not spoken here; give the node's own http:// address"));
  if (!text.starts_with(kScheme)) return Fail(wrong);
  text.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  Url out;
  if (slash < text.size()) out.path = text.substr(slash);
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return Fail(wrong);
    out.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
  }
  std::uint16_t port = 80;
  if (authority.starts_with(':')) {
    if (!ParseNumber(authority.substr(1), port) || port == 0) return Fail(wrong);
  } else if (!authority.empty()) {
    return Fail(wrong);
  }
  const bool printable = std::ranges::all_of(out.host + out.path, [](char c) { return c > ' ' && c < 0x7f; });
  if (out.host.empty() || !printable) return Fail(wrong);
  out.port = std::to_string(port);
  return out;
}

HttpRequest ToHttp(const Url& url, const Request& request) {
  HttpRequest out{"POST", url.path, {{"Content-Type", "application/json"}}, request.body};
  const std::pair<const char*, const std::string*> headers[] = {
      {"X-Scope-Id", &request.scope_id},
      {"X-Encrypted-Key", &request.encrypted_key},
      {"X-Encrypted-User", &request.encrypted_user},
      {"X-Encrypted-Key-Signature", &request.encrypted_key_signature}};
  for (const auto& [name, value] : headers) {
    if (!value->empty()) out.headers.emplace_back(name, *value);
  }
  return out;
}

Result<HttpResponse, HttpError> Exchange(const Url& url, const HttpRequest& request,
                                         std::chrono::milliseconds timeout) {
  const Deadline deadline = Clock::now() + timeout;
  const auto about = [&](HttpError reason) { return url.Origin() + ": " + std::move(reason); };
  Result<Socket, HttpError> connected = Connect(url, deadline);
  if (!connected.ok()) return Fail(about(connected.error()));
  const auto written = WriteAll(connected.value(), Serialise(url, request), deadline);
  if (!written.ok()) return Fail(about(written.error()));
  Result<HttpResponse, HttpError> response = ReadResponse(connected.value(), deadline);
  if (!response.ok()) return Fail(about(response.error()));
  return response;
}

}  // namespace passport::client
