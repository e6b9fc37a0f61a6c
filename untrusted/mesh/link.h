// One connection to one peer: frames in, frames out, both bounded.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "untrusted/mesh/socket.h"

namespace passport::host::mesh {

struct LinkLimits {
  std::size_t queue_bytes_max = 8 << 20;  // waiting to be sent; beyond it the link is cut
  unsigned frames_open_max = 32;          // given to the enclave and not taken yet; then reading pauses
  std::size_t bytes_open_max = 1 << 20;   // the same in bytes
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  // `taken` is to be called once the frame has been dealt with.
  using OnFrame = std::function<void(Bytes frame, std::function<void()> taken)>;
  using OnClosed = std::function<void(const std::string& reason)>;

  Link(tcp::socket socket, LinkLimits limits);

  // Begins to read and write. `on_closed` is called exactly once, inside Close or from the loop.
  void Start(OnFrame on_frame, OnClosed on_closed);
  // Queues one frame. A link that is closed drops it.
  void Send(Bytes frame);
  void Close(const std::string& reason);
  // Returns when the link is closed.
  awaitable<void> WaitUntilClosed();

  std::uint64_t frames_received() const { return frames_received_; }
  std::uint64_t frames_sent() const { return frames_sent_; }

 private:
  awaitable<void> ReadLoop();
  awaitable<void> WriteLoop();

  tcp::socket socket_;
  LinkLimits limits_;
  OnFrame on_frame_;
  OnClosed on_closed_;
  std::deque<Bytes> queue_;  // each with its size in front
  std::size_t queue_bytes_ = 0;
  unsigned frames_open_ = 0;
  std::size_t bytes_open_ = 0;
  std::uint64_t frames_received_ = 0;
  std::uint64_t frames_sent_ = 0;
  bool closed_ = false;
  net::asio::steady_timer can_read_;
  net::asio::steady_timer can_write_;
  net::asio::steady_timer was_closed_;
};

}  // namespace passport::host::mesh
