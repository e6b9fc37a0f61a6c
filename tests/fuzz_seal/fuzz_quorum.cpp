// A key that operators share, as a restore reads it, and shares that anybody sends for it: what parses
// encodes to the same bytes, and no share that was not made for this collector is taken.
#include "sealing/quorum.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto key = sealing::QuorumKey::Parse(input);
  if (!key.ok()) return 0;
  PASSPORT_CHECK(key.value().Encode() == ToBytes(input));
  const crypto::SecretKey32 own(Hash32{1});
  sealing::QuorumCollector collector(key.value(), Hash32{});
  for (const auto& [holder, share] : key.value().shares)
    PASSPORT_CHECK(!collector.Take(holder, share.sealed, own).ok());
  PASSPORT_CHECK(collector.missing() == key.value().k && !collector.Finish().ok());
  return 0;
}
