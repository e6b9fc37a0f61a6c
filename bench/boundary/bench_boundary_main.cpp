// One EDL round trip to a real enclave under its filter, against a raw one to a child that only echoes.
// passportd starts this program as its host (tools/bench boundary): the enclave is descriptor 3 and runs on
// core 0.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "bench/boundary/echo_child.h"
#include "edl/generated/node_host.h"

namespace passport::bench {
namespace {

constexpr int kChannel = 3;
constexpr int kEnclaveCore = 0;
constexpr int kOtherCore = 1;
constexpr int kBlocks = 60;
constexpr int kCallsPerBlock = 400;
constexpr int kWarmUpCalls = 40;  // of each block: the caches after the other kind's block

using Clock = std::chrono::steady_clock;

// Waits for a record up to `spin` without blocking, then blocks. Ends the process if the other end is gone.
class Receiver {
 public:
  explicit Receiver(Clock::duration spin) : spin_(spin) {}
  ByteSpan From(int fd) {
    ssize_t size = -1;
    if (spin_ > Clock::duration::zero()) {
      const Clock::time_point until = Clock::now() + spin_;
      do {
        size = recv(fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      } while (size < 0 && Clock::now() < until);
    }
    if (size < 0) size = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (size <= 0) _exit(1);
    return ByteSpan(buffer_).first(static_cast<std::size_t>(size));
  }

 private:
  Clock::duration spin_;
  Bytes buffer_ = Bytes(kRecordBytesMax);
};

void Send(int fd, ByteSpan record) {
  if (send(fd, record.data(), record.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(record.size())) _exit(1);
}

// A call whose body is decoded and then refused at its first byte: a manifest of version 0.
class EnclaveCaller {
 public:
  explicit EnclaveCaller(std::size_t data_bytes) : data_(data_bytes) {}

  // Encodes, sends, receives and decodes; the record's size is kept.
  void RoundTrip(Receiver& receiver) {
    edl::ProvisionCall call;
    call.kind = edl::ProvisionKind::kManifest;
    call.data = data_;
    const Bytes record = edl::EncodeCall(++seq_, call).value();
    Send(kChannel, record);
    edl::AnswerReader reader(seq_, edl::ProvisionCall::kCall);
    const ByteSpan answer = receiver.From(kChannel);
    if (!reader.Take(answer).ok() || std::move(reader).Finish().status != Status::kOk) _exit(1);
    request_bytes_ = record.size();
    answer_bytes_ = answer.size();
  }
  std::size_t request_bytes() const { return request_bytes_; }
  std::size_t answer_bytes() const { return answer_bytes_; }

 private:
  static inline std::uint64_t seq_ = 0;  // of the channel
  Bytes data_;
  std::size_t request_bytes_ = 0;
  std::size_t answer_bytes_ = 0;
};

// Times of one kind of round trip. What is reported is the block that was disturbed least: other programs run
// here, too.
class Times {
 public:
  void Block(const std::function<void()>& round_trip) {
    std::vector<double> us;
    for (int i = 0; i < kWarmUpCalls; ++i) round_trip();
    for (int i = 0; i < kCallsPerBlock; ++i) {
      const Clock::time_point start = Clock::now();
      round_trip();
      us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::ranges::sort(us);
    p50 = std::min(p50, us[us.size() / 2]);
    p99 = std::min(p99, us[us.size() * 99 / 100]);
  }
  double p50 = 1e9;
  double p99 = 1e9;
};

struct Row {
  std::string name;
  Times raw;
  Times edl;
};

// Both kinds in turn, so that both meet the same machine.
Row Measure(std::size_t body_bytes, int core, Clock::duration spin) {
  PinTo(core);
  Receiver receiver(spin);
  EnclaveCaller caller(body_bytes - 6);  // the body also has the kind and the length
  caller.RoundTrip(receiver);
  const EchoChild child(kEnclaveCore, caller.answer_bytes());
  const Bytes request(caller.request_bytes());
  Row row;
  row.name = std::to_string(body_bytes) + (core == kEnclaveCore ? "_same_core" : "_across_cores") +
             (spin > Clock::duration::zero() ? "_spin" : "");
  for (int i = 0; i < kBlocks; ++i) {
    row.raw.Block([&] {
      Send(child.descriptor(), request);
      receiver.From(child.descriptor());
    });
    row.edl.Block([&] { caller.RoundTrip(receiver); });
  }
  return row;
}

void PrintText(const Row& row) {
  std::printf("%-24s raw %7.2f us p50 %8.2f p99   edl %7.2f us p50 %8.2f p99   ratio %.2f p50 %.2f p99\n",
              row.name.c_str(), row.raw.p50, row.raw.p99, row.edl.p50, row.edl.p99, row.edl.p50 / row.raw.p50,
              row.edl.p99 / row.raw.p99);
}

void PrintJson(const Row& row, bool first) {
  std::printf(R"(%s"%s":{"raw_p50_us":%.3f,"raw_p99_us":%.3f,"edl_p50_us":%.3f,"edl_p99_us":%.3f})",
              first ? "{" : ",", row.name.c_str(), row.raw.p50, row.raw.p99, row.edl.p50, row.edl.p99);
}

// Tells the script that starts passportd that it is done, and waits to be ended: passportd would start a host
// that went by itself again.
void Finish() {
  std::printf("end\n");
  std::fflush(stdout);
  pause();
}

int Main(bool json) {
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return 2;
  bool first = true;
  for (const int core : {kEnclaveCore, kOtherCore}) {
    for (const auto spin : {std::chrono::microseconds(0), std::chrono::microseconds(50)}) {
      if (core == kEnclaveCore && spin.count() > 0) continue;  // would only keep the enclave from its core
      for (const std::size_t bytes : {256U, 65'536U}) {
        const Row row = Measure(bytes, core, spin);
        json ? PrintJson(row, first) : PrintText(row);
        std::fflush(stdout);
        first = false;
      }
    }
  }
  if (json) std::printf("}\n");
  Finish();
  return 0;
}

}  // namespace
}  // namespace passport::bench

int main(int argc, char** argv) {
  return passport::bench::Main(argc == 2 && std::string_view(argv[1]) == "--json");
}
