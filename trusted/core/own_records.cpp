#include "trusted/core/own_records.h"

namespace passport::core {
namespace {

constexpr std::uint8_t kKeysFormat = 1;
constexpr std::uint8_t kAdminFormat = 1;

}  // namespace

crypto::SecretBytes OwnKeys::EncodeSecret() const {
  Writer out;
  out.U8(kKeysFormat).Raw(signing.seed().Expose()).Raw(channel.Expose());
  return crypto::SecretBytes(out.Take());
}

Result<OwnKeys> OwnKeys::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  crypto::SecretKey32 seed(in.Array<32>());
  crypto::SecretKey32 channel(in.Array<32>());
  if (!in.Done() || format != kKeysFormat) return Fail(Status::kMalformed);
  return OwnKeys{crypto::SigningKey(std::move(seed)), std::move(channel)};
}

Bytes LastStatement::Encode() const { return Writer().U8(kAdminFormat).U64(number).Take(); }

Result<LastStatement> LastStatement::Parse(ByteSpan bytes) {
  Reader in(bytes);
  const std::uint8_t format = in.U8();
  const LastStatement out{in.U64()};
  if (!in.Done() || format != kAdminFormat) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::core
