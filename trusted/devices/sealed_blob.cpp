#include "trusted/devices/sealed_blob.h"

#include "edl/base/codec.h"

namespace passport::devices {
namespace {

constexpr ByteArray<4> kMagic = {'P', 'T', 'P', 'M'};
constexpr std::uint8_t kVersion = 1;

}  // namespace

Bytes SealedBlob::Encode() const {
  PASSPORT_CHECK(area.size() <= kBlobAreaBytesMax && wrapped.size() <= kBlobWrappedBytesMax);
  Writer out(kBlobBytesMax);
  out.Raw(kMagic).U8(kVersion);
  for (const Hash32& value : pcrs) out.Raw(value);
  out.Raw(storage_key).Var(area).Var(wrapped);
  return out.Take();
}

Result<SealedBlob> SealedBlob::Parse(ByteSpan input) {
  Reader in(input);
  if (in.Array<4>() != kMagic || in.U8() != kVersion) return Fail(Status::kMalformed);
  SealedBlob out;
  for (Hash32& value : out.pcrs) value = in.Array<32>();
  out.storage_key = in.Array<32>();
  out.area = ToBytes(in.Var(kBlobAreaBytesMax));
  out.wrapped = ToBytes(in.Var(kBlobWrappedBytesMax));
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::devices
