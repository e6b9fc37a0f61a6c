// Wiping what lies below a place on a stack: as deep as there is something, over gaps as large as a frame.
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

  // Depths are counted from the top of the stack.
  void Dirty(std::size_t depth, std::size_t count = 1) { std::fill_n(bytes_->end() - depth, count, 0x5a); }
  bool IsClean(std::size_t from, std::size_t to) const {
    return std::all_of(bytes_->end() - to, bytes_->end() - from, [](std::uint8_t byte) { return byte == 0; });
  }
  std::size_t WipeBelow(std::size_t depth) {
    return WipeStackBelow(*bytes_, reinterpret_cast<std::uintptr_t>(bytes_->data() + kBytes - depth));
  }

 private:
  struct alignas(64) Storage : std::array<std::uint8_t, kBytes> {};
  std::unique_ptr<Storage> bytes_ = std::make_unique<Storage>();
};

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
