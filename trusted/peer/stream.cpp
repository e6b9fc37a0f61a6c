#include "trusted/peer/stream.h"

#include "edl/base/codec.h"

namespace passport::peer {

Bytes MessageStream::Seal(ByteSpan message) {
  PASSPORT_CHECK(message.size() <= kMessageBytesMax);
  Writer frame;
  frame.U8(static_cast<std::uint8_t>(FrameType::kTransport)).U64(cipher_.next_nonce());
  frame.Raw(cipher_.Encrypt(Associated(message.size()), message));
  Advance(message.size());
  return frame.Take();
}

Result<crypto::SecretBytes> MessageStream::Open(ByteSpan frame) {
  if (frame.size() > kFrameBytesMax) return Fail(Status::kTooLong);
  if (frame.size() < kFrameOverheadBytes) return Fail(Status::kMalformed);
  Reader reader(frame);
  if (reader.U8() != static_cast<std::uint8_t>(FrameType::kTransport)) return Fail(Status::kMalformed);
  if (reader.U64() != cipher_.next_nonce()) return Fail(Status::kPeerReplay);
  const std::size_t message_bytes = frame.size() - kFrameOverheadBytes;
  PASSPORT_TRY(crypto::SecretBytes message,
               cipher_.Decrypt(Associated(message_bytes), reader.Raw(reader.remaining())));
  Advance(message_bytes);
  return message;
}

Bytes MessageStream::Associated(std::size_t message_bytes) const {
  return Writer().U8(direction_).U32(static_cast<std::uint32_t>(message_bytes)).Take();
}

void MessageStream::Advance(std::size_t message_bytes) {
  ++messages_;
  bytes_ += message_bytes;
  if (messages_ < kRekeyMessages && bytes_ < kRekeyBytes) return;
  cipher_.Rekey();
  messages_ = 0;
  bytes_ = 0;
}

}  // namespace passport::peer
