// passport-verifier: judges evidence with certificates, locked in like the enclave and without any key.
#include "trusted/platform/channel.h"
#include "trusted/platform/confined_start.h"
#include "trusted/platform/process_arena.h"
#include "trusted/verifier/verify.h"

namespace {

using namespace passport;

// Answers until passportd closes its end.
platform::Exit Serve(platform::Channel& channel) {
  for (;;) {
    const auto record = channel.Receive();
    if (!record.ok()) {
      switch (record.error()) {
        case platform::ChannelError::kClosed:
          return platform::Exit::kOrderly;
        case platform::ChannelError::kTooLong:
          return platform::Exit::kFraming;
        case platform::ChannelError::kBroken:
          return platform::Exit::kHostChannel;
      }
    }
    if (!channel.Send(verifier::AnswerRequest(record.value())).ok()) return platform::Exit::kHostChannel;
  }
}

struct Start {
  int argument_count;
  char* const* environment;
};

platform::Exit Run(const Start& start) {
  const auto started = platform::StartConfined(start.argument_count, start.environment);
  if (!started.ok()) return started.error();
  platform::Channel channel(platform::kHostDescriptor);
  return Serve(channel);
}

}  // namespace

int main(int argc, char**, char** environment) {
  Start start{argc, environment};
  platform::RunOnArenaStack([](void* it) { return Run(*static_cast<const Start*>(it)); }, &start);
}
