// The format is that of LMDB 0.9 (mdb.c: MDB_page, MDB_meta, MDB_db, MDB_node) on little-endian machines with
// 64 bits.
#include "untrusted/store/page_check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <compare>
#include <optional>
#include <vector>

#include "edl/base/codec.h"

namespace passport::host::store {
namespace {

constexpr std::size_t kPageHeaderBytes = 16;  // number 8, pad 2, flags 2, lower 2 and upper 2 (or pages 4)
constexpr std::size_t kNodeHeaderBytes = 8;   // low 2, high 2, flags 2, key size 2
constexpr std::size_t kMetaBytes = 136;
constexpr std::size_t kPageBytesMin = 4096;
constexpr std::size_t kPageBytesMax = 32768;
constexpr std::uint16_t kBranch = 1, kLeaf = 2, kOverflow = 4, kMeta = 8;
constexpr std::uint16_t kBigData = 1;     // of a node: its value is in overflow pages
constexpr std::uint16_t kIntegerKey = 8;  // of a tree: what the one of free pages has
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint64_t kFirstPage = 2;  // after the two meta pages
constexpr std::uint16_t kDepthMax = 31;  // LMDB's cursors have 32 places
constexpr std::size_t kKeyBytesMax = 511;

struct Tree {
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = kNoPage;
};

struct Meta {
  std::uint32_t page_bytes = 0;
  Tree free;
  Tree records;
  std::uint64_t last_page = 0;
  std::uint64_t transaction = 0;
};

Tree ReadTree(Reader& in) {
  Tree out;
  out.flags = in.U16();
  out.depth = in.U16();
  out.branch_pages = in.U64();
  out.leaf_pages = in.U64();
  out.overflow_pages = in.U64();
  out.entries = in.U64();
  out.root = in.U64();
  return out;
}

std::optional<Meta> ReadMeta(ByteSpan page) {
  Reader in(page.first(std::min(page.size(), kPageHeaderBytes + kMetaBytes)));
  in.Raw(10);
  const bool is_meta = (in.U16() & kMeta) != 0;
  in.Raw(4);
  const bool is_version = in.U32() == 0xbeefc0de && in.U32() == 1;
  in.Raw(16);  // where it was mapped, and how large
  Meta out;
  out.page_bytes = in.U32();
  out.free = ReadTree(in);
  in.U32();
  out.records = ReadTree(in);
  out.last_page = in.U64();
  out.transaction = in.U64();
  if (!in.Done() || !is_meta || !is_version) return std::nullopt;
  return out;
}

struct Page {
  ByteSpan bytes;
  std::uint16_t flags = 0;
  std::uint16_t lower = 0;  // of an overflow page, lower and upper are its count of pages
  std::uint16_t upper = 0;
  std::size_t nodes() const { return (lower - kPageHeaderBytes) / 2; }
};

struct Node {
  std::uint64_t number = 0;  // below a branch: the page; in a leaf: the bytes of the value
  std::uint16_t flags = 0;
  ByteSpan key;
  ByteSpan value;         // in a leaf, of a small one
  std::size_t at = 0;     // where in the page
  std::size_t bytes = 0;  // with its header, padded to an even number
};

// One walk over both trees.
class Walk {
 public:
  Walk(ByteSpan file, const Meta& meta)
      : file_(file), meta_(meta), used_(static_cast<std::size_t>(meta.last_page) + 1, false) {}

  bool Sound() {
    return IsSound(meta_.records, false) && IsSound(meta_.free, true) &&
           std::ranges::none_of(free_, [this](std::uint64_t page) { return used_[page]; });
  }

 private:
  bool IsSound(const Tree& tree, bool is_free);
  bool Visit(std::uint64_t number, std::uint16_t depth);
  bool VisitBranch(const Page& page, std::uint16_t depth);
  bool VisitLeaf(const Page& page);
  bool TakesOverflow(const Node& node);
  bool TakesFreePages(const Node& node);
  bool Above(ByteSpan key, bool or_equal) const;
  bool Use(std::uint64_t number);
  std::optional<Page> PageAt(std::uint64_t number) const;
  std::optional<std::vector<Node>> NodesOf(const Page& page) const;

  ByteSpan file_;
  const Meta& meta_;
  std::vector<bool> used_;
  std::vector<std::uint64_t> free_;
  Tree seen_;  // what the walk has counted of the present tree
  bool is_free_ = false;
  ByteSpan last_;  // key
  bool has_last_ = false;
  bool is_separator_ = false;  // `last_` may be the next key, too
};

bool Walk::Use(std::uint64_t number) {
  if (number < kFirstPage || number > meta_.last_page || used_[number]) return false;
  used_[number] = true;
  return true;
}

std::optional<Page> Walk::PageAt(std::uint64_t number) const {
  const ByteSpan bytes = file_.subspan(number * meta_.page_bytes, meta_.page_bytes);
  Reader in(bytes);
  const std::uint64_t own_number = in.U64();
  in.U16();
  Page out{bytes, in.U16(), in.U16(), in.U16()};
  if (own_number != number) return std::nullopt;
  return out;
}

// Those of a branch or leaf: LMDB keeps them without gaps at the end of the page.
std::optional<std::vector<Node>> Walk::NodesOf(const Page& page) const {
  if (page.lower < kPageHeaderBytes || page.lower % 2 != 0 || page.lower > page.upper ||
      page.upper > page.bytes.size())
    return std::nullopt;
  std::vector<Node> out;
  Reader offsets(page.bytes.subspan(kPageHeaderBytes));
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    Node node;
    node.at = offsets.U16();
    if (node.at < page.upper || node.at > page.bytes.size()) return std::nullopt;
    Reader in(page.bytes.subspan(node.at));
    const std::uint64_t low = in.U16(), high = in.U16();
    node.flags = in.U16();
    node.number = low | high << 16;
    node.key = in.Raw(in.U16());
    if (page.flags == kBranch) {
      node.number |= std::uint64_t{node.flags} << 32;
    } else {
      node.value = in.Raw(node.flags == kBigData ? 8 : node.number);
    }
    if (in.failed() || node.key.size() > kKeyBytesMax) return std::nullopt;
    node.bytes = (kNodeHeaderBytes + node.key.size() + node.value.size() + 1) / 2 * 2;
    bytes += node.bytes;
    out.push_back(node);
  }
  if (bytes != page.bytes.size() - page.upper) return std::nullopt;
  std::vector<Node> by_place = out;
  std::ranges::sort(by_place, {}, &Node::at);
  std::size_t expected = page.upper;
  for (const Node& node : by_place) {
    if (node.at != expected) return std::nullopt;
    expected += node.bytes;
  }
  return out;
}

// The order of the tree: numbers of 8 bytes, or bytes and then the length.
bool Walk::Above(ByteSpan key, bool or_equal) const {
  if (!has_last_) return true;
  std::strong_ordering order = std::strong_ordering::equal;
  if (is_free_) {
    order = Reader(key).U64() <=> Reader(last_).U64();
  } else {
    order = std::lexicographical_compare_three_way(key.begin(), key.end(), last_.begin(), last_.end());
  }
  return order > 0 || (or_equal && order == 0);
}

bool Walk::VisitBranch(const Page& page, std::uint16_t depth) {
  const auto nodes = NodesOf(page);
  if (!nodes || nodes->size() < 2) return false;
  ++seen_.branch_pages;
  for (const Node& node : *nodes) {
    if (&node != &nodes->front()) {  // the key of the first one means nothing
      if ((is_free_ && node.key.size() != 8) || !Above(node.key, false)) return false;
      last_ = node.key;
      has_last_ = is_separator_ = true;
    }
    if (!Visit(node.number, static_cast<std::uint16_t>(depth + 1))) return false;
  }
  return true;
}

bool Walk::VisitLeaf(const Page& page) {
  const auto nodes = NodesOf(page);
  if (!nodes || nodes->empty()) return false;
  ++seen_.leaf_pages;
  for (const Node& node : *nodes) {
    if ((node.flags & ~kBigData) != 0 || node.key.empty() || (is_free_ && node.key.size() != 8)) return false;
    if (!Above(node.key, is_separator_)) return false;
    last_ = node.key;
    has_last_ = true;
    is_separator_ = false;
    ++seen_.entries;
    if (node.flags == kBigData && !TakesOverflow(node)) return false;
    if (is_free_ && !TakesFreePages(node)) return false;
  }
  return true;
}

bool Walk::TakesOverflow(const Node& node) {
  const std::uint64_t first = Reader(node.value).U64();
  const std::uint64_t pages = (kPageHeaderBytes - 1 + node.number) / meta_.page_bytes + 1;
  for (std::uint64_t i = 0; i < pages; ++i) {
    if (first > meta_.last_page || !Use(first + i)) return false;
  }
  const auto page = PageAt(first);
  seen_.overflow_pages += pages;
  return page && page->flags == kOverflow && (page->lower | std::uint32_t{page->upper} << 16) == pages;
}

// A count, and so many page numbers that fall.
bool Walk::TakesFreePages(const Node& node) {
  ByteSpan list = node.value;
  if (node.flags == kBigData) {
    list = file_.subspan(Reader(node.value).U64() * meta_.page_bytes + kPageHeaderBytes, node.number);
  }
  if (list.size() % 8 != 0) return false;
  Reader in(list);
  std::uint64_t left = in.U64();
  if (left > in.remaining() / 8) return false;
  for (std::uint64_t above = meta_.last_page + 1; left > 0; --left) {
    const std::uint64_t page = in.U64();
    if (page < kFirstPage || page >= above) return false;
    free_.push_back(above = page);
  }
  return !in.failed();
}

bool Walk::Visit(std::uint64_t number, std::uint16_t depth) {
  if (depth > kDepthMax || !Use(number)) return false;
  const auto page = PageAt(number);
  if (!page) return false;
  seen_.depth = std::max(seen_.depth, depth);
  if (page->flags == kBranch) return VisitBranch(*page, depth);
  return page->flags == kLeaf && depth == (is_free_ ? meta_.free : meta_.records).depth && VisitLeaf(*page);
}

bool Walk::IsSound(const Tree& tree, bool is_free) {
  seen_ = {};
  is_free_ = is_free;
  has_last_ = is_separator_ = false;
  if (tree.flags != (is_free ? kIntegerKey : 0)) return false;
  if (tree.root != kNoPage && !Visit(tree.root, 1)) return false;
  return seen_.depth == tree.depth && seen_.branch_pages == tree.branch_pages &&
         seen_.leaf_pages == tree.leaf_pages && seen_.overflow_pages == tree.overflow_pages &&
         seen_.entries == tree.entries;
}

}  // namespace

bool PagesAreSound(ByteSpan file) {
  const auto first = ReadMeta(file);
  if (!first) return false;
  const std::size_t page_bytes = first->page_bytes;
  const bool is_power = (page_bytes & (page_bytes - 1)) == 0;
  if (!is_power || page_bytes < kPageBytesMin || page_bytes > kPageBytesMax || file.size() < 2 * page_bytes)
    return false;
  const auto second = ReadMeta(file.subspan(page_bytes));
  if (!second || second->page_bytes != page_bytes) return false;
  const bool is_second = first->transaction < second->transaction;
  const Meta& newest = is_second ? *second : *first;
  if (newest.transaction % 2 != (is_second ? 1u : 0u)) return false;  // LMDB finds it by its parity
  if (newest.last_page < 1 || newest.last_page >= file.size() / page_bytes) return false;
  return Walk(file, newest).Sound();
}

bool FileIsSound(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  struct stat status {};
  if (fstat(fd, &status) != 0 || status.st_size == 0) {
    close(fd);
    return status.st_size == 0;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (map == MAP_FAILED) return false;
  const bool sound = PagesAreSound({static_cast<const std::uint8_t*>(map), size});
  munmap(map, size);
  return sound;
}

}  // namespace passport::host::store
