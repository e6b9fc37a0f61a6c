// What passportd and its helper programs say to each other: one request, one answer, over descriptor 3 of the
// helper.
#pragma once

#include <string>
#include <vector>

#include "edl/base/bytes.h"

namespace passport::platform_link {

enum class Op : std::uint8_t {
  // passport-platform:
  // measurement[32], u8 flags (kStartDevelopment), and the sealed blob, if there is one, whose TPM it must
  // be;
  // answer: probes
  kStart = 1,
  kUnseal = 2,        // sealed blob; answer: 32 bytes
  kSeal = 3,          // 32 bytes of a new key, or a key and a measurement[32]; answer: sealed blob
  kQuote = 4,         // report_data[64]; answer: Evidence
  kCounterRead = 5,   // nothing; answer: LE64 value
  kCounterRaise = 6,  // LE64 target; answer: LE64 value reached, at least the target
  // passport-verifier:
  kVerify = 7,  // Evidence; answer: Findings
};

inline constexpr std::size_t kHelperBytesMax = 65'536;  // of either record, whole
inline constexpr int kHelperChannel = 3;
inline constexpr std::uint8_t kStartDevelopment = 1;  // passportd runs with --dev

struct HelperRequest {
  Op op = Op::kStart;
  ByteSpan body;  // borrowed

  Bytes Encode() const;
  static Result<HelperRequest> Parse(ByteSpan input);  // kMalformed; body borrows from input
};

struct HelperAnswer {
  Op op = Op::kStart;
  bool ok = true;
  ByteSpan body;  // borrowed; with !ok why, ending with what to do about it (ASCII)

  Bytes Encode() const;
  static Result<HelperAnswer> Parse(ByteSpan input);  // kMalformed; body borrows from input
};

// A provider of evidence, sealing or counters as passport-platform found it at start.
struct Probe {
  std::uint8_t provider = 0;  // attest::Provider
  bool available = false;
  std::string text;  // what it is, or why not: printable ASCII without quotes and backslashes
  bool operator==(const Probe&) const = default;
};
inline constexpr std::size_t kProbesMax = 8;
inline constexpr std::size_t kProbeTextMax = 120;

// u8 count, then for each u8 provider, u8 available, u8 length, text.
Bytes EncodeProbes(const std::vector<Probe>& probes);
Result<std::vector<Probe>> ParseProbes(ByteSpan input);  // kMalformed

}  // namespace passport::platform_link
