// Answers of the Nitro Secure Module: what is taken is one document, it stands in the answer as it is, and it
// becomes the evidence.
#include <algorithm>

#include "trusted/attest/evidence.h"
#include "trusted/devices/nsm.h"

using namespace passport;

namespace {

ByteSpan answer;  // what the module says next

// The module, as far as there is room in the message.
int Answer(int, unsigned long request, devices::NsmMessage* message) {
  PASSPORT_CHECK(request == devices::kNsmRequest);
  const std::size_t size = std::min<std::size_t>(answer.size(), message->response_size);
  std::copy_n(answer.begin(), size, reinterpret_cast<std::uint8_t*>(message->response_address));
  message->response_size = answer.size();
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  answer = {data, size};
  const Result<Bytes, devices::Refusal> document = devices::ParseNsmResponse(answer);
  const auto evidence = devices::QuoteByNsm(0, Answer, {});
  PASSPORT_CHECK(evidence.ok() == (document.ok() && size <= devices::kNsmResponseBytesMax));
  if (evidence.ok()) PASSPORT_CHECK(evidence.value().quote == document.value());
  if (!document.ok()) {
    PASSPORT_CHECK(!document.error().empty());
    return 0;
  }
  // The document ends the answer; before it are the two maps and its length.
  PASSPORT_CHECK(!document.value().empty() && document.value().size() < size);
  PASSPORT_CHECK(Equal(answer.last(document.value().size()), document.value()));
  return 0;
}
