// A helper with a toy of a TPM: sealing turns every bit over. Passes for passport-platform.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "edl/base/codec.h"
#include "trusted/platform_link/helper.h"

namespace passport::boundary {
namespace {

using platform_link::HelperAnswer;
using platform_link::HelperRequest;
using platform_link::Op;
using platform_link::Probe;

constexpr std::uint64_t kCounter = 41;

void Tell(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) _exit(1);
}

Bytes Number(std::uint64_t value) {
  Writer out;
  out.U64(value);
  return out.Take();
}

Bytes TurnOver(ByteSpan bytes) {
  Bytes out = ToBytes(bytes);
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(~byte);
  return out;
}

// A body that begins with "refuse" is refused; "end" ends the process without an answer, "end and hang" makes
// the next one, too, silent from its start on.
HelperAnswer Do(const std::string& program, const HelperRequest& request, Bytes& body) {
  const std::string_view text = AsText(request.body);
  const std::string hangs = program + ".hangs";
  if (text == "end and hang") std::ofstream(hangs).put(' ');
  if (text.starts_with("end")) _exit(7);
  switch (request.op) {
    case Op::kStart:
      while (std::filesystem::exists(hangs)) pause();
      Tell("starts with " + std::to_string(request.body.size() - 33) + " bytes of a blob");
      body = platform_link::EncodeProbes({Probe{1, true, "fake"}});
      break;
    case Op::kUnseal:
    case Op::kSeal:
      body = TurnOver(request.body);
      break;
    case Op::kCounterRead:
      body = Number(kCounter);
      break;
    case Op::kQuote:
      body = ToBytes("quote of " + std::string(text));
      break;
    case Op::kCounterRaise:
    case Op::kVerify:
      body = ToBytes(request.body);
      break;
  }
  return {request.op, !text.starts_with("refuse"), body};
}

int Main(int argc, char** argv) {
  std::string line = "fake platform: uid " + std::to_string(getuid()) + " arguments";
  for (int i = 1; i < argc; ++i) line += " " + std::string(argv[i]);
  line += " descriptors";
  for (int fd = 0; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) line += " " + std::to_string(fd);
  }
  Tell(line + " environment " + (environ[0] == nullptr ? "none" : environ[0]));
  for (;;) {
    Bytes record(platform_link::kHelperBytesMax);
    const ssize_t size = recv(platform_link::kHelperChannel, record.data(), record.size(), 0);
    if (size <= 0) return 0;
    record.resize(static_cast<std::size_t>(size));
    const Result<HelperRequest> request = HelperRequest::Parse(record);
    if (!request.ok()) return 1;
    Bytes body;
    const Bytes answer = Do(argv[0], request.value(), body).Encode();
    if (send(platform_link::kHelperChannel, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return 1;
  }
}

}  // namespace
}  // namespace passport::boundary

int main(int argc, char** argv) { return passport::boundary::Main(argc, argv); }
