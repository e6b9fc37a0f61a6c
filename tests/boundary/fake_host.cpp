// A host small enough to read: does what its first argument says on descriptor 3, tells the test on standard
// output.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edl/generated/node_host.h"

namespace passport {
namespace {

constexpr int kChannel = 3;
constexpr int kAnswers = 4;  // of passportd, for the enclave
constexpr int kAgainMs = 50;

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

// Sends one call and waits for its whole answer. Leaves the process if the enclave goes or breaks the
// framing.
template <class Body>
edl::Answer Ask(std::uint64_t seq, const Body& body) {
  const Result<Bytes> call = edl::EncodeCall(seq, body);
  if (!call.ok() || send(kChannel, call.value().data(), call.value().size(), 0) < 0) _exit(1);
  edl::AnswerReader reader(seq, Body::kCall);
  for (;;) {
    Bytes record(kRecordBytesMax);
    const ssize_t size = recv(kChannel, record.data(), record.size(), 0);
    if (size <= 0) _exit(1);
    const Result<bool, FrameError> last = reader.Take(ByteSpan(record).first(static_cast<std::size_t>(size)));
    if (!last.ok()) _exit(1);
    if (last.value()) return std::move(reader).Finish();
  }
}

template <class Effect>
const Effect* Find(const edl::Answer& answer) {
  for (const edl::Effect& effect : answer.effects) {
    if (const Effect* found = std::get_if<Effect>(&effect)) return found;
  }
  return nullptr;
}

int SayHello() {
  const edl::Answer answer = Ask(1, edl::HelloCall{});
  Tell(Find<edl::DescribedEffect>(answer) != nullptr ? "hello answered" : "hello not answered");
  AwaitClose();
  return 0;
}

// A node's first start up to its keys, then its claims.
int Provision() {
  Ask(1, edl::HelloCall{});
  Ask(2, edl::TickCall{.unix_ms = 1'700'000'000'000, .monotonic_ms = 1});
  const edl::Answer loaded = Ask(3, edl::ProvisionCall{.kind = edl::ProvisionKind::kRecordsEnd});
  const auto* verdict = Find<edl::VerdictEffect>(loaded);
  const bool sealed = Find<edl::PutEffect>(loaded) != nullptr;
  Tell(verdict != nullptr && verdict->status == 0 && sealed ? "keys sealed" : "keys not sealed");
  const edl::Answer claims = Ask(4, edl::AttestCall{.token = 1});
  const auto* reply = Find<edl::ReplyEffect>(claims);
  Tell("claims " + std::string(reply == nullptr ? "missing" : AsText(reply->body)));
  AwaitClose();
  return 0;
}

std::string Receive(int channel) {
  Bytes record(kRecordBytesMax);
  const ssize_t size = recv(channel, record.data(), record.size(), 0);
  if (size <= 0) _exit(1);
  return std::string(AsText(ByteSpan(record).first(static_cast<std::size_t>(size))));
}

void SendRequest(std::string_view word) {
  Bytes record = ToBytes(word);
  record[0] = static_cast<std::uint8_t>(record[0] - '0');
  if (send(kChannel, record.data(), record.size(), 0) < 0) _exit(1);
  if (record[0] == 0) Tell(Receive(kChannel));
}

// The next answer as the enclave opened it, which says so for a changed one too.
std::string TellAnswer() {
  Bytes answer = ToBytes(std::string(1, '\xff') + Receive(kAnswers));
  std::string told;
  for (const bool changed : {false, true}) {
    if (changed) answer[answer.size() / 2] ^= 1;
    if (send(kChannel, answer.data(), answer.size(), 0) < 0) _exit(1);
    const std::string opened = Receive(kChannel);
    Tell((changed ? "changed " : "") + opened);
    if (!changed) told = opened;
  }
  return told;
}

// Each argument is a request for fake_enclave: first the kind's digit, then the body. All are made at once.
// If one is told to ask again, because its helper rests, all but those that ended a helper are made anew when
// all are answered.
int UseLink(std::span<char* const> arguments) {
  std::vector<std::string_view> requests(arguments.begin(), arguments.end());
  for (bool again = true; again;) {
    for (const std::string_view word : requests) SendRequest(word);
    again = false;
    for (const std::string_view word : requests) {
      if (word[0] != '0') again |= TellAnswer().ends_with("ask again in a second");
    }
    std::erase_if(requests, [](std::string_view word) { return word.substr(1).starts_with("end"); });
    if (again) poll(nullptr, 0, kAgainMs);
    if (again) Tell("asks again");
  }
  Tell("no more");
  AwaitClose();
  return 0;
}

int SendBytes(const Bytes& bytes) {
  if (send(kChannel, bytes.data(), bytes.size(), 0) < 0) Tell("send failed");
  AwaitClose();
  return 0;
}

// A host that has closed its channel, which the enclave takes for its end.
int CloseAndLive() {
  close(kChannel);
  for (;;) pause();
}

// A host whose end cannot be seen before the enclave's, as when it is killed.
int EndAfterTheEnclave() {
  shutdown(kChannel, SHUT_WR);
  AwaitClose();
  return 2;
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
  if (mode == "provision") return Provision();
  if (mode == "descriptors") return ListDescriptors();
  if (mode == "garbage") return SendBytes(Bytes(40, 0xee));
  if (mode == "short") return SendBytes(Bytes(1, 'T'));
  if (mode == "oversize") return SendBytes(Bytes(kRecordBytesMax + 1, 'T'));
  if (mode == "misconfigured") return 2;
  if (mode == "misconfigured-late") return EndAfterTheEnclave();
  if (mode == "deaf") return CloseAndLive();
  return 1;
}

}  // namespace
}  // namespace passport

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (argc > 2 && std::string_view(argv[1]) == "link") return passport::UseLink(arguments.subspan(2));
  return argc == 2 ? passport::Main(argv[1]) : 1;
}
