// One record between host and enclave: a fixed 32-byte header and a body (boundary.md 3.3).
#pragma once

#include "edl/base/codec.h"

namespace passport {

inline constexpr std::size_t kRecordBytesMax = 192 * 1024;
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::size_t kFrameBodyBytesMax = kRecordBytesMax - kFrameHeaderBytes;
inline constexpr std::uint8_t kFrameVersionMajor = 1;
inline constexpr std::uint8_t kFrameVersionMinor = 0;

enum class FrameKind : std::uint8_t { kRequest = 1, kResponse = 2, kReady = 4 };

// Requests and responses have a call and a sequence number, neither of them 0; `ready` has
// neither. Only responses have a status and may say that more records of the same answer follow.
struct FrameHeader {
  FrameKind kind = FrameKind::kRequest;
  std::uint16_t call_id = 0;
  std::uint64_t seq = 0;
  std::uint32_t schema =
      0;  // first four bytes of SHA-256 of the surface file: both sides know the same calls
  Status status = Status::kOk;
  bool more_follows = false;
};

// Why a record is not a frame. An enclave that meets any of these wipes itself and exits 65; a host restarts
// it.
enum class FrameError : std::uint8_t {
  kLength = 1,
  kMagic,
  kVersion,
  kKind,
  kFlags,
  kCall,
  kStatus,
  kReserved,
  kSequence,
  kSchema,
  kBody,  // only in responses: the effects do not decode
};

struct Frame {
  FrameHeader header;
  ByteSpan body;  // borrowed from the record
};

// Header and body as one record. The header keeps the rules above and the body fits, or it is a bug.
Bytes EncodeFrame(const FrameHeader& header, ByteSpan body);
// The same for a body that is written where it stays, which saves a copy: StartFrame, the body, FinishFrame.
Writer StartFrame(const FrameHeader& header);
Bytes FinishFrame(Writer frame);

// Accepts exactly what EncodeFrame makes with this schema; an older minor version of the header is also
// accepted.
Result<Frame, FrameError> ParseFrame(ByteSpan record, std::uint32_t schema);

// What the host may learn of a refusal (boundary.md 3.4): codes of the boundary as they are, encodings as
// kBadFormat, cryptography as kCrypto, everything else as kInternal.
Status HostStatus(Status status);

}  // namespace passport
