// audit_facts: what only the built code can say about itself, for tools/audit. Without arguments it prints
// the system calls that the enclave's filter allows, and the filter's hash. With `claims` it is the host of a
// real enclave (descriptor 3, started by passportd), has it attest and prints what it says.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "edl/generated/node_host.h"
#include "trusted/crypto/hash.h"
#include "trusted/platform/filter.h"
#include "trusted/platform/syscall_table.h"

namespace passport::audit {
namespace {

constexpr int kChannel = 3;
constexpr std::size_t kInstructionBytes = 8;  // struct sock_filter

// One line per row: "call", name, number, rules as argument:mask=value in hexadecimal, reason; between tabs.
int PrintFilter() {
  const Result<platform::Filter> filter = platform::Filter::Build();
  if (!filter.ok()) return 1;
  const Result<Bytes> program = filter.value().Export();
  if (!program.ok()) return 1;
  for (const platform::AllowedCall& call : platform::kAllowedCalls) {
    std::printf("call\t%s\t%d\t", call.name.data(), call.number);
    for (std::size_t i = 0; i < call.argument_count; ++i) {
      const platform::ArgumentRule& rule = call.arguments[i];
      std::printf("%s%u:%llx=%llx", i == 0 ? "" : " ", rule.index, static_cast<unsigned long long>(rule.mask),
                  static_cast<unsigned long long>(rule.value));
    }
    std::printf("\t%s\n", call.reason.data());
  }
  std::printf("filter\t%s\t%zu\n", ToHex(crypto::HashSha256(program.value())).c_str(),
              program.value().size() / kInstructionBytes);
  return 0;
}

// Sends one call and waits for its whole answer. Leaves the process if the enclave goes.
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

// A node's first start, up to its own keys, which is when it has claims.
int PrintClaims() {
  Ask(1, edl::HelloCall{});
  Ask(2, edl::TickCall{.unix_ms = 1'700'000'000'000, .monotonic_ms = 1});
  Ask(3, edl::ProvisionCall{.kind = edl::ProvisionKind::kRecordsEnd});
  const edl::Answer answer = Ask(4, edl::AttestCall{.token = 1});
  for (const edl::Effect& effect : answer.effects) {
    const auto* reply = std::get_if<edl::ReplyEffect>(&effect);
    if (reply == nullptr) continue;
    std::printf("%.*s\n", static_cast<int>(reply->body.size()), AsText(reply->body).data());
    std::fflush(stdout);
    // passportd ends both when it is told to; a host that goes by itself would be started again.
    char byte;
    while (recv(kChannel, &byte, 1, 0) > 0) {
    }
    return 0;
  }
  return 1;
}

}  // namespace
}  // namespace passport::audit

int main(int argc, char** argv) {
  if (argc == 1) return passport::audit::PrintFilter();
  if (argc == 2 && std::string_view(argv[1]) == "claims") return passport::audit::PrintClaims();
  return 2;
}
