#include "trusted/platform/heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace passport::platform {
namespace {

constexpr std::uint64_t kUsed = 1;        // the block is somebody's
constexpr std::uint64_t kBeforeUsed = 2;  // so is the block in front of it, whose size is then not at its end
constexpr unsigned kSlackShift = 40;
constexpr std::uint64_t kSizeMask = ((std::uint64_t{1} << kSlackShift) - 1) & ~std::uint64_t{15};
constexpr std::size_t kSlackMax = (std::size_t{1} << 24) - 1;

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kCanaryBytes = 8;
constexpr std::size_t kBlockBytesMin = 48;  // a free one has a header, two links and its size at the end

std::size_t RoundUp(std::size_t size, std::size_t to) { return (size + to - 1) & ~(to - 1); }

}  // namespace

// In front of the bytes that a caller gets. Free blocks use those bytes for their links, and their last eight
// for their size, by which the block behind finds them.
struct Heap::Block {
  std::uint64_t word;   // kUsed, kBeforeUsed, the size with this header, and from kSlackShift the bytes of it
                        // that the caller did not ask for
  std::uint64_t guard;  // GuardOf
  Block* next;          // from here on only while free
  Block* previous;

  std::size_t size() const { return word & kSizeMask; }
  std::size_t slack() const { return word >> kSlackShift; }
  bool used() const { return (word & kUsed) != 0; }
  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this); }
  const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this); }
  std::uint8_t* payload() { return bytes() + kHeaderBytes; }
  std::size_t asked() const { return size() - kHeaderBytes - slack(); }
  Block* At(std::size_t offset) { return reinterpret_cast<Block*>(bytes() + offset); }
  Block* After() { return At(size()); }

  void WriteEnd(std::uint64_t value) { std::memcpy(bytes() + size() - 8, &value, sizeof value); }
  std::uint64_t SizeBefore() const {
    std::uint64_t value;
    std::memcpy(&value, bytes() - 8, sizeof value);
    return value;
  }
  void WriteCanary() {
    const std::uint64_t value = ~guard;
    std::memcpy(payload() + asked(), &value, sizeof value);
  }
  void WipeCanary() { std::memset(payload() + asked(), 0, kCanaryBytes); }
  bool HasCanary() const {
    std::uint64_t value;
    std::memcpy(&value, bytes() + kHeaderBytes + asked(), sizeof value);
    return value == ~guard;
  }
};

// Not a MAC: it shows mistakes, and writes by somebody who does not know the key. kBeforeUsed is the
// neighbour's and stays out.
std::uint64_t Heap::GuardOf(const Block* block) const {
  std::uint64_t x = key_ ^ reinterpret_cast<std::uint64_t>(block);
  x ^= (block->word & ~kBeforeUsed) * 0x9e3779b97f4a7c15;
  x *= 0xff51afd7ed558ccd;
  return x ^ (x >> 32);
}

bool Heap::IsSound(const Block* block) const {
  const bool aligned = reinterpret_cast<std::size_t>(block) % kAlignment == 0;
  return aligned && block >= first_ && block <= last_ && block->guard == GuardOf(block);
}

void* Heap::Broken() {
  broken_ = true;
  return nullptr;
}

void Heap::Start(std::span<std::uint8_t> memory, std::uint64_t key) {
  const std::size_t size = std::min(memory.size(), kMemoryBytesMax) & ~(kAlignment - 1);
  if (size < kMemoryBytesMin) return;
  key_ = key;
  first_ = reinterpret_cast<Block*>(memory.data());
  last_ = first_->At(size - kHeaderBytes);
  last_->word = kUsed | kHeaderBytes;
  last_->guard = GuardOf(last_);
  first_->word = kBeforeUsed | (size - kHeaderBytes);
  Insert(first_);
}

bool Heap::Holds(const void* place) const { return first_ != nullptr && place >= first_ && place < last_; }

Heap::List Heap::ListOf(std::size_t size) {
  const unsigned log = static_cast<unsigned>(std::bit_width(size)) - 1;
  return {log - kFirstLog, static_cast<unsigned>(size >> (log - kStepBits)) & (kSteps - 1)};
}

// Makes the block free and puts it in front of its list. Its size and kBeforeUsed are set.
void Heap::Insert(Block* block) {
  block->word &= kSizeMask | kBeforeUsed;
  block->guard = GuardOf(block);
  block->WriteEnd(block->size());
  block->After()->word &= ~kBeforeUsed;
  const List list = ListOf(block->size());
  Block*& head = lists_[list.log][list.step];
  block->previous = nullptr;
  block->next = head;
  if (head != nullptr) head->previous = block;
  head = block;
  steps_[list.log] |= 1U << list.step;
  logs_ |= std::uint64_t{1} << list.log;
}

// Takes a free block out of its list and clears what free blocks hold behind their header. False if header or
// links are not what Insert wrote.
bool Heap::Unlink(Block* block) {
  if (!IsSound(block) || block->used()) return false;
  const List list = ListOf(block->size());
  Block*& head = lists_[list.log][list.step];
  Block* const next = block->next;
  Block* const previous = block->previous;
  if (next != nullptr && (!IsSound(next) || next->previous != block)) return false;
  if (previous == nullptr ? head != block : !IsSound(previous) || previous->next != block) return false;
  if (next != nullptr) next->previous = previous;
  (previous == nullptr ? head : previous->next) = next;
  if (head == nullptr) {
    steps_[list.log] &= ~(1U << list.step);
    if (steps_[list.log] == 0) logs_ &= ~(std::uint64_t{1} << list.log);
  }
  block->next = nullptr;
  block->previous = nullptr;
  block->WriteEnd(0);
  return true;
}

// Among the first few of one list, whose blocks may be a little too small.
Heap::Block* Heap::FindFitting(Block* first, std::size_t size) const {
  constexpr int kTriesMax = 4;
  for (int i = 0; i < kTriesMax && first != nullptr && IsSound(first); ++i, first = first->next) {
    if (first->size() >= size) return first;
  }
  return nullptr;
}

// A free block of at least this size: from the list of its own size, else the smallest list above.
Heap::Block* Heap::Find(std::size_t size) {
  const List list = ListOf(size);
  if (Block* own = FindFitting(lists_[list.log][list.step], size)) return own;
  // A shift by all bits would be undefined; there is no step above the last one.
  const std::uint32_t above = list.step + 1 < kSteps ? steps_[list.log] & (~0U << (list.step + 1)) : 0;
  if (above != 0) return lists_[list.log][static_cast<unsigned>(std::countr_zero(above))];
  const std::uint64_t logs = logs_ & (~std::uint64_t{0} << (list.log + 1));
  if (logs == 0) return nullptr;
  const unsigned log = static_cast<unsigned>(std::countr_zero(logs));
  return lists_[log][static_cast<unsigned>(std::countr_zero(steps_[log]))];
}

// Gives the first `gap` bytes of an unlinked block back and returns the rest.
Heap::Block* Heap::CutFront(Block* block, std::size_t gap) {
  Block* const rest = block->At(gap);
  rest->word = block->size() - gap;
  block->word = (block->word & kBeforeUsed) | gap;
  Insert(block);
  return rest;
}

// Gives back what an unlinked block has above `size`, if it can be a block.
void Heap::CutBack(Block* block, std::size_t size) {
  if (block->size() - size < kBlockBytesMin) return;
  Block* const rest = block->At(size);
  rest->word = kBeforeUsed | (block->size() - size);
  block->word = (block->word & kBeforeUsed) | size;
  Insert(rest);
}

// Makes an unlinked block the caller's.
void Heap::Hand(Block* block, std::size_t bytes) {
  const std::uint64_t slack = block->size() - kHeaderBytes - bytes;
  block->word = (block->word & (kSizeMask | kBeforeUsed)) | kUsed | slack << kSlackShift;
  block->guard = GuardOf(block);
  block->WriteCanary();
}

void* Heap::Allocate(std::size_t bytes, std::size_t alignment) {
  if (broken_ || first_ == nullptr || bytes > kMemoryBytesMax || alignment > kMemoryBytesMax) return nullptr;
  const std::size_t size = std::max(RoundUp(kHeaderBytes + bytes + kCanaryBytes, kAlignment), kBlockBytesMin);
  // Room to move the block to the boundary and to leave a block in front of it.
  const std::size_t room = alignment > kAlignment ? size + alignment + kBlockBytesMin : size;
  if (room >= kMemoryBytesMax) return nullptr;
  Block* block = Find(room);
  if (block == nullptr) return nullptr;
  if (!Unlink(block)) return Broken();
  if (alignment > kAlignment) {
    const std::size_t payload = reinterpret_cast<std::size_t>(block->payload());
    std::size_t gap = RoundUp(payload, alignment) - payload;
    while (gap != 0 && gap < kBlockBytesMin) gap += alignment;
    if (gap != 0) block = CutFront(block, gap);
  }
  CutBack(block, size);
  block->After()->word |= kBeforeUsed;
  Hand(block, bytes);
  used_bytes_ += block->size();
  return block->payload();
}

Heap::Block* Heap::BlockOf(const void* payload) const {
  const std::size_t place = reinterpret_cast<std::size_t>(payload);
  if (!Holds(payload) || place % kAlignment != 0 ||
      place - kHeaderBytes < reinterpret_cast<std::size_t>(first_))
    return nullptr;
  return reinterpret_cast<Block*>(place - kHeaderBytes);
}

// The block in use that these bytes are, its edges whole.
Heap::Block* Heap::CheckedBlock(const void* payload) {
  Block* const block = BlockOf(payload);
  const bool sound = !broken_ && block != nullptr && IsSound(block) && block->used() && block->HasCanary();
  if (!sound) broken_ = true;
  return sound ? block : nullptr;
}

bool Heap::Free(void* payload) {
  Block* block = CheckedBlock(payload);
  if (block == nullptr) return false;
  used_bytes_ -= block->size();
  std::memset(block->payload(), 0, block->size() - kHeaderBytes);
  std::size_t size = block->size();
  const bool joins_before = (block->word & kBeforeUsed) == 0;
  Block* const after = block->After();
  if (!after->used()) {
    const std::size_t more = after->size();
    if (!Unlink(after)) return Broken() != nullptr;
    std::memset(after->bytes(), 0, kHeaderBytes);
    size += more;
  }
  if (joins_before) {
    const std::size_t more = block->SizeBefore();
    if (more > static_cast<std::size_t>(block->bytes() - first_->bytes())) return Broken() != nullptr;
    Block* const before = reinterpret_cast<Block*>(block->bytes() - more);
    if (before->size() != more || !Unlink(before)) return Broken() != nullptr;
    std::memset(block->bytes(), 0, kHeaderBytes);
    block = before;
    size += more;
  }
  // No two neighbours are free, so whatever is in front now is in use.
  block->word = kBeforeUsed | size;
  Insert(block);
  return true;
}

bool Heap::ResizeInPlace(void* payload, std::size_t bytes) {
  Block* const block = CheckedBlock(payload);
  if (block == nullptr) return false;
  const std::size_t room = block->size() - kHeaderBytes - kCanaryBytes;
  if (bytes > room || room - bytes > room / 2 || room - bytes > kSlackMax - kCanaryBytes) return false;
  block->WipeCanary();
  const std::size_t before = block->asked();
  if (bytes < before) std::memset(block->payload() + bytes, 0, before - bytes);
  Hand(block, bytes);
  return true;
}

std::size_t Heap::SizeOf(const void* payload) {
  const Block* const block = CheckedBlock(payload);
  return block == nullptr ? 0 : block->asked();
}

}  // namespace passport::platform
