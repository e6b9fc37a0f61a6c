// Sealed records: a blob opens only if it is, byte for byte, one that this sealer made for that record; what
// is sealed opens again.
#include <algorithm>

#include "edl/base/codec.h"
#include "tests/fuzz_formats/sealed_things.h"

using namespace passport;
using fuzz::KeysOf;
using fuzz::kPolicies;
using fuzz::kSvn;
using fuzz::OwnSealer;
using sealing::RecordHeader;
using sealing::Sealer;

namespace {

// Another enclave image, another product, and the version before of this one.
const std::vector<Sealer>& Others() {
  static const std::vector<Sealer> sealers = [] {
    std::vector<Sealer> out;
    out.emplace_back(KeysOf(9, 2, kSvn));
    out.emplace_back(KeysOf(1, 9, kSvn));
    out.emplace_back(KeysOf(1, 9, kSvn - 1));
    return out;
  }();
  return sealers;
}

void CheckOpensOnlyWhatWasMade(ByteSpan blob) {
  for (const fuzz::SealedRecord& made : fuzz::SealedRecords()) {
    const auto opened = OwnSealer().Unseal(made.header.type, made.header.id, blob);
    const bool is_made = std::ranges::any_of(fuzz::SealedRecords(), [&](const fuzz::SealedRecord& other) {
      return other.header.id == made.header.id && Equal(other.blob, blob);
    });
    PASSPORT_CHECK(opened.ok() == is_made);
    PASSPORT_CHECK(opened.ok() || opened.error() == Status::kUnseal);  // one reason for all
    PASSPORT_CHECK(
        !OwnSealer().Unseal(static_cast<std::uint16_t>(made.header.type + 1), made.header.id, blob).ok());
  }
}

void CheckPeek(ByteSpan blob) {
  const auto header = sealing::PeekHeader(blob);
  if (!header.ok()) return;
  PASSPORT_CHECK(blob.size() >= sealing::kSealOverheadBytes && blob.size() <= sealing::kSealedBytesMax);
  Reader in(blob.subspan(48));
  PASSPORT_CHECK(in.U16() == header.value().type && in.Array<32>() == header.value().id.bytes);
  PASSPORT_CHECK(in.U64() == header.value().version && in.U64() == header.value().head_counter);
  PASSPORT_CHECK(in.U32() == blob.size() - sealing::kSealOverheadBytes);
}

// The input as a record: header fields, and the rest is the content.
void CheckSealed(ByteSpan input) {
  Reader in(input);
  RecordHeader header;
  header.policy = static_cast<sealing::SealPolicy>(in.U8() % kPolicies + 1);
  header.type = in.U16();
  header.id.bytes = in.Array<32>();
  header.version = in.U64();
  header.head_counter = in.U64();
  const std::size_t changed_at = in.U16();
  if (in.failed() || in.remaining() > sealing::kSealPlaintextBytesMax) return;
  const ByteSpan content = in.Raw(in.remaining());
  crypto::SeededRng rng(2);
  Bytes blob = OwnSealer().Seal(header, content, rng);
  const auto opened = OwnSealer().Unseal(header.type, header.id, blob);
  PASSPORT_CHECK(opened.ok() && Equal(opened.value().plaintext.Expose(), content));
  PASSPORT_CHECK(opened.value().version == header.version &&
                 opened.value().head_counter == header.head_counter);
  PASSPORT_CHECK(opened.value().keys.svn == kSvn && sealing::PeekHeader(blob).value() == header);
  const std::size_t stranger = header.policy == sealing::SealPolicy::kUnique ? 0 : 1;
  PASSPORT_CHECK(!Others()[stranger].Unseal(header.type, header.id, blob).ok());
  PASSPORT_CHECK(!Others()[2].Unseal(header.type, header.id, blob).ok() ||
                 stranger == 0);  // an older version
  blob[changed_at % blob.size()] ^= 1;
  PASSPORT_CHECK(!OwnSealer().Unseal(header.type, header.id, blob).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  CheckOpensOnlyWhatWasMade(input);
  CheckPeek(input);
  CheckSealed(input);
  return 0;
}
