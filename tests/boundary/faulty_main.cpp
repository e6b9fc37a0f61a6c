// The enclave over a kernel that fails while it runs. Which way is said by the number of sessions that
// passportd is given, because an enclave has neither arguments nor environment. Guards nothing, never ships.
#include <cerrno>

#include "trusted/platform/enclave_run.h"
#include "trusted/platform/randomness.h"

namespace passport::boundary {
namespace {

using platform::RealKernel;

enum Fault : std::uint32_t {
  kStorm = 101,         // every call is interrupted, then short of memory, then made; draws come byte by byte
  kNoRandomness = 102,  // no more of it once the enclave serves
  kNoBuffers = 103,     // no answer ever finds memory
  kCutRecord = 104,     // the third record is cut in its middle
  kBadDescriptor = 105,
  kReset = 106,  // the host's end is reset
};

// Everything that does not fail is the real kernel's.
class FailingKernel final : public platform::Kernel {
 public:
  void Choose(std::uint32_t fault) { fault_ = fault; }

  ssize_t Receive(int descriptor, void* to, std::size_t size) const override {
    if (fault_ == kStorm && Stormy()) return storm_;
    if (fault_ == kBadDescriptor) return -EBADF;
    if (fault_ == kReset) return -ECONNRESET;
    const ssize_t got = RealKernel().Receive(descriptor, to, size);
    return fault_ == kCutRecord && ++records_ == 3 && got > 0 ? got / 2 : got;
  }
  ssize_t Send(int descriptor, const void* from, std::size_t size) const override {
    if (fault_ == kStorm && Stormy()) return storm_;
    if (fault_ == kNoBuffers) return -ENOBUFS;
    return RealKernel().Send(descriptor, from, size);
  }
  ssize_t Random(void* to, std::size_t size) const override {
    if (fault_ == kNoRandomness) return -ENOSYS;
    if (fault_ == kStorm && Stormy()) return -EINTR;
    return RealKernel().Random(to, fault_ == kStorm ? 1 : size);
  }
  std::uint64_t MemoryBytes() const override { return RealKernel().MemoryBytes(); }
  std::uint64_t LockLimit() const override { return RealKernel().LockLimit(); }
  int SecretFile(std::size_t size) const override { return RealKernel().SecretFile(size); }
  void Close(int descriptor) const override { RealKernel().Close(descriptor); }
  std::intptr_t Map(std::uintptr_t place, std::size_t size, int protection, int descriptor,
                    std::size_t offset) const override {
    return RealKernel().Map(place, size, protection, descriptor, offset);
  }
  int Lock(std::uintptr_t place, std::size_t size) const override { return RealKernel().Lock(place, size); }
  int Advise(std::uintptr_t place, std::size_t size, int advice) const override {
    return RealKernel().Advise(place, size, advice);
  }

 private:
  // Two failures between any two calls that are made.
  bool Stormy() const {
    storm_ = storm_ == -EINTR ? -ENOMEM : -EINTR;
    return ++calls_ % 3 != 0;
  }

  std::uint32_t fault_ = 0;
  mutable ssize_t storm_ = 0;
  mutable unsigned calls_ = 0;
  mutable unsigned records_ = 0;
};

class FailingRng final : public crypto::Rng {
 public:
  explicit FailingRng(const platform::Kernel& kernel) : kernel_(kernel) {}
  void Fill(std::span<std::uint8_t> out) override { platform::FillRandomOrLeave(kernel_, out); }

 private:
  const platform::Kernel& kernel_;
};

}  // namespace
}  // namespace passport::boundary

int main(int argc, char**, char** environment) {
  using namespace passport;
  static boundary::FailingKernel kernel;
  const platform::EnclaveParts parts = {"passport faulty test",
                                        [](const platform::LaunchInfo& info) {
                                          kernel.Choose(info.limits.sessions.value_or(0));
                                          return std::make_unique<boundary::FailingRng>(kernel);
                                        },
                                        crypto::EnvelopeKey::Generate, kernel};
  platform::RunEnclave(argc, environment, parts);
}
