// MessageStream: one direction of a session, as frames that open once and in order.
#pragma once

#include "trusted/peer/noise.h"

namespace passport::peer {

// The first byte of every frame on a peer link.
enum class FrameType : std::uint8_t { kAnnounce = 0, kHandshake1 = 1, kHandshake2 = 2, kTransport = 3 };

inline constexpr std::size_t kFrameBytesMax = 160 * 1024;       // `frame` of peer_frame and send in edl/
inline constexpr std::size_t kFrameOverheadBytes = 1 + 8 + 16;  // type, counter, tag
inline constexpr std::size_t kMessageBytesMax = kFrameBytesMax - kFrameOverheadBytes;
inline constexpr std::uint64_t kRekeyMessages = 1024;  // per direction; this or kRekeyBytes, what comes first
inline constexpr std::uint64_t kRekeyBytes = 64u << 20;

// Both ends rekey after the same message, so neither has to say so. Frames may be larger than the 65535 bytes
// of Noise (section 3), whose limit is for its own length prefix and not for the cipher.
class MessageStream {
 public:
  // direction goes into the associated data, so that a frame is never taken for one of the other direction.
  MessageStream(CipherState cipher, std::uint8_t direction)
      : cipher_(std::move(cipher)), direction_(direction) {}

  // A transport frame: type, u64 counter, ciphertext, tag. The message has at most kMessageBytesMax bytes.
  Bytes Seal(ByteSpan message);
  // kMalformed if it is no transport frame, kTooLong, kPeerReplay for a counter that is not the next one,
  // kDecrypt if it does not verify.
  Result<crypto::SecretBytes> Open(ByteSpan frame);

 private:
  Bytes Associated(std::size_t message_bytes) const;
  void Advance(std::size_t message_bytes);

  CipherState cipher_;
  std::uint8_t direction_;
  std::uint64_t messages_ = 0;  // since the last rekey
  std::uint64_t bytes_ = 0;     // since the last rekey
};

}  // namespace passport::peer
