#include "untrusted/enclave/platform_answers.h"

#include <sys/socket.h>

#include <cerrno>

#include "untrusted/net/asio.h"
// After the header above, which repairs Asio.
#include <boost/asio/posix/stream_descriptor.hpp>

namespace passport::host::enclave {

using Descriptor = boost::asio::posix::stream_descriptor;

// Alive as long as a handler of its descriptor may run; `owner` is empty once its owner is gone.
class PlatformAnswers::Socket {
 public:
  Socket(boost::asio::io_context& io, int fd, PlatformAnswers* reader) : descriptor(io, fd), owner(reader) {}
  Descriptor descriptor;
  PlatformAnswers* owner;
};

PlatformAnswers::PlatformAnswers(boost::asio::io_context& io, int fd, Take take, metrics::Registry& metrics)
    : take_(std::move(take)),
      taken_(metrics.CounterOf("passport_platform_answers_total", "Answers of passportd to the enclave.")),
      dropped_(metrics.CounterOf("passport_platform_answers_dropped_total",
                                 "Those that the enclave's queue had no room for.")),
      buffer_(kPlatformAnswerBytesMax),
      socket_(std::make_shared<Socket>(io, fd, this)) {
  ReadWhenReady();
}

PlatformAnswers::~PlatformAnswers() {
  socket_->owner = nullptr;
  net::ErrorCode ignored;
  socket_->descriptor.close(ignored);
}

void PlatformAnswers::ReadWhenReady() {
  socket_->descriptor.async_wait(Descriptor::wait_read, [socket = socket_](const net::ErrorCode& error) {
    if (!error && socket->owner != nullptr) socket->owner->ReadAll();
  });
}

void PlatformAnswers::ReadAll() {
  for (;;) {
    const ssize_t size =
        recv(socket_->descriptor.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return ReadWhenReady();
    if (size <= 0) return;
    const auto bytes = static_cast<std::size_t>(size);
    const bool whole = bytes <= buffer_.size();
    (whole && take_(ByteSpan(buffer_).first(bytes)) ? taken_ : dropped_).Add();
  }
}

}  // namespace passport::host::enclave
