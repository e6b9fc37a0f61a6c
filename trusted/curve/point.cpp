#include "trusted/curve/point.h"

#include <secp256k1_ecdh.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "trusted/curve/point_access.h"

namespace passport::curve {
namespace {

// The context with the tables for base point multiplication. The library wants one object for this; it is
// made once, never changed afterwards and holds nothing secret: the one exception to "no statics".
const secp256k1_context* BaseContext() {
  static const secp256k1_context* const context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
  return context;
}

ByteArray<65> Uncompressed(const Point& point) {
  const secp256k1_pubkey key = PointAccess::Library(point);
  ByteArray<65> out;
  std::size_t size = out.size();
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, out.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  return out;
}

// What secp256k1_ecdh calls with the coordinates of the product; keeps them instead of hashing them.
int CopyCoordinates(unsigned char* output, const unsigned char* x, const unsigned char* y, void*) {
  std::memcpy(output, x, 32);
  std::memcpy(output + 32, y, 32);
  return 1;
}

}  // namespace

secp256k1_pubkey PointAccess::Library(const Point& point) {
  static_assert(sizeof(secp256k1_pubkey) == sizeof point.opaque_);
  secp256k1_pubkey key;
  std::memcpy(&key, point.opaque_.data(), sizeof key);
  return key;
}

Point PointAccess::FromLibrary(const secp256k1_pubkey& key) {
  Point out;
  std::memcpy(out.opaque_.data(), &key, sizeof key);
  return out;
}

std::optional<Point> PointAccess::FromXY(ByteSpan x, ByteSpan y) {
  PASSPORT_CHECK(x.size() == 32 && y.size() == 32);
  ByteArray<65> encoded = {SECP256K1_TAG_PUBKEY_UNCOMPRESSED};
  std::copy(x.begin(), x.end(), encoded.begin() + 1);
  std::copy(y.begin(), y.end(), encoded.begin() + 33);
  secp256k1_pubkey key;
  const int ok = secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, encoded.data(), encoded.size());
  crypto::Wipe(encoded.data(), encoded.size());
  if (ok == 0) return std::nullopt;
  return FromLibrary(key);
}

Result<Point> Point::Parse(ByteSpan compressed) {
  secp256k1_pubkey key;
  if (compressed.size() != 33 ||
      secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, compressed.data(), compressed.size()) == 0) {
    return Fail(Status::kBadPoint);
  }
  return PointAccess::FromLibrary(key);
}

ByteArray<33> Point::Encode() const {
  const secp256k1_pubkey key = PointAccess::Library(*this);
  ByteArray<33> out;
  std::size_t size = out.size();
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, out.data(), &size, &key, SECP256K1_EC_COMPRESSED);
  return out;
}

ByteArray<64> Point::EncodeXY() const {
  const ByteArray<65> encoded = Uncompressed(*this);
  ByteArray<64> out;
  std::copy(encoded.begin() + 1, encoded.end(), out.begin());
  return out;
}

bool Point::HasOddY() const { return Encode()[0] == SECP256K1_TAG_PUBKEY_ODD; }

ByteArray<32> Point::X() const {
  const ByteArray<33> encoded = Encode();
  ByteArray<32> out;
  std::copy(encoded.begin() + 1, encoded.end(), out.begin());
  return out;
}

Point Point::Negate() const {
  secp256k1_pubkey key = PointAccess::Library(*this);
  PASSPORT_CHECK(secp256k1_ec_pubkey_negate(secp256k1_context_static, &key) == 1);
  return PointAccess::FromLibrary(key);
}

bool operator==(const Point& a, const Point& b) { return a.Encode() == b.Encode(); }

std::optional<Point> MulBase(const Scalar& k) {
  const crypto::SecretKey32 bytes(k.Encode());
  secp256k1_pubkey key;
  if (secp256k1_ec_pubkey_create(BaseContext(), &key, bytes.Expose().data()) == 0) return std::nullopt;
  return PointAccess::FromLibrary(key);
}

std::optional<Point> Mul(const Scalar& k, const Point& p) {
  const crypto::SecretKey32 bytes(k.Encode());
  const secp256k1_pubkey key = PointAccess::Library(p);
  crypto::Secret<ByteArray<64>> xy;
  if (secp256k1_ecdh(secp256k1_context_static, xy.ExposeMutable().data(), &key, bytes.Expose().data(),
                     CopyCoordinates, nullptr) == 0) {
    return std::nullopt;
  }
  const std::span<const std::uint8_t, 64> coordinates(xy.Expose());
  return PointAccess::FromXY(coordinates.first<32>(), coordinates.last<32>());
}

std::optional<Point> MulVar(const Scalar& k, const Point& p) {
  const ByteArray<32> bytes = k.Encode();
  secp256k1_pubkey key = PointAccess::Library(p);
  if (secp256k1_ec_pubkey_tweak_mul(secp256k1_context_static, &key, bytes.data()) == 0) return std::nullopt;
  return PointAccess::FromLibrary(key);
}

std::optional<Point> Sum(std::span<const Point> points) {
  if (points.empty()) return std::nullopt;
  std::vector<secp256k1_pubkey> keys(points.size());
  std::vector<const secp256k1_pubkey*> addresses(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    keys[i] = PointAccess::Library(points[i]);
    addresses[i] = &keys[i];
  }
  secp256k1_pubkey sum;
  if (secp256k1_ec_pubkey_combine(secp256k1_context_static, &sum, addresses.data(), addresses.size()) == 0) {
    return std::nullopt;
  }
  return PointAccess::FromLibrary(sum);
}

std::optional<Point> Add(const std::optional<Point>& a, const std::optional<Point>& b) {
  if (!a) return b;
  if (!b) return a;
  const Point both[2] = {*a, *b};
  return Sum(both);
}

}  // namespace passport::curve
