// A confined program that only uses the platform link: what the host sends it goes to passportd as a request,
// what comes back through the host is opened and told. Passes for the enclave in tests of passportd.
#include <unistd.h>

#include "edl/base/codec.h"
#include "trusted/crypto/hash.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/confined_start.h"
#include "trusted/platform/process_arena.h"
#include "trusted/platform_link/platform_link.h"

namespace passport::boundary {
namespace {

using platform::Channel;

constexpr std::uint8_t kAnswerFollows = 0xff;  // else the first byte is the kind of a request

// What the answer says, or that it was not made with this start's key.
std::string Open(const crypto::SecretKey32& key, ByteSpan sealed) {
  const auto answer = platform_link::Answer::Open(key, sealed);
  if (!answer.ok()) return "forged";
  return "answer " + std::to_string(answer.value().id) + " outcome " +
         std::to_string(static_cast<int>(answer.value().outcome)) + ": " +
         std::string(AsText(answer.value().body));
}

std::string Facts(const platform::LaunchInfo& info) {
  std::string out = "counter " + (info.counter ? std::to_string(*info.counter) : "none") + " sources " +
                    std::to_string(info.keys.source_mask) + " epoch " + std::to_string(info.keys.key_epoch) +
                    " previous " + (info.previous ? std::to_string(info.previous->key_epoch) : "none") +
                    " svn " + std::to_string(info.release.svn) + " build " + info.release.build;
  const auto hash_of = [](const platform::SealingKeys& keys) {
    return ToHex(crypto::HashSha256(keys.product.Expose())).substr(0, 16);
  };
  out += " product " + hash_of(info.keys);
  if (info.previous)
    out += " before " + hash_of(*info.previous) + " sources " + std::to_string(info.previous->source_mask);
  for (const auto& probe : info.providers)
    out += " provider " + std::to_string(probe.provider) + " " + probe.text;
  return out;
}

int Run(const platform::LaunchInfo& info) {
  Channel host(platform::kHostDescriptor);
  Channel launcher(platform::kLauncherDescriptor);
  for (std::uint64_t id = 1;;) {
    const auto record = host.Receive();
    if (!record.ok()) return 0;
    const ByteSpan body = record.value().subspan(1);
    if (record.value()[0] == kAnswerFollows) {
      if (!host.Send(AsBytes(Open(info.platform_key, body))).ok()) return 1;
    } else if (record.value()[0] == 0) {
      if (!host.Send(AsBytes(Facts(info))).ok()) return 1;
    } else {
      const auto kind = static_cast<platform_link::Kind>(record.value()[0]);
      if (!launcher.Send(platform_link::Request{kind, id++, ToBytes(body)}.Encode()).ok()) return 1;
    }
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
