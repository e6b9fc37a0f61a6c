// Every message between cores, as it travels inside a session: what is read encodes to the bytes it was read
// from.
#include "tests/fuzz/mutate.h"
#include "tests/golden/message_forms.h"

using namespace passport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan input(data, size);
  const auto message = core::PeerMessage::Parse(input);
  if (!message.ok()) return 0;
  PASSPORT_CHECK(Equal(message.value().Encode(), input));
  for (const golden::MessageForm& form : golden::MessageForms()) {
    if (form.kind != message.value().kind) continue;
    const auto again = form.again(message.value().body);
    if (again.ok()) PASSPORT_CHECK(again.value() == message.value().body);
  }
  return 0;
}

// Scalars and points at their edges, where libFuzzer would hardly find them.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  std::minstd_rand random(seed);
  Bytes bytes(data, data + size);
  fuzz::MutateBytes(bytes, size_max, random);
  std::ranges::copy(bytes, data);
  return bytes.size();
}
