// Registers and the messages about them: one encoding each; holding a version keeps a register one that can
// be stored.
#include "trusted/replica/messages.h"

using namespace passport;
using replica::Register;

namespace {

void CheckStored(const Register& value) {
  const Bytes bytes = value.Encode();
  const auto again = Register::Parse(bytes);
  PASSPORT_CHECK(again.ok() && again.value().Encode() == bytes);
}

void CheckRegister(Register value) {
  PASSPORT_CHECK(!value.tentative || value.tentative->version.number > value.committed.version.number);
  PASSPORT_CHECK(value.empty() == (value.committed.version.number == 0 && !value.tentative));
  if (!value.tentative) return;
  replica::Tentative more = *value.tentative;
  ++more.ballot.round;
  more.evidence.push_back(1);
  if (more.evidence.size() > replica::kEvidenceBytesMax) return;
  value.Hold(more);  // the same version at a later ballot: the evidence that was judged stays
  PASSPORT_CHECK(value.tentative->ballot == more.ballot &&
                 value.tentative->evidence.size() + 1 == more.evidence.size());
  CheckStored(value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  if (auto value = Register::Parse(input); value.ok()) {
    PASSPORT_CHECK(Equal(value.value().Encode(), input));
    CheckRegister(std::move(value).value());
  }
  if (const auto message = replica::ParseMessage(input); message.ok())
    PASSPORT_CHECK(Equal(replica::EncodeMessage(message.value()), input));
  return 0;
}
