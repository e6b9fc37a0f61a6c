// Asio's TCP with the options that peers' connections get, and reading one frame.
#include "untrusted/mesh/socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/read.hpp>

#include "edl/base/codec.h"

namespace passport::host::mesh {

void SetPeerOptions(tcp::socket& socket) {
  const auto set = [&socket](int level, int name, int value) {
    setsockopt(socket.native_handle(), level, name, &value, sizeof value);  // failing costs comfort only
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 20000);
}

awaitable<Bytes> ReadFrame(tcp::socket& socket, std::size_t bytes_max, std::string& problem) {
  net::ErrorCode error;
  ByteArray<4> prefix{};
  co_await net::asio::async_read(socket, net::asio::buffer(prefix), net::Into(error));
  const std::size_t size = Reader(prefix).U32();
  if (!error && (size == 0 || size > bytes_max)) {
    problem = kGarbage;
    co_return Bytes{};
  }
  Bytes frame;
  if (!error) {
    frame.resize(size);
    co_await net::asio::async_read(socket, net::asio::buffer(frame), net::Into(error));
  }
  if (error) {
    problem = error.message();
    frame.clear();
  }
  co_return frame;
}

}  // namespace passport::host::mesh
