// PlatformRun: the real passport-platform at one end of a socket pair.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "trusted/platform_link/helper.h"

namespace passport::tpm_test {

struct Reply {
  std::uint8_t op = 0;
  bool ok = false;
  Bytes body;
  std::string text() const { return std::string(AsText(body)); }
};

class PlatformRun {
 public:
  // Without swtpm's name it has no TPM. As root it runs under a uid of its own.
  explicit PlatformRun(const std::string& tpm = "", const std::vector<std::string>& more = {});
  ~PlatformRun();  // closes the channel, at which it ends
  PlatformRun(const PlatformRun&) = delete;
  PlatformRun& operator=(const PlatformRun&) = delete;

  Reply Call(platform_link::Op op, ByteSpan body = {});
  // A whole record, and what comes back for it.
  Reply CallRaw(ByteSpan record);
  void Send(ByteSpan record);
  Reply Receive();
  bool AnswerWaits() const;

  // The usual beginning; with a blob, whose TPM it must be.
  Reply Start(const Hash32& measurement, std::uint8_t flags = 0, ByteSpan blob = {});

  pid_t pid() const { return pid_; }
  // Closes the channel and waits: the exit code, or minus the signal's number.
  int End();

 private:
  [[noreturn]] void Become(const std::string& tpm, const std::vector<std::string>& more, int channel);

  int channel_ = -1;
  pid_t pid_ = -1;
};

inline constexpr uid_t kPlatformUid = 61'003;

}  // namespace passport::tpm_test
