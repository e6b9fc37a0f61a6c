// Operators' statements: one encoding each; taken are those that an operator signed, for that node, once, in
// time.
#include <algorithm>

#include "edl/base/codec.h"
#include "tests/fuzz_formats/signed_things.h"

using namespace passport;
using core::AdminStatement;
using core::BackupStatement;
using core::PolicyStatement;
using core::ResumeStatement;
using core::TimeBounds;
using fuzz::kBoot;
using fuzz::kNumber;
using fuzz::kSelf;

namespace {

// All that this network's operators have ever signed.
const std::vector<Hash32>& Signed() {
  static const std::vector<Hash32> hashes = [] {
    std::vector<Hash32> out = {fuzz::ResumeOfTwo().SignedHash()};
    for (const AdminStatement& statement : fuzz::Statements()) out.push_back(statement.SignedHash());
    for (const PolicyStatement& statement : fuzz::PoliciesOfTwo()) out.push_back(statement.SignedHash());
    for (const BackupStatement& statement : fuzz::BackupsOfTwo()) out.push_back(statement.SignedHash());
    return out;
  }();
  return hashes;
}

const peer::Manifest& Network() { return fuzz::FirstManifest().manifest; }

template <class Statement>
void CheckTaken(const Statement& statement, const Result<Unit>& taken, std::uint64_t last, TimeBounds now) {
  if (!taken.ok()) return;
  PASSPORT_CHECK(std::ranges::find(Signed(), statement.SignedHash()) != Signed().end());
  PASSPORT_CHECK(statement.number > last && statement.expires_unix_ms > now.latest_ms);
  PASSPORT_CHECK(statement.number <= now.earliest_ms + core::kNumberAheadMs);
  PASSPORT_CHECK(statement.expires_unix_ms - statement.number <= core::kStatementLifeMaxMs);
}

}  // namespace

// The last number that was taken and the time, then the statement.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in({data, size});
  const std::uint64_t last = kNumber - 1 + in.U8() % 2;
  const TimeBounds now{kNumber - in.U32(), kNumber + in.U32()};
  const ByteSpan bytes = in.Raw(in.remaining());
  if (const auto statement = AdminStatement::Parse(bytes); statement.ok()) {
    PASSPORT_CHECK(Equal(statement.value().Encode(), bytes));
    CheckTaken(statement.value(), VerifyStatement(statement.value(), Network(), kSelf, last, now), last, now);
    PASSPORT_CHECK(!ResumeStatement::Parse(bytes).ok());
  }
  if (const auto statement = ResumeStatement::Parse(bytes); statement.ok()) {
    PASSPORT_CHECK(Equal(statement.value().Encode(), bytes));
    CheckTaken(statement.value(), VerifyStatement(statement.value(), Network(), kSelf, kBoot, 2, last, now),
               last, now);
  }
  if (const auto statement = PolicyStatement::Parse(bytes); statement.ok()) {
    PASSPORT_CHECK(Equal(statement.value().Encode(), bytes));
    CheckTaken(statement.value(), VerifyStatement(statement.value(), Network(), kSelf, kBoot, last, now),
               last, now);
  }
  if (const auto statement = BackupStatement::Parse(bytes); statement.ok()) {
    PASSPORT_CHECK(Equal(statement.value().Encode(), bytes));
    CheckTaken(statement.value(), VerifyStatement(statement.value(), Network(), kSelf, last, now), last, now);
  }
  return 0;
}
