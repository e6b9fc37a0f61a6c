// What passportd, its helpers and the enclave tell each other: one encoding each, an answer of the platform
// link only under its key, and plain text where it goes into logs and JSON. First byte: which form.
#include "edl/base/codec.h"
#include "trusted/platform/launch_info.h"
#include "trusted/platform_link/platform_link.h"

using namespace passport;

namespace {

const crypto::SecretKey32& LinkKey() {
  static const crypto::SecretKey32 key(Hash32{4});
  return key;
}

template <class T>
void CheckForm(ByteSpan input) {
  const auto parsed = T::Parse(input);
  if (parsed.ok()) PASSPORT_CHECK(Equal(parsed.value().Encode(), input));
}

void CheckLaunchInfo(ByteSpan input) {
  const auto info = platform::LaunchInfo::Parse(input);
  if (!info.ok()) return;
  const crypto::SecretBytes again = info.value().Encode();
  PASSPORT_CHECK(Equal(again.Expose(), input));
  PASSPORT_CHECK(IsPlainText(info.value().release.build));
}

void CheckConfinement(ByteSpan input) {
  const auto record = platform::ConfinementRecord::Parse(input);
  if (!record.ok()) return;
  PASSPORT_CHECK(Equal(record.value().Encode(), input));
  for (const auto& [name, state] : record.value().Listing())
    PASSPORT_CHECK(IsPlainText(name) && IsPlainText(state));
}

// Nobody without the key makes an answer; with it, what is said is what arrives, and no byte of it is
// another.
void CheckAnswer(ByteSpan input) {
  PASSPORT_CHECK(!platform_link::Answer::Open(LinkKey(), input).ok());
  Reader in(input);
  platform_link::Answer answer;
  answer.kind = static_cast<platform_link::Kind>(in.U8() % 3 + 1);
  answer.outcome = static_cast<platform_link::Outcome>(in.U8() % 3);
  answer.id = in.U64();
  const std::size_t changed_at = in.U16();
  answer.body = ToBytes(in.Raw(in.remaining()));
  if (answer.body.size() > platform_link::kAnswerBodyMax) return;
  Bytes sealed = answer.Seal(LinkKey());
  const auto opened = platform_link::Answer::Open(LinkKey(), sealed);
  PASSPORT_CHECK(opened.ok() && opened.value() == answer);
  sealed[changed_at % sealed.size()] ^= 1;
  PASSPORT_CHECK(!platform_link::Answer::Open(LinkKey(), sealed).ok());
}

void CheckProbes(ByteSpan input) {
  const auto probes = platform_link::ParseProbes(input);
  if (probes.ok()) PASSPORT_CHECK(Equal(platform_link::EncodeProbes(probes.value()), input));
}

// New forms go to the end: the corpus knows them by their place.
constexpr void (*kForms[])(ByteSpan) = {
    CheckLaunchInfo,
    CheckForm<platform::StartReport>,
    CheckConfinement,
    CheckAnswer,
    CheckProbes,
    CheckForm<platform_link::Request>,
    CheckForm<platform_link::HelperRequest>,
    CheckForm<platform_link::HelperAnswer>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kForms[data[0] % std::size(kForms)]({data + 1, size - 1});
  return 0;
}
