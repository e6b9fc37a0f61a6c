// Any bytes: what is skipped is a beginning of them, and skipping it again alone reads all of it.
#include "trusted/cbor/cbor.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  cbor::CborReader in(input);
  in.Skip(4);
  if (in.failed()) return 0;
  const ByteSpan skipped = input.first(size - in.rest().size());
  PASSPORT_CHECK(!skipped.empty());
  cbor::CborReader again(skipped);
  again.Skip(4);
  PASSPORT_CHECK(again.Done());
  cbor::CborReader shorter(skipped.first(skipped.size() - 1));
  shorter.Skip(4);
  PASSPORT_CHECK(shorter.failed());
  return 0;
}
