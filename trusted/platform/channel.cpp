#include "trusted/platform/channel.h"

#include <cerrno>

#include "trusted/crypto/secret.h"

namespace passport::platform {
namespace {

// How often the kernel may have no memory for a record, one time after the other, before the channel is given
// up. Each failed try is a system call that itself waited for memory.
constexpr int kTriesMax = 1000;

// Nothing has been taken or sent: the same call may be made again.
bool MayPass(ssize_t result) { return result == -EAGAIN || result == -ENOBUFS || result == -ENOMEM; }

// Makes the call until it gives something else than a failure that may pass. EINTR is none of the kernel's
// shortages and does not count.
template <class Call>
ssize_t Persist(Call call) {
  for (int tries = 0;;) {
    const ssize_t result = call();
    if (result == -EINTR) continue;
    if (!MayPass(result) || ++tries >= kTriesMax) return result;
  }
}

}  // namespace

Channel::Channel(int descriptor, const Kernel& kernel)
    : descriptor_(descriptor), kernel_(kernel), buffer_(kRecordBytesMax) {}

Result<ByteSpan, ChannelError> Channel::Receive() {
  const ssize_t size = Persist([&] { return kernel_.Receive(descriptor_, buffer_.data(), buffer_.size()); });
  if (size == 0 || size == -ECONNRESET) return Fail(ChannelError::kClosed);
  if (size < 0) return Fail(ChannelError::kBroken);
  // With MSG_TRUNC the kernel reports the record's real size, of which only the beginning was copied.
  if (static_cast<std::size_t>(size) > buffer_.size()) return Fail(ChannelError::kTooLong);
  return ByteSpan(buffer_).first(static_cast<std::size_t>(size));
}

Result<Unit, ChannelError> Channel::Send(ByteSpan record) {
  if (record.empty() || record.size() > kRecordBytesMax) return Fail(ChannelError::kTooLong);
  const ssize_t size = Persist([&] { return kernel_.Send(descriptor_, record.data(), record.size()); });
  if (size == -EPIPE || size == -ECONNRESET) return Fail(ChannelError::kClosed);
  // A record goes whole or not at all. A part of one that went is not followed by the rest, which would be a
  // record of its own.
  if (size < 0 || static_cast<std::size_t>(size) != record.size()) return Fail(ChannelError::kBroken);
  return Unit{};
}

void Channel::Wipe() { crypto::Wipe(buffer_); }

}  // namespace passport::platform
