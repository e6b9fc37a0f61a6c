#include "trusted/derive/derive.h"

#include <algorithm>

#include "trusted/crypto/hash.h"

namespace passport::derive {
namespace {

ByteArray<4> BigEndian32(std::uint32_t v) {
  return {static_cast<std::uint8_t>(v >> 24), static_cast<std::uint8_t>(v >> 16),
          static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v)};
}

}  // namespace

Result<Derived> ChildOf(const ExtendedKey& parent, const ByteArray<64>& i) {
  const std::span<const std::uint8_t, 64> halves(i);
  PASSPORT_TRY(const curve::Scalar tweak, curve::Scalar::Parse(halves.first<32>()));
  const std::optional<curve::Point> child = curve::Add(parent.public_key, curve::MulBase(tweak));
  if (!child) return Fail(Status::kBadPoint);
  Derived out{{*child, {}}, tweak};
  std::copy(i.begin() + 32, i.end(), out.key.chain_code.begin());
  return out;
}

Result<Derived> Derive(const ExtendedKey& root, const Path& path) {
  Derived out{root, {}};
  for (const std::uint32_t index : path.indices()) {
    PASSPORT_TRY(const Derived child,
                 ChildOf(out.key, crypto::HmacSha512(out.key.chain_code,
                                                     {out.key.public_key.Encode(), BigEndian32(index)})));
    out = {child.key, out.tweak + child.tweak};
  }
  return out;
}

}  // namespace passport::derive
