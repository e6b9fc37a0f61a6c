#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <optional>

#include "edl/base/codec.h"

// libFuzzer's, where there is one.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                      std::size_t size_max);

namespace passport::fuzz {
namespace {

// Big endian where the encoding is (secp256k1), little endian for Ed25519 and X25519 (RFC 7748, section 7;
// RFC 8032).
constexpr std::string_view kEdges[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",    // n - 1
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",    // n
    "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1",    // above it, s is high
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",    // p
    "000000000000000000000000000000000000000000000000000000000000000000",  // as a compressed point: infinity
    "020000000000000000000000000000000000000000000000000000000000000005",  // on the twist
    "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",  // G
    "0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",  // -G
    "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",  // x = p
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",  // an uncompressed point's first
                                                                           // byte
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",    // L of Ed25519
    "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",    // L - 1
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",    // 2^255 - 19
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",    // order 8
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",    // X25519, order 8
};

using Random = std::minstd_rand;

std::size_t Below(Random& random, std::size_t end) { return end == 0 ? 0 : random() % end; }

template <class List>
const auto& Pick(const List& list, Random& random) {
  return list[Below(random, std::size(list))];
}

std::uint64_t EdgeInteger(Random& random) {
  static constexpr std::uint64_t kIntegers[] = {
      0,          1,          2,          3,          4,          0x7f,
      0x80,       0xff,       0x100,      0x7fff,     0x8000,     0xffff,
      0x10000,    0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32, 0x7fffffffffffffff,
      1ull << 63, ~0ull - 1,  ~0ull};
  return Pick(kIntegers, random);
}

Bytes LittleEndian(std::uint64_t value, std::size_t bytes) {
  Bytes out;
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

std::size_t MutateByLibFuzzer(std::uint8_t* data, std::size_t size, std::size_t size_max) {
  if (LLVMFuzzerMutate != nullptr) return LLVMFuzzerMutate(data, size, size_max);
  if (size > 0) data[size / 2] ^= 0x41;
  return size;
}

void MutateByLibFuzzer(Bytes& bytes, std::size_t size_max) {
  const std::size_t size = bytes.size();
  bytes.resize(std::max(size, std::min(size_max, size + 16)));
  bytes.resize(MutateByLibFuzzer(bytes.data(), size, bytes.size()));
}

void Overwrite(Bytes& bytes, std::size_t at, ByteSpan value) {
  const std::size_t size = std::min(value.size(), bytes.size() - at);
  std::copy_n(value.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// Some live value of this size; nothing if there is none.
std::optional<Bytes> LiveValueOf(std::size_t size, Random& random) {
  const std::vector<Bytes>& values = LiveValues();
  const std::size_t first = Below(random, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Bytes& value = values[(first + i) % values.size()];
    if (value.size() == size) return value;
  }
  return std::nullopt;
}

struct Piece {
  BodyField field;
  Bytes content;
  std::uint32_t count = 0;  // as it is written, of kVariable and kArray
};

bool IsCounted(const BodyField& field) {
  return field.kind == FieldKind::kVariable || field.kind == FieldKind::kArray;
}

std::size_t FixedBytes(const BodyField& field) {
  if (field.kind == FieldKind::kEnum) return 2;
  return field.kind == FieldKind::kBool ? 1 : field.size;
}

// As many of the fields as there are bytes for; the rest are empty, and bytes left over are a last piece
// without a count.
std::vector<Piece> Split(std::span<const BodyField> fields, ByteSpan body) {
  std::vector<Piece> out;
  for (const BodyField& field : fields) {
    std::size_t size = FixedBytes(field);
    std::uint32_t count = 0;
    if (IsCounted(field)) {
      Reader prefix(body);
      count = prefix.U32();
      body = body.subspan(std::min<std::size_t>(4, body.size()));
      size = std::size_t{count} * field.item_bytes;
    }
    size = std::min(size, body.size());
    out.push_back({field, ToBytes(body.first(size)), count});
    if (!IsCounted(field)) out.back().content.resize(FixedBytes(field));
    body = body.subspan(size);
  }
  out.push_back({{FieldKind::kFixed, body.size(), 1}, ToBytes(body), 0});
  return out;
}

Bytes Join(const std::vector<Piece>& pieces) {
  Writer out;
  for (const Piece& piece : pieces) {
    if (IsCounted(piece.field)) out.U32(piece.count);
    out.Raw(piece.content);
  }
  return out.Take();
}

// Content of `items` items, repeated or cut.
void Resize(Piece& piece, std::size_t items) {
  const std::size_t bytes = items * piece.field.item_bytes;
  const Bytes pattern = piece.content.empty() ? Bytes{0x61} : piece.content;
  while (piece.content.size() < bytes) Append(piece.content, pattern);
  piece.content.resize(bytes);
  piece.count = static_cast<std::uint32_t>(items);
}

void MutateCounted(Piece& piece, std::size_t size_max, Random& random) {
  const std::size_t items = piece.content.size() / piece.field.item_bytes;
  switch (Below(random, 8)) {
    case 0:
      return Resize(piece, piece.field.size - std::min<std::size_t>(piece.field.size, 1));
    case 1:
      return Resize(piece, piece.field.size);
    case 2:
      return Resize(piece, piece.field.size + 1);
    case 3:
      piece.count += random() % 2 == 0 ? 1u : ~0u;  // one more, or one less, than there is
      return;
    case 4:
      piece.count = static_cast<std::uint32_t>(EdgeInteger(random));
      return;
    case 5:
      return Resize(piece, std::min(2 * items, piece.field.size));  // each of them twice
    default:
      MutateBytes(piece.content, size_max, random);
      piece.count = static_cast<std::uint32_t>(piece.content.size() / piece.field.item_bytes);
  }
}

void MutatePiece(Piece& piece, std::size_t size_max, Random& random) {
  const std::size_t size = piece.content.size();
  if (IsCounted(piece.field)) return MutateCounted(piece, size_max, random);
  if (const auto live = LiveValueOf(size, random); live && random() % 2 == 0) {
    piece.content = *live;
    return;
  }
  switch (piece.field.kind) {
    case FieldKind::kBool:
      piece.content = LittleEndian(Pick(std::array{0u, 1u, 2u, 255u}, random), size);
      return;
    case FieldKind::kEnum:
      piece.content =
          LittleEndian(random() % 8 == 0 ? EdgeInteger(random) : Below(random, piece.field.size + 2), size);
      return;
    case FieldKind::kInteger:
      piece.content = LittleEndian(EdgeInteger(random) + random() % 3 - 1, size);
      return;
    default:
      if (size > 0) MutateBytes(piece.content, size, random);
      if (piece.field.size != 0) piece.content.resize(piece.field.size);
  }
}

}  // namespace

std::vector<Bytes>& LiveValues() {
  static std::vector<Bytes> values;
  return values;
}

std::span<const Bytes> EdgeValues() {
  static const std::vector<Bytes> values = [] {
    std::vector<Bytes> out;
    for (const std::string_view hex : kEdges) out.push_back(ParseHex(hex).value());
    return out;
  }();
  return values;
}

void MutateBytes(Bytes& bytes, std::size_t size_max, Random& random) {
  const std::size_t at = Below(random, bytes.size());
  switch (bytes.empty() ? 7 : Below(random, 8)) {
    case 0:
      return Overwrite(bytes, at, Pick(EdgeValues(), random));
    case 1:
      return Overwrite(bytes, at, LittleEndian(EdgeInteger(random), std::size_t{1} << Below(random, 4)));
    case 2:
      if (!LiveValues().empty()) Overwrite(bytes, at, Pick(LiveValues(), random));
      return;
    case 3:  // a whole live value
      if (!LiveValues().empty()) bytes = Pick(LiveValues(), random);
      break;
    case 4: {  // a piece twice
      const std::size_t size = std::min(bytes.size() - at, Below(random, 70) + 1);
      const Bytes again(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), again.begin(), again.end());
      break;
    }
    default:
      MutateByLibFuzzer(bytes, size_max);
  }
  bytes.resize(std::min(bytes.size(), size_max));
}

std::size_t MutateBody(std::span<const BodyField> fields, std::uint8_t* data, std::size_t size,
                       std::size_t size_max, unsigned seed) {
  Random random(seed);
  if (random() % 10 == 0) return MutateByLibFuzzer(data, size, size_max);
  std::vector<Piece> pieces = Split(fields, {data, size});
  const std::size_t choices =
      pieces.size() - (random() % 16 == 0 ? 0 : 1);  // rarely what should not be there
  for (std::size_t i = random() % 3 + 1; i > 0 && choices > 0; --i)
    MutatePiece(pieces[Below(random, choices)], size_max, random);
  const Bytes out = Join(pieces);
  const std::size_t kept = std::min(out.size(), size_max);
  std::copy_n(out.begin(), kept, data);
  return kept;
}

}  // namespace passport::fuzz
