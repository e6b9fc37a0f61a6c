// Files of sealed root keys: what is taken encodes to the same bytes.
#include "trusted/devices/sealed_blob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace passport;
  const Result<devices::SealedBlob> blob = devices::SealedBlob::Parse({data, size});
  if (blob.ok()) PASSPORT_CHECK(Equal(blob.value().Encode(), {data, size}));
  return 0;
}
