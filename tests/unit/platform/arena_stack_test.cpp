// Wiping what lies below a place on a stack: as deep as there is something, over gaps as large as a frame,
// and over zeros.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "trusted/platform/arena_stack.h"

namespace passport::platform {
namespace {

class StackOfBytes {
 public:
  static constexpr std::size_t kBytes = std::size_t{1} << 20;

  StackOfBytes() { FillStack(*bytes_, kWord); }

  // Depths are counted from the top of the stack.
  void Dirty(std::size_t depth, std::size_t count = 1, std::uint8_t value = 0x5a) {
    std::fill_n(bytes_->end() - depth, count, value);
  }
  bool IsClean(std::size_t from, std::size_t to) const {
    for (std::size_t at = kBytes - to; at < kBytes - from; ++at) {
      if ((*bytes_)[at] != static_cast<std::uint8_t>(kWord >> (8 * (at % 8)))) return false;
    }
    return true;
  }
  std::size_t WipeBelow(std::size_t depth) {
    return WipeStackBelow(*bytes_, reinterpret_cast<std::uintptr_t>(bytes_->data() + kBytes - depth), kWord);
  }

 private:
  static constexpr StackWord kWord = 0x0123'4567'89ab'cdef;
  struct alignas(64) Storage : std::array<std::uint8_t, kBytes> {};
  std::unique_ptr<Storage> bytes_ = std::make_unique<Storage>();
};

// Large frames that were cleared, and others that lay over them before: nothing there is what it was, and
// nothing else than zero.
TEST(ArenaStack, SeesZerosThatWereWritten) {
  StackOfBytes stack;
  stack.Dirty(900'000, 1);
  for (std::size_t depth = 1100 + kStackGapBytes; depth < 900'000; depth += kStackGapBytes)
    stack.Dirty(depth, kStackGapBytes - 1024, 0);
  EXPECT_GT(stack.WipeBelow(1024), 899'000u);
  EXPECT_TRUE(stack.IsClean(0, StackOfBytes::kBytes));
}

TEST(ArenaStack, WipesOverGapsThatAreNoLargerThanAFrame) {
  StackOfBytes stack;
  for (std::size_t depth = 1100; depth < 900'000; depth += kStackGapBytes - 1024) stack.Dirty(depth);
  stack.Dirty(300'000, 5000);
  EXPECT_GT(stack.WipeBelow(1024), 900'000u);
  EXPECT_TRUE(stack.IsClean(0, StackOfBytes::kBytes));
}

TEST(ArenaStack, StopsAfterALargerGap) {
  StackOfBytes stack;
  stack.Dirty(2048);
  stack.Dirty(2048 + 2 * kStackGapBytes);
  EXPECT_LT(stack.WipeBelow(1024), 2 * kStackGapBytes);
  EXPECT_TRUE(stack.IsClean(0, 2 * kStackGapBytes));
  EXPECT_FALSE(stack.IsClean(2 * kStackGapBytes, StackOfBytes::kBytes));
}

TEST(ArenaStack, LeavesWhatIsAboveThePlace) {
  StackOfBytes stack;
  stack.Dirty(5000, 1000);
  stack.WipeBelow(4512);
  EXPECT_FALSE(stack.IsClean(4000, 4512));
  EXPECT_TRUE(stack.IsClean(4512, 5000));
}

TEST(ArenaStack, StaysWithinTheStack) {
  StackOfBytes stack;
  stack.Dirty(StackOfBytes::kBytes - 600, 600);
  EXPECT_LT(stack.WipeBelow(StackOfBytes::kBytes - 512), 513u);
  EXPECT_EQ(stack.WipeBelow(StackOfBytes::kBytes - 256), 0u);
}

}  // namespace
}  // namespace passport::platform
