#include "trusted/platform_link/platform_link.h"

#include "edl/base/check.h"
#include "edl/base/codec.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"

namespace passport::platform_link {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMacBytes = 32;

bool IsKind(std::uint8_t kind) { return kind >= 1 && kind <= 3; }

}  // namespace

Bytes Request::Encode() const {
  PASSPORT_CHECK(body.size() <= kRequestBodyMax);
  Writer out;
  out.U8(kVersion).U8(static_cast<std::uint8_t>(kind)).U64(id).Raw(body);
  return out.Take();
}

Result<Request> Request::Parse(ByteSpan input) {
  if (input.size() > kLinkBytesMax) return Fail(Status::kMalformed);
  Reader in(input);
  const std::uint8_t version = in.U8();
  const std::uint8_t kind = in.U8();
  Request request{static_cast<Kind>(kind), in.U64(), ToBytes(in.Raw(in.remaining()))};
  if (!in.Done() || version != kVersion || !IsKind(kind)) return Fail(Status::kMalformed);
  return request;
}

Bytes Answer::Seal(const crypto::SecretKey32& key) const {
  PASSPORT_CHECK(body.size() <= kAnswerBodyMax);
  Writer out(body.size() + kAnswerOverheadBytes);
  out.U8(kVersion).U8(static_cast<std::uint8_t>(kind)).U64(id).U8(static_cast<std::uint8_t>(outcome));
  out.Var(body).Raw(crypto::HmacSha256(key.Expose(), {out.bytes()}));
  return out.Take();
}

Result<Answer> Answer::Open(const crypto::SecretKey32& key, ByteSpan input) {
  if (input.size() < kAnswerOverheadBytes || input.size() > kLinkBytesMax) return Fail(Status::kMalformed);
  const ByteSpan content = input.first(input.size() - kMacBytes);
  const Hash32 mac = crypto::HmacSha256(key.Expose(), {content});
  if (!crypto::EqualCt(mac, input.last(kMacBytes))) return Fail(Status::kMalformed);
  Reader in(content);
  const std::uint8_t version = in.U8();
  const std::uint8_t kind = in.U8();
  const std::uint64_t id = in.U64();
  const std::uint8_t outcome = in.U8();
  Answer answer{static_cast<Kind>(kind), id, static_cast<Outcome>(outcome), ToBytes(in.Var(kAnswerBodyMax))};
  if (!in.Done() || version != kVersion || !IsKind(kind) || outcome > 2) return Fail(Status::kMalformed);
  return answer;
}

}  // namespace passport::platform_link
