// The platform link: what the running enclave asks of passportd, and the answers that come back through the
// host.
#pragma once

#include "edl/base/bytes.h"
#include "trusted/crypto/secret.h"

namespace passport::platform_link {

// The enclave sends a request on descriptor 4; passportd has it done by a helper and hands the answer to the
// host, which passes it on unread as provision(PLATFORM). The MAC, under a key that passportd makes for each
// start of the enclave and the host never sees, is why it can drop, delay and reorder answers but not make
// one.
enum class Kind : std::uint8_t {
  kQuote = 1,         // body: report_data[64]; answer: Evidence
  kVerify = 2,        // body: Evidence; answer: Findings
  kCounterRaise = 3,  // body: LE64 target; answer: LE64 value reached, at least the target
};

enum class Outcome : std::uint8_t {
  kOk = 0,
  kRefused = 1,  // body: why, ending with what to do about it (ASCII)
  kBusy = 2,     // too many requests wait; ask again later
};

inline constexpr std::size_t kLinkBytesMax = 65'536;  // of either record, whole
inline constexpr std::size_t kAnswerOverheadBytes = 1 + 1 + 8 + 1 + 4 + 32;
inline constexpr std::size_t kAnswerBodyMax = kLinkBytesMax - kAnswerOverheadBytes;
inline constexpr std::size_t kRequestBodyMax = kLinkBytesMax - (1 + 1 + 8);

// u8 version, u8 kind, LE64 id, body.
struct Request {
  Kind kind = Kind::kQuote;
  std::uint64_t id = 0;  // the enclave's own, to find what an answer belongs to
  Bytes body;
  bool operator==(const Request&) const = default;

  Bytes Encode() const;                          // body: at most kRequestBodyMax
  static Result<Request> Parse(ByteSpan input);  // kMalformed
};

// u8 version, u8 kind, LE64 id, u8 outcome, LE32 length, body, HMAC-SHA256(key, all before).
struct Answer {
  Kind kind = Kind::kQuote;
  std::uint64_t id = 0;
  Outcome outcome = Outcome::kOk;
  Bytes body;
  bool operator==(const Answer&) const = default;

  Bytes Seal(const crypto::SecretKey32& key) const;  // body: at most kAnswerBodyMax
  // kMalformed unless passportd made exactly these bytes under this key; the MAC comes first, in constant
  // time.
  static Result<Answer> Open(const crypto::SecretKey32& key, ByteSpan input);
};

}  // namespace passport::platform_link
