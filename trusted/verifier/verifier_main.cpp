// passport-verifier: judges evidence with certificates, locked in like the enclave and without any key.
#include <unistd.h>

#include "trusted/platform/channel.h"
#include "trusted/platform/confined_start.h"
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

}  // namespace

// It ends with _exit: nothing registered with exit may run, it could need a system call that kills the
// process.
int main(int argc, char**, char** environment) {
  const auto started = platform::StartConfined(argc, environment);
  if (!started.ok()) _exit(static_cast<int>(started.error()));
  platform::Channel channel(platform::kHostChannel);
  _exit(static_cast<int>(Serve(channel)));
}
