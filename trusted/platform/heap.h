// Heap: blocks out of one piece of memory, wiped when they are given back, with canaries around each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace passport::platform {

// Two-level segregated fit (Masmano, Ripoll, Crespo, Real: TLSF, 2004): every operation takes constant time,
// a block given back joins its free neighbours, and no table grows. What is free is zero except for its
// header, its links and its size at the end, so a new block is zero too, and nothing secret outlives its
// block.
//
// It makes no system call and takes no lock: one thread.
class Heap {
 public:
  static constexpr std::size_t kAlignment = 16;
  static constexpr std::size_t kMemoryBytesMin = 4096;
  static constexpr std::size_t kMemoryBytesMax = std::size_t{1} << 39;

  // Empty: every request is refused.
  constexpr Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // memory: zero, aligned to kAlignment, touched only where blocks are. key: random; canaries are made of it.
  void Start(std::span<std::uint8_t> memory, std::uint64_t key);

  // A zero-filled block, alignment being a power of two; nullptr if there is no room, or broken().
  void* Allocate(std::size_t bytes, std::size_t alignment = kAlignment);
  // Wipes the block and takes it back. False, and broken(), if it is no block in use or something wrote over
  // its edges.
  [[nodiscard]] bool Free(void* block);
  // The same block with another size where there is room for it and little would be wasted; else false, with
  // nothing changed. What the block loses is wiped, what it gains is zero.
  [[nodiscard]] bool ResizeInPlace(void* block, std::size_t bytes);
  // The bytes asked for, of a block in use; 0, and broken(), for anything else.
  std::size_t SizeOf(const void* block);

  bool Holds(const void* place) const;
  // Something wrote where no block is, or a block was given back twice: no further request is served.
  bool broken() const { return broken_; }
  std::size_t used_bytes() const { return used_bytes_; }  // of blocks in use, headers included

 private:
  struct Block;
  static constexpr unsigned kFirstLog = 5;  // of the smallest block, 48 bytes
  static constexpr unsigned kLogs = 35;     // up to kMemoryBytesMax
  static constexpr unsigned kStepBits = 4;  // sixteen lists between two powers of two
  static constexpr unsigned kSteps = 1U << kStepBits;
  struct List {
    unsigned log;
    unsigned step;
  };

  static List ListOf(std::size_t size);
  std::uint64_t GuardOf(const Block* block) const;
  bool IsSound(const Block* block) const;
  Block* BlockOf(const void* payload) const;
  Block* CheckedBlock(const void* payload);
  void* Broken();

  void Insert(Block* block);
  bool Unlink(Block* block);
  Block* Find(std::size_t size);
  Block* FindFitting(Block* first, std::size_t size) const;
  Block* CutFront(Block* block, std::size_t gap);
  void CutBack(Block* block, std::size_t size);
  void Hand(Block* block, std::size_t bytes);

  Block* first_ = nullptr;
  Block* last_ = nullptr;  // a block in use that nobody has, so that no block is the last one
  std::uint64_t key_ = 0;
  std::size_t used_bytes_ = 0;
  bool broken_ = false;
  std::uint64_t logs_ = 0;                    // bit i: some list of logs i is not empty
  std::array<std::uint32_t, kLogs> steps_{};  // bit j: that list is not empty
  std::array<std::array<Block*, kSteps>, kLogs> lists_{};
};

}  // namespace passport::platform
