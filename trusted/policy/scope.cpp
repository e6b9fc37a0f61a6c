#include "trusted/policy/scope.h"

#include "edl/base/codec.h"
#include "edl/base/uuid.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::policy {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint32_t kOwnersMax = 16;

}  // namespace

ScopeId ScopeIdFor(const crypto::P256PublicKey& owner, const ByteArray<32>& r) {
  return ScopeId{UuidFrom(crypto::TaggedHash(crypto::tag::kScopeId, r, {owner}))};
}

Bytes Scope::Encode() const {
  Writer out;
  out.U8(kFormat).Raw(id.bytes).U32(static_cast<std::uint32_t>(owners.size()));
  for (const auto& owner : owners) out.Raw(owner);
  out.Text(config).U32(static_cast<std::uint32_t>(used.size()));
  for (const auto& r : used) out.Raw(r);
  return out.Take();
}

Result<Scope> Scope::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  Scope out;
  out.id = ScopeId{in.Array<16>()};
  const std::uint32_t owners = in.Count(kOwnersMax);
  for (std::uint32_t i = 0; i < owners; ++i) out.owners.push_back(in.Array<91>());
  out.config = in.Text(kConfigBytesMax);
  const std::uint32_t used = in.Count(kUsedMax);
  for (std::uint32_t i = 0; i < used; ++i) out.used.push_back(in.Array<32>());
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::policy
