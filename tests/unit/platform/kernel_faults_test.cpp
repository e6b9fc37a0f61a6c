// What the channel, the randomness and the arena make of a kernel that interrupts, refuses and gives too
// little.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/unit/platform/faulty_kernel.h"
#include "trusted/crypto/rng.h"
#include "trusted/platform/arena.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/platform/randomness.h"

namespace passport::platform {
namespace {

class ChannelFaults : public testing::Test {
 protected:
  ChannelFaults() {
    PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_) == 0);
    for (const int end : ends_) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof kRoom);
  }
  ~ChannelFaults() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  bool NothingWaits() const {
    char byte;
    return recv(ends_[1], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  // The fault for `count` calls, then none.
  static std::function<Fault()> Times(int count, ssize_t fault) {
    return [count, fault]() mutable { return count-- > 0 ? Fault(fault) : Fault(); };
  }

  static constexpr int kRoom = 1 << 20;
  int ends_[2];
  FaultyKernel kernel_;
};

TEST_F(ChannelFaults, GoesOnAfterAStormOfInterruptions) {
  kernel_.receive = Times(100'000, -EINTR);
  kernel_.send = Times(100'000, -EINTR);
  Channel channel(ends_[0], kernel_);
  ASSERT_TRUE(channel.Send(AsBytes("one")).ok());
  Channel other(ends_[1]);
  EXPECT_EQ(AsText(other.Receive().value()), "one");
  EXPECT_TRUE(NothingWaits());
  ASSERT_TRUE(other.Send(AsBytes("two")).ok());
  EXPECT_EQ(AsText(channel.Receive().value()), "two");
}

TEST_F(ChannelFaults, GoesOnAfterAShortageAndGivesUpOnALongOne) {
  for (const int shortage : {EAGAIN, ENOBUFS, ENOMEM}) {
    Channel channel(ends_[0], kernel_);
    Channel other(ends_[1]);
    kernel_.send = Times(10, -shortage);
    ASSERT_TRUE(channel.Send(AsBytes("once")).ok()) << shortage;
    EXPECT_EQ(AsText(other.Receive().value()), "once");
    kernel_.send = Times(1 << 30, -shortage);
    kernel_.calls = 0;
    EXPECT_EQ(channel.Send(AsBytes("never")).error(), ChannelError::kBroken);
    EXPECT_EQ(kernel_.calls, 1000u);
    EXPECT_TRUE(NothingWaits());
    kernel_.receive = Times(1 << 30, -shortage);
    EXPECT_EQ(channel.Receive().error(), ChannelError::kBroken);
    kernel_.receive = Times(0, 0);
  }
}

TEST_F(ChannelFaults, TakesAResetForTheEnd) {
  kernel_.receive = Times(1, -ECONNRESET);
  kernel_.send = Times(1, -ECONNRESET);
  Channel channel(ends_[0], kernel_);
  EXPECT_EQ(channel.Receive().error(), ChannelError::kClosed);
  EXPECT_EQ(channel.Send(AsBytes("x")).error(), ChannelError::kClosed);
}

TEST_F(ChannelFaults, GivesUpAtOnceOnAnythingElse) {
  for (const int error : {EBADF, EFAULT, EINVAL, ENOTSOCK, EMSGSIZE}) {
    kernel_.receive = Times(1, -error);
    kernel_.send = Times(1, -error);
    Channel channel(ends_[0], kernel_);
    EXPECT_EQ(channel.Receive().error(), ChannelError::kBroken) << error;
    EXPECT_EQ(channel.Send(AsBytes("x")).error(), ChannelError::kBroken) << error;
  }
}

// The rest of a record sent by itself would be another record.
TEST_F(ChannelFaults, SendsNoRestOfARecordThatWentInPart) {
  kernel_.send = Times(1, 3);
  kernel_.calls = 0;
  Channel channel(ends_[0], kernel_);
  EXPECT_EQ(channel.Send(AsBytes("abcdef")).error(), ChannelError::kBroken);
  EXPECT_EQ(kernel_.calls, 1u);
  EXPECT_TRUE(NothingWaits());
}

TEST_F(ChannelFaults, LosesAndRepeatsNoRecordUnderFaultsAtRandom) {
  crypto::SeededRng rng(11);
  const auto at_random = [&rng]() -> Fault {
    constexpr int kPassing[] = {EINTR, EINTR, EAGAIN, ENOBUFS, ENOMEM};
    const std::uint8_t draw = rng.Array<1>()[0];
    if (draw < 100) return -kPassing[draw % 5];
    return std::nullopt;
  };
  kernel_.receive = at_random;
  kernel_.send = at_random;
  Channel near(ends_[0], kernel_);
  Channel far(ends_[1], kernel_);
  for (std::uint32_t i = 1; i <= 2000; ++i) {
    const Bytes record(1 + i % 300, static_cast<std::uint8_t>(i));
    ASSERT_TRUE(near.Send(record).ok());
    ASSERT_TRUE(Equal(far.Receive().value(), record));
    ASSERT_TRUE(far.Send(record).ok());
    ASSERT_TRUE(Equal(near.Receive().value(), record));
  }
  EXPECT_TRUE(NothingWaits());
}

Bytes Draw(const FaultyKernel& kernel, std::size_t size, bool expected) {
  Bytes out(size, 0xee);
  EXPECT_EQ(FillRandom(kernel, out), expected);
  return out;
}

TEST(RandomnessFaults, FillsWhatIsAskedForWhateverThePieces) {
  for (const std::size_t size : {0u, 1u, 32u, 256u, 257u, 5000u}) {
    FaultyKernel kernel;
    std::size_t next = 0;
    kernel.random = [&](std::size_t wanted) -> Fault {
      constexpr std::size_t kPieces[] = {1, 7, 64, 300};
      if (++next % 3 == 0) return -EINTR;
      return static_cast<ssize_t>(std::min(kPieces[next % 4], wanted));
    };
    const Bytes out = Draw(kernel, size, true);
    // A run of sixteen bytes that nobody wrote happens by chance once in 2^128.
    const Bytes untouched(16, 0xee);
    EXPECT_EQ(std::search(out.begin(), out.end(), untouched.begin(), untouched.end()), out.end()) << size;
  }
}

TEST(RandomnessFaults, RefusesAndClearsWhatIsNoRandomness) {
  for (const ssize_t fault : {ssize_t{0}, ssize_t{-ENOSYS}, ssize_t{-EIO}, ssize_t{-EAGAIN}, ssize_t{257}}) {
    FaultyKernel kernel;
    int calls = 0;
    kernel.random = [&](std::size_t) { return ++calls < 3 ? Fault() : Fault(fault); };
    EXPECT_EQ(Draw(kernel, 1000, false), Bytes(1000)) << fault;
  }
}

// How a child ends that draws where nothing can be drawn.
TEST(RandomnessFaults, EndTheProcessWithACodeOfTheirOwn) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    FaultyKernel kernel;
    kernel.random = [](std::size_t) { return Fault(-ENOSYS); };
    ByteArray<32> key;
    FillRandomOrLeave(kernel, key);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(Exit::kRandomness));
}

std::size_t TotalOf(const FaultyKernel& kernel, bool secret) {
  std::size_t out = 0;
  for (const auto& each : kernel.mappings) {
    if (each.second.secret == secret && each.second.protection != PROT_NONE) out += each.second.size;
  }
  return out;
}

TEST(ArenaFaults, MapsSecretMemoryBetweenPagesThatNobodyMayTouch) {
  FaultyKernel kernel;
  const Arena arena = MapArena(kernel).value();
  EXPECT_EQ(arena.heap.size(), std::size_t{2} << 30);  // half of 4 GiB
  EXPECT_EQ(arena.report.bytes, arena.heap.size() + arena.stack.size());
  EXPECT_EQ(arena.report.locked_bytes, arena.report.bytes);
  EXPECT_EQ(arena.report.secret_error + arena.report.lock_error + arena.report.advice_error, 0);
  EXPECT_EQ(kernel.files_open, 0);
  EXPECT_EQ(TotalOf(kernel, true), arena.report.bytes);
  const auto& [base, reserved] = *kernel.mappings.begin();
  EXPECT_EQ(reserved.protection, PROT_NONE);
  const auto start = [](std::span<std::uint8_t> part) {
    return reinterpret_cast<std::uintptr_t>(part.data());
  };
  EXPECT_EQ(start(arena.stack), base + kArenaGuardBytes);
  EXPECT_EQ(start(arena.heap), start(arena.stack) + arena.stack.size() + kArenaGuardBytes);
  EXPECT_EQ(start(arena.heap) + arena.heap.size() + kArenaGuardBytes, base + reserved.size);
  for (const auto part : {arena.stack, arena.heap})
    EXPECT_EQ(kernel.mappings.at(start(part)).advices,
              (std::set<int>{MADV_DONTDUMP, MADV_DONTFORK, MADV_UNMERGEABLE}));
}

TEST(ArenaFaults, LocksPrivateMemoryWhereSecretMemoryIsNotToBeHad) {
  for (const bool half_way : {false, true}) {
    FaultyKernel kernel;
    half_way ? kernel.secret_maps_left = 1 : static_cast<std::size_t>(kernel.secret_error = ENOSYS);
    const Arena arena = MapArena(kernel).value();
    EXPECT_EQ(arena.report.secret_error, half_way ? EAGAIN : ENOSYS);
    EXPECT_EQ(arena.report.lock_error, 0);
    EXPECT_EQ(arena.report.locked_bytes, arena.report.bytes);
    EXPECT_EQ(TotalOf(kernel, true), 0u);
    EXPECT_EQ(TotalOf(kernel, false), arena.report.bytes);
    EXPECT_EQ(kernel.files_open, 0);
    const auto heap = reinterpret_cast<std::uintptr_t>(arena.heap.data());
    EXPECT_TRUE(kernel.mappings.at(heap).advices.contains(MADV_WIPEONFORK));
  }
}

TEST(ArenaFaults, SaysHowMuchIsLockedUnderASmallLimit) {
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{8} << 20}) {
    FaultyKernel kernel;
    kernel.secret_error = EAGAIN;
    kernel.lock_limit = limit;
    const Arena arena = MapArena(kernel).value();
    EXPECT_EQ(arena.report.lock_error, ENOMEM);
    EXPECT_EQ(arena.report.locked_bytes, limit < kArenaStackBytes ? 0 : limit);
  }
}

TEST(ArenaFaults, IsAsLargeAsTheLimitWhereThatIsEnough) {
  FaultyKernel kernel;
  kernel.lock_limit = std::uint64_t{100} << 20;
  const Arena arena = MapArena(kernel).value();
  EXPECT_EQ(arena.report.bytes, std::size_t{100} << 20);
  EXPECT_EQ(arena.report.locked_bytes, arena.report.bytes);
}

TEST(ArenaFaults, TakesLessAddressSpaceWhereThereIsLessAndNoneBelowItsLeast) {
  FaultyKernel kernel;
  kernel.map_bytes_max = std::size_t{600} << 20;
  EXPECT_EQ(MapArena(kernel).value().heap.size(), std::size_t{512} << 20);
  kernel.map_bytes_max = std::size_t{60} << 20;
  EXPECT_FALSE(MapArena(kernel).ok());
  FaultyKernel tiny;
  tiny.memory_bytes = 0;  // not to be found out
  EXPECT_EQ(MapArena(tiny).value().heap.size(), kArenaHeapBytesMin);
}

TEST(ArenaFaults, ReportsAdviceThatTheKernelDoesNotTake) {
  FaultyKernel without_ksm;
  without_ksm.advice_errors[MADV_UNMERGEABLE] = EINVAL;
  EXPECT_EQ(MapArena(without_ksm).value().report.advice_error, 0);
  FaultyKernel dumping;
  dumping.advice_errors[MADV_DONTDUMP] = EINVAL;
  EXPECT_EQ(MapArena(dumping).value().report.advice_error, EINVAL);
}

}  // namespace
}  // namespace passport::platform
