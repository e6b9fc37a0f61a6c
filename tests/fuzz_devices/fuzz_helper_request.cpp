// Requests to a passport-platform without devices: each gets one answer, a refusal in words or what START and
// a simulated quote give, and nothing is done before START.
#include <algorithm>

#include "trusted/devices/service.h"

namespace {

using namespace passport;

// The answer has the request's op, and a text that goes into a log if it is a refusal.
void Check(ByteSpan request, ByteSpan answer) {
  PASSPORT_CHECK(answer.size() >= 2 && answer.size() <= platform_link::kHelperBytesMax && answer[1] <= 1);
  PASSPORT_CHECK(answer[0] == (request.empty() ? 0 : request[0]));
  PASSPORT_CHECK(answer[1] == 0 || IsPlainText(AsText(answer.subspan(2))));
}

}  // namespace

// A row of requests: u16 length, bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  devices::Service service({});
  bool started = false;
  for (ByteSpan rest(data, size); rest.size() >= 2;) {
    const std::size_t length = std::min<std::size_t>(rest[0] | rest[1] << 8, rest.size() - 2);
    const ByteSpan request = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    const crypto::SecretBytes answer = service.Answer(request);
    Check(request, answer.Expose());
    const bool done = answer.Expose()[1] == 0;
    PASSPORT_CHECK(!done || started != (request[0] == 1));
    started = started || done;
  }
  return 0;
}
