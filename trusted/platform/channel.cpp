#include "trusted/platform/channel.h"

#include <sys/socket.h>

#include <cerrno>

#include "trusted/crypto/secret.h"

namespace passport::platform {

Channel::Channel(int descriptor) : descriptor_(descriptor), buffer_(kRecordBytesMax) {}

Result<ByteSpan, ChannelError> Channel::Receive() {
  ssize_t size;
  do {
    size = recv(descriptor_, buffer_.data(), buffer_.size(), MSG_TRUNC);
  } while (size < 0 && errno == EINTR);
  if (size == 0 || (size < 0 && errno == ECONNRESET)) return Fail(ChannelError::kClosed);
  if (size < 0) return Fail(ChannelError::kBroken);
  // With MSG_TRUNC the kernel reports the record's real size, of which only the beginning was copied.
  if (static_cast<std::size_t>(size) > buffer_.size()) return Fail(ChannelError::kTooLong);
  return ByteSpan(buffer_).first(static_cast<std::size_t>(size));
}

Result<Unit, ChannelError> Channel::Send(ByteSpan record) {
  if (record.empty() || record.size() > kRecordBytesMax) return Fail(ChannelError::kTooLong);
  ssize_t size;
  do {
    size = send(descriptor_, record.data(), record.size(), MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EPIPE || errno == ECONNRESET)) return Fail(ChannelError::kClosed);
  if (size < 0 || static_cast<std::size_t>(size) != record.size()) return Fail(ChannelError::kBroken);
  return Unit{};
}

void Channel::Wipe() { crypto::Wipe(buffer_); }

}  // namespace passport::platform
