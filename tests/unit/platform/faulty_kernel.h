// A Kernel whose calls fail as a test says: the seam at which the enclave's dealings with its kernel are
// tried.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "trusted/platform/kernel.h"

namespace passport::platform {

// What a call of FaultyKernel gives instead of its real outcome; empty: the real one.
using Fault = std::optional<ssize_t>;

// Receives, sends and draws through the real kernel unless a function given by the test says otherwise; maps
// nothing, but keeps account of what is mapped and how.
class FaultyKernel : public Kernel {
 public:
  virtual ~FaultyKernel() = default;
  std::function<Fault()> receive = [] { return Fault(); };
  std::function<Fault()> send = [] { return Fault(); };
  std::function<Fault(std::size_t wanted)> random = [](std::size_t) { return Fault(); };
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
  std::uint64_t lock_limit = ~std::uint64_t{0};
  int secret_error = 0;
  std::map<int, int> advice_errors = {};        // by advice
  std::size_t map_bytes_max = ~std::size_t{0};  // ENOMEM above
  mutable std::size_t secret_maps_left = ~0U;   // EAGAIN when there are none
  struct Mapping {
    std::size_t size = 0;
    int protection = 0;
    bool secret = false;
    std::size_t locked_bytes = 0;
    std::set<int> advices = {};
  };
  mutable std::map<std::uintptr_t, Mapping> mappings = {};
  mutable int files_open = 0;
  mutable std::size_t calls = 0;

  ssize_t Receive(int descriptor, void* to, std::size_t size) const override {
    ++calls;
    const Fault fault = receive();
    return fault ? *fault : RealKernel().Receive(descriptor, to, size);
  }
  ssize_t Send(int descriptor, const void* from, std::size_t size) const override {
    ++calls;
    const Fault fault = send();
    return fault ? *fault : RealKernel().Send(descriptor, from, size);
  }
  // Fewer bytes than wanted are real ones.
  ssize_t Random(void* to, std::size_t size) const override {
    ++calls;
    const Fault fault = random(size);
    if (!fault) return RealKernel().Random(to, size);
    if (*fault > 0 && static_cast<std::size_t>(*fault) <= size)
      return RealKernel().Random(to, static_cast<std::size_t>(*fault));
    return *fault;
  }

  std::uint64_t MemoryBytes() const override { return memory_bytes; }
  std::uint64_t LockLimit() const override { return lock_limit; }
  int SecretFile(std::size_t) const override {
    if (secret_error != 0) return -secret_error;
    ++files_open;
    return 100;
  }
  void Close(int) const override { --files_open; }
  std::intptr_t Map(std::uintptr_t place, std::size_t size, int protection, int descriptor,
                    std::size_t) const override {
    if (size > map_bytes_max) return -ENOMEM;
    if (descriptor >= 0 && secret_maps_left-- == 0) return -EAGAIN;
    if (place == 0) place = std::uintptr_t{1} << 40;
    mappings[place] = {size, protection, descriptor >= 0};
    return static_cast<std::intptr_t>(place);
  }
  int Lock(std::uintptr_t place, std::size_t size) const override {
    std::size_t locked = size;
    for (const auto& each : mappings) locked += each.second.locked_bytes;
    if (locked > lock_limit) return -ENOMEM;
    mappings.at(place).locked_bytes = size;
    return 0;
  }
  int Advise(std::uintptr_t place, std::size_t size, int advice) const override {
    Mapping& mapping = mappings.at(place);
    EXPECT_EQ(mapping.size, size);
    if (const auto error = advice_errors.find(advice); error != advice_errors.end()) return -error->second;
    mapping.advices.insert(advice);
    return 0;
  }
};

}  // namespace passport::platform
