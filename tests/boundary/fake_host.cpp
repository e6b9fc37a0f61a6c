// A host small enough to read: does what its first argument says on descriptor 3, tells the test on standard
// output.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "edl/generated/node_host.h"

namespace passport {
namespace {

constexpr int kChannel = 3;

void Tell(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(1);
}

// Until the enclave is gone, or passportd's SIGTERM ends this process.
void AwaitClose() {
  char byte;
  while (recv(kChannel, &byte, 1, 0) > 0) {
  }
  Tell("closed");
}

int SayHello() {
  const Result<Bytes> call = edl::EncodeCall(1, edl::HelloCall{});
  if (!call.ok() || send(kChannel, call.value().data(), call.value().size(), 0) < 0) return 1;
  edl::AnswerReader reader(1, edl::Call::kHello);
  for (;;) {
    Bytes record(kRecordBytesMax);
    const ssize_t size = recv(kChannel, record.data(), record.size(), 0);
    if (size <= 0) return 1;
    const Result<bool, FrameError> last = reader.Take(ByteSpan(record).first(static_cast<std::size_t>(size)));
    if (!last.ok()) return 1;
    if (last.value()) break;
  }
  const edl::Answer answer = std::move(reader).Finish();
  const bool described =
      !answer.effects.empty() && std::holds_alternative<edl::DescribedEffect>(answer.effects[0]);
  Tell(described ? "hello answered" : "hello not answered");
  AwaitClose();
  return 0;
}

int SendBytes(const Bytes& bytes) {
  if (send(kChannel, bytes.data(), bytes.size(), 0) < 0) Tell("send failed");
  AwaitClose();
  return 0;
}

int ListDescriptors() {
  std::string open_ones = "descriptors";
  for (int fd = 0; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open_ones += " " + std::to_string(fd);
  }
  Tell(open_ones);
  return SayHello();
}

int Main(std::string_view mode) {
  if (mode == "hello") return SayHello();
  if (mode == "descriptors") return ListDescriptors();
  if (mode == "garbage") return SendBytes(Bytes(40, 0xee));
  if (mode == "short") return SendBytes(Bytes(1, 'T'));
  if (mode == "oversize") return SendBytes(Bytes(kRecordBytesMax + 1, 'T'));
  if (mode == "misconfigured") return 2;
  return 1;
}

}  // namespace
}  // namespace passport

int main(int argc, char** argv) { return argc == 2 ? passport::Main(argv[1]) : 1; }
