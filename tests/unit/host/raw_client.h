// A client of bytes: a blocking TCP socket on loopback, and as much HTTP as tests need to read replies.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace passport::host {

struct RawReply {
  int status = 0;  // 0: the connection ended or went quiet before a whole reply
  std::string head;
  std::string body;
  bool HasHeader(std::string_view line) const {
    return head.find(std::string(line) + "\r\n") != std::string::npos;
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, bool ipv6 = false) {
    fd_ = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    const auto* address =
        ipv6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
    connected_ = connect(fd_, address, ipv6 ? sizeof v6 : sizeof v4) == 0;
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void ShrinkReceiveBuffer() {
    const int size = 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  // False when the other end has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Reads some bytes into the buffer. False at the end of the connection.
  bool Fill() {
    char chunk[4096];
    const ssize_t size = recv(fd_, chunk, sizeof chunk, 0);
    if (size <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(size));
    return true;
  }
  std::string Take(std::size_t size) {
    while (buffer_.size() < size) {
      if (!Fill()) return {};
    }
    const std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
  }
  RawReply Read() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return {};
    }
    RawReply reply;
    reply.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const std::size_t length_at = reply.head.find("Content-Length: ");
    if (length_at != std::string::npos) {
      const auto length = static_cast<std::size_t>(std::atol(reply.head.c_str() + length_at + 16));
      reply.body = Take(length);
      if (reply.body.size() != length) return {};
    }
    reply.status = std::atoi(reply.head.c_str() + 9);
    return reply;
  }
  // Whether the other end closes, after whatever it still sends, before the socket's patience ends.
  bool IsClosed() {
    errno = 0;
    while (Fill()) {
    }
    return errno != EAGAIN && errno != EWOULDBLOCK;
  }

 private:
  int fd_ = -1;
  bool connected_ = false;
  std::string buffer_;
};

inline std::string Post(std::string_view body, std::string_view headers = "", std::string_view path = "/") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: node\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: node\r\n\r\n";
}

}  // namespace passport::host
