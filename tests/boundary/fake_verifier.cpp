// A confined helper that answers evidence with the same bytes, or does what they say. Passes for
// passport-verifier.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "trusted/platform/channel.h"
#include "trusted/platform/confined_start.h"
#include "trusted/platform/process_arena.h"
#include "trusted/platform_link/helper.h"

namespace passport::boundary {
namespace {

int Run(const platform::LaunchInfo& info) {
  platform::Channel requests(platform_link::kHelperChannel);
  const auto is_zero = [](const crypto::SecretKey32& key) { return key.Expose() == ByteArray<32>{}; };
  const bool no_keys = is_zero(info.keys.unique) && is_zero(info.keys.product) && is_zero(info.platform_key);
  for (;;) {
    const auto record = requests.Receive();
    if (!record.ok()) return 0;
    const auto request = platform_link::HelperRequest::Parse(record.value());
    if (!request.ok()) return 1;
    const std::string_view text = AsText(request.value().body);
    if (text == "end") return 7;
    if (text == "open a file") open("/etc/passwd", O_RDONLY);
    if (text == "speak nonsense" && !requests.Send(AsBytes("nonsense")).ok()) return 1;
    const std::string answer = std::string(no_keys ? "without keys " : "WITH KEYS ") + std::string(text);
    if (!requests
             .Send(platform_link::HelperAnswer{request.value().op, text != "bad", AsBytes(answer)}.Encode())
             .ok())
      return 1;
  }
}

}  // namespace
}  // namespace passport::boundary

namespace {

struct Start {
  int argument_count;
  char* const* environment;
};

passport::platform::Exit RunConfined(void* context) {
  const auto* start = static_cast<const Start*>(context);
  const auto started = passport::platform::StartConfined(start->argument_count, start->environment);
  if (!started.ok()) return started.error();
  return static_cast<passport::platform::Exit>(passport::boundary::Run(started.value().info));
}

}  // namespace

int main(int argc, char**, char** environment) {
  Start start{argc, environment};
  passport::platform::RunOnArenaStack(RunConfined, &start);
}
