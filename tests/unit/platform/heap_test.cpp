// The enclave's allocator against a model, and what it must notice.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <map>
#include <memory>

#include "edl/base/check.h"
#include "trusted/crypto/rng.h"
#include "trusted/platform/heap.h"

namespace passport::platform {
namespace {

// Memory as the arena gives it: zero, on a page boundary.
class HeapMemory {
 public:
  explicit HeapMemory(std::size_t size) : size_(size) {
    void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PASSPORT_CHECK(at != MAP_FAILED);
    bytes_ = static_cast<std::uint8_t*>(at);
    heap.Start({bytes_, size_}, 0x0123456789abcdef);
  }
  ~HeapMemory() { munmap(bytes_, size_); }
  HeapMemory(const HeapMemory&) = delete;
  HeapMemory& operator=(const HeapMemory&) = delete;

  std::uint8_t* New(std::size_t size, std::size_t alignment = Heap::kAlignment) {
    return static_cast<std::uint8_t*>(heap.Allocate(size, alignment));
  }
  std::span<const std::uint8_t> bytes() const { return {bytes_, size_}; }

  Heap heap;

 private:
  std::uint8_t* bytes_;
  std::size_t size_;
};

bool IsZero(const std::uint8_t* at, std::size_t size) {
  return std::all_of(at, at + size, [](std::uint8_t byte) { return byte == 0; });
}

// What the test thinks is in use: address to size and the byte it is filled with.
class ModelRun {
 public:
  ModelRun(std::size_t memory, std::uint64_t seed) : memory_(memory), rng_(seed) {}

  void Run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      const ByteArray<4> draw = rng_.Array<4>();
      if (draw[0] < 140) {
        Allocate(SizeFrom(draw), draw[1] % 8 == 0 ? std::size_t{16} << (draw[2] % 9) : 16);
      } else if (draw[0] < 170) {
        Resize(Pick(draw), SizeFrom(draw));
      } else {
        Free(Pick(draw));
      }
    }
  }
  // Everything given back is one block again, and nothing of what was in it is left.
  void Finish(std::size_t header_bytes_max) {
    while (!blocks_.empty()) Free(blocks_.begin());
    EXPECT_EQ(memory_.heap.used_bytes(), 0u);
    const auto set = std::ranges::count_if(memory_.bytes(), [](std::uint8_t byte) { return byte != 0; });
    EXPECT_LE(static_cast<std::size_t>(set), header_bytes_max);
    EXPECT_NE(memory_.New(memory_.bytes().size() - 256), nullptr);
  }
  std::size_t refused() const { return refused_; }

 private:
  struct Content {
    std::size_t size;
    std::uint8_t fill;
  };
  using Blocks = std::map<std::uint8_t*, Content>;

  static std::size_t SizeFrom(const ByteArray<4>& draw) {
    return (std::size_t{draw[1]} * (draw[2] + 1u)) >> (draw[3] % 16);
  }
  Blocks::iterator Pick(const ByteArray<4>& draw) {
    if (blocks_.empty()) return blocks_.end();
    return std::next(blocks_.begin(), static_cast<long>((draw[1] * 256u + draw[2]) % blocks_.size()));
  }
  static void Check(const Blocks::value_type& block) {
    const std::uint8_t* const at = block.first;
    const Content& content = block.second;
    EXPECT_TRUE(std::all_of(at, at + content.size, [&](std::uint8_t byte) { return byte == content.fill; }));
  }
  void Allocate(std::size_t size, std::size_t alignment) {
    std::uint8_t* const at = memory_.New(size, alignment);
    if (at == nullptr) {
      ++refused_;
      return;
    }
    EXPECT_EQ(reinterpret_cast<std::size_t>(at) % alignment, 0u);
    EXPECT_TRUE(IsZero(at, size));
    EXPECT_EQ(memory_.heap.SizeOf(at), size);
    const auto after = blocks_.lower_bound(at);
    EXPECT_TRUE(after == blocks_.end() || at + size <= after->first);
    EXPECT_TRUE(after == blocks_.begin() || std::prev(after)->first + std::prev(after)->second.size <= at);
    std::fill(at, at + size, ++fill_);
    blocks_[at] = {size, fill_};
  }
  void Resize(Blocks::iterator block, std::size_t size) {
    if (block == blocks_.end()) return;
    const std::size_t before = block->second.size;
    if (!memory_.heap.ResizeInPlace(block->first, size)) {
      EXPECT_FALSE(memory_.heap.broken());
      return Check(*block);
    }
    if (size > before) {
      EXPECT_TRUE(IsZero(block->first + before, size - before));
    }
    block->second.size = std::min(size, before);
    Check(*block);
    std::fill(block->first, block->first + size, block->second.fill);
    block->second.size = size;
  }
  void Free(Blocks::iterator block) {
    if (block == blocks_.end()) return;
    Check(*block);
    EXPECT_TRUE(memory_.heap.Free(block->first));
    blocks_.erase(block);
  }

  HeapMemory memory_;
  crypto::SeededRng rng_;
  Blocks blocks_;
  std::uint8_t fill_ = 0;
  std::size_t refused_ = 0;
};

class HeapModel : public testing::TestWithParam<std::uint64_t> {};
TEST_P(HeapModel, BlocksAreApartZeroAtFirstAndKeepTheirBytes) {
  ModelRun run(std::size_t{2} << 20, GetParam());
  run.Run(2000);
  run.Finish(64);
}
TEST_P(HeapModel, RefusesWhenFullAndGoesOnWhenThereIsRoomAgain) {
  ModelRun run(std::size_t{96} << 10, GetParam());
  run.Run(2000);
  EXPECT_GT(run.refused(), 10u);
  run.Finish(64);
}
INSTANTIATE_TEST_SUITE_P(Seeds, HeapModel, testing::Range<std::uint64_t>(1, 4));

TEST(Heap, RefusesWhatIsLargerThanItself) {
  HeapMemory memory(std::size_t{1} << 16);
  for (const std::size_t size :
       {std::size_t{1} << 16, std::size_t{1} << 40, ~std::size_t{0}, ~std::size_t{0} - 8})
    EXPECT_EQ(memory.New(size), nullptr) << size;
  EXPECT_EQ(memory.New(16, std::size_t{1} << 20), nullptr);
  EXPECT_FALSE(memory.heap.broken());
  EXPECT_NE(memory.New(1), nullptr);
}

TEST(Heap, IsEmptyUntilStartedAndWithTooLittleMemory) {
  Heap heap;
  EXPECT_EQ(heap.Allocate(1), nullptr);
  alignas(16) std::uint8_t little[1024] = {};
  heap.Start(little, 1);
  EXPECT_EQ(heap.Allocate(1), nullptr);
  EXPECT_FALSE(heap.Holds(little));
}

TEST(Heap, WipesWhatIsGivenBack) {
  HeapMemory memory(std::size_t{1} << 16);
  std::uint8_t* const kept = memory.New(100);
  std::uint8_t* const at = memory.New(1000);
  std::uint8_t* const behind = memory.New(100);
  std::fill(at, at + 1000, std::uint8_t{0xa5});
  ASSERT_TRUE(memory.heap.Free(at));
  constexpr std::uint8_t kFour[] = {0xa5, 0xa5, 0xa5, 0xa5};  // one alone may be of a canary
  const auto bytes = memory.bytes();
  EXPECT_EQ(std::search(bytes.begin(), bytes.end(), std::begin(kFour), std::end(kFour)), bytes.end());
  EXPECT_TRUE(memory.heap.Free(kept) && memory.heap.Free(behind));
}

TEST(Heap, FreeBlocksOfOneSizeAreUsedAgain) {
  HeapMemory memory(std::size_t{1} << 20);
  for (const std::size_t size : {24u, 1000u, 5000u, 70'000u}) {
    std::uint8_t* const a = memory.New(size);
    std::uint8_t* const wall = memory.New(16);
    ASSERT_TRUE(memory.heap.Free(a));
    EXPECT_EQ(memory.New(size), a) << size;
    EXPECT_TRUE(memory.heap.Free(a) && memory.heap.Free(wall));
  }
}

// Each of these writes outside its block, or gives back what is not its own, and is found at the next call
// that looks there.
void ExpectBroken(HeapMemory& memory, std::uint8_t* block) {
  EXPECT_FALSE(memory.heap.Free(block));
  EXPECT_TRUE(memory.heap.broken());
  EXPECT_EQ(memory.New(1), nullptr);
}

TEST(Heap, FindsAByteWrittenBehindABlock) {
  for (const std::size_t size : {1u, 15u, 16u, 40u, 1000u, 66'000u}) {
    HeapMemory memory(std::size_t{1} << 20);
    std::uint8_t* const block = memory.New(size);
    block[size] ^= 1;
    ExpectBroken(memory, block);
  }
}

TEST(Heap, FindsAByteWrittenInFrontOfABlock) {
  for (int back = 1; back <= 16; ++back) {
    HeapMemory memory(std::size_t{1} << 16);
    std::uint8_t* const block = memory.New(64);
    block[-back] ^= 0x40;
    ExpectBroken(memory, block);
  }
}

TEST(Heap, FindsABlockGivenBackTwice) {
  HeapMemory alone(std::size_t{1} << 16);
  std::uint8_t* block = alone.New(64);
  ASSERT_TRUE(alone.heap.Free(block));
  ExpectBroken(alone, block);

  HeapMemory joined(std::size_t{1} << 16);  // the first block has swallowed the second one's header
  std::uint8_t* const first = joined.New(64);
  block = joined.New(64);
  ASSERT_TRUE(joined.heap.Free(first) && joined.heap.Free(block));
  ExpectBroken(joined, block);
}

TEST(Heap, FindsPointersThatAreNoBlocks) {
  for (const std::ptrdiff_t offset : {1, 8, 16, -16, 1 << 15}) {
    HeapMemory memory(std::size_t{1} << 16);
    ExpectBroken(memory, memory.New(64) + offset);
  }
  HeapMemory memory(std::size_t{1} << 16);
  std::uint8_t elsewhere[64] = {};
  ExpectBroken(memory, elsewhere);
}

TEST(Heap, FindsWritesToABlockThatWasGivenBack) {
  for (const std::size_t place : {0u, 8u}) {  // the links of a free block
    HeapMemory memory(std::size_t{1} << 16);
    std::uint8_t* const block = memory.New(64);
    std::uint8_t* const wall = memory.New(64);
    ASSERT_TRUE(memory.heap.Free(block));
    block[place] ^= 0x10;
    EXPECT_EQ(memory.New(64), nullptr) << place;
    EXPECT_TRUE(memory.heap.broken());
    EXPECT_FALSE(memory.heap.Free(wall));
  }
}

TEST(Heap, ResizesInPlaceWithinTheBlockOnly) {
  HeapMemory memory(std::size_t{1} << 16);
  std::uint8_t* const block = memory.New(1000);
  std::fill(block, block + 1000, std::uint8_t{7});
  EXPECT_FALSE(memory.heap.ResizeInPlace(block, 5000));
  EXPECT_FALSE(memory.heap.ResizeInPlace(block, 10));  // would keep a hundred times what it needs
  ASSERT_TRUE(memory.heap.ResizeInPlace(block, 800));
  EXPECT_TRUE(IsZero(block + 808, 192));  // behind the canary
  ASSERT_TRUE(memory.heap.ResizeInPlace(block, 1000));
  EXPECT_TRUE(IsZero(block + 800, 200));
  block[1000] = 1;
  EXPECT_FALSE(memory.heap.ResizeInPlace(block, 900));
  EXPECT_TRUE(memory.heap.broken());
}

}  // namespace
}  // namespace passport::platform
