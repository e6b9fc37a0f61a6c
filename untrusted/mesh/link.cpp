// One connection to one peer: frames in, frames out, both bounded.
#include "untrusted/mesh/link.h"

#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

#include "edl/base/codec.h"

namespace passport::host::mesh {
namespace {

// Timers that never fire serve as condition variables: cancelling wakes whoever waits.
constexpr auto kNever = net::asio::steady_timer::time_point::max();
constexpr std::size_t kFramesPerWrite = 32;

}  // namespace

Link::Link(tcp::socket socket, LinkLimits limits)
    : socket_(std::move(socket)),
      limits_(limits),
      can_read_(socket_.get_executor(), kNever),
      can_write_(socket_.get_executor(), kNever),
      was_closed_(socket_.get_executor(), kNever) {}

void Link::Start(OnFrame on_frame, OnClosed on_closed) {
  on_frame_ = std::move(on_frame);
  on_closed_ = std::move(on_closed);
  const auto executor = socket_.get_executor();
  net::asio::co_spawn(
      executor, [self = shared_from_this()] { return self->ReadLoop(); }, net::asio::detached);
  net::asio::co_spawn(
      executor, [self = shared_from_this()] { return self->WriteLoop(); }, net::asio::detached);
}

void Link::Send(Bytes frame) {
  if (closed_) return;
  queue_bytes_ += frame.size();
  if (queue_bytes_ > limits_.queue_bytes_max) return Close("the peer reads too slowly");
  ++frames_sent_;
  queue_.push_back(Writer().Var(frame).Take());
  can_write_.cancel();
}

void Link::Close(const std::string& reason) {
  if (std::exchange(closed_, true)) return;
  net::ErrorCode ignored;
  socket_.close(ignored);
  can_read_.cancel();
  can_write_.cancel();
  was_closed_.cancel();
  on_frame_ = nullptr;
  if (const OnClosed on_closed = std::exchange(on_closed_, nullptr)) on_closed(reason);
}

awaitable<void> Link::WaitUntilClosed() {
  net::ErrorCode ignored;
  while (!closed_) co_await was_closed_.async_wait(net::Into(ignored));
}

awaitable<void> Link::ReadLoop() {
  net::ErrorCode ignored;
  while (!closed_) {
    if (frames_open_ >= limits_.frames_open_max || bytes_open_ >= limits_.bytes_open_max) {
      co_await can_read_.async_wait(net::Into(ignored));
      continue;
    }
    std::string problem;
    Bytes frame = co_await ReadFrame(socket_, kFrameBytesMax, problem);
    if (frame.empty()) co_return Close(problem);
    if (closed_) co_return;
    ++frames_received_;
    ++frames_open_;
    bytes_open_ += frame.size();
    const OnFrame on_frame = on_frame_;  // it may close this link, which forgets its own copy
    const std::size_t size = frame.size();
    on_frame(std::move(frame), [self = shared_from_this(), size] {
      --self->frames_open_;
      self->bytes_open_ -= size;
      self->can_read_.cancel();
    });
  }
}

awaitable<void> Link::WriteLoop() {
  net::ErrorCode error;
  while (!closed_) {
    if (queue_.empty()) {
      co_await can_write_.async_wait(net::Into(error));
      continue;
    }
    std::vector<Bytes> writing;
    std::vector<net::asio::const_buffer> buffers;
    while (!queue_.empty() && writing.size() < kFramesPerWrite) {
      writing.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    for (const Bytes& frame : writing) buffers.push_back(net::asio::buffer(frame));
    const std::size_t size =
        co_await net::asio::async_write(socket_, buffers, net::Into(error)) - 4 * writing.size();
    if (error) co_return Close(error.message());
    queue_bytes_ -= size;
  }
}

}  // namespace passport::host::mesh
