// passport-platform: opens the TPM and the attestation devices, locks itself in, and answers passportd.
#include <unistd.h>

#include <charconv>

#include "trusted/devices/device_calls.h"
#include "trusted/devices/lock.h"
#include "trusted/devices/service.h"
#include "trusted/devices/tsm_report.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/exit_codes.h"
#include "trusted/platform/libraries.h"

namespace passport::devices {
namespace {

using platform::Channel;
using platform::ChannelError;
using platform::Exit;

struct Options {
  std::string tpm;  // empty: none
  std::string tsm{kTsmFolder};
  std::string nsm{kNsmDevice};
  uid_t uid = 61003;  // taken only when it is run as root
};

std::optional<Options> ParseOptions(std::span<char* const> arguments) {
  Options out;
  if (arguments.size() % 2 == 0) return std::nullopt;  // the program's name, then pairs
  for (std::size_t i = 1; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string value = arguments[i + 1];
    if (name == "--tpm2" && !value.empty()) {
      out.tpm = value;
    } else if (name == "--tsm") {
      out.tsm = value;
    } else if (name == "--nsm") {
      out.nsm = value;
    } else if (name == "--uid") {
      uid_t uid = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), uid);
      if (error != std::errc{} || end != value.data() + value.size() || uid == 0) return std::nullopt;
      out.uid = uid;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// passportd speaks for it: this program has no log.
int Say(const Refusal& why, Exit exit) {
  const std::string line = "passport-platform: " + why + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  return static_cast<int>(exit);
}

// What is missing is told when it is asked for.
Devices Open(const Options& options, std::optional<uid_t> uid, Opened& opened) {
  Devices out;
  out.tpm_wanted = !options.tpm.empty();
  if (out.tpm_wanted) {
    Result<process::Descriptor, Refusal> tpm = TpmLink::Open(options.tpm);
    if (tpm.ok()) opened.tpm = std::move(tpm).value();
    out.tpm = {tpm.ok() ? kTpmAt : -1, tpm.ok() ? "" : tpm.error()};
  }
  Result<TsmEntry, Refusal> tsm = OpenTsm(options.tsm, uid);
  out.tsm = {tsm.ok() ? kTsmAt : -1, tsm.ok() ? "" : tsm.error()};
  if (tsm.ok()) {
    out.tsm_provider = tsm.value().provider;
    opened.tsm = std::move(tsm.value().folder);
  }
  Result<process::Descriptor, Refusal> nsm = OpenNsm(options.nsm);
  out.nsm = {nsm.ok() ? kNsmAt : -1, nsm.ok() ? "" : nsm.error()};
  if (nsm.ok()) opened.nsm = std::move(nsm).value();
  return out;
}

Exit Serve(Channel& passportd, Service& service) {
  for (;;) {
    const Result<ByteSpan, ChannelError> record = passportd.Receive();
    if (!record.ok() && record.error() == ChannelError::kClosed) return Exit::kOrderly;
    if (!record.ok() && record.error() == ChannelError::kBroken) return Exit::kLauncherChannel;
    const crypto::SecretBytes answer = record.ok() ? service.Answer(record.value()) : Service::TooLong();
    passportd.Wipe();  // a key to be sealed
    if (!passportd.Send(answer.Expose()).ok()) return Exit::kLauncherChannel;
    if (service.lost()) return Exit::kOrderly;  // passportd starts another for the next request
  }
}

int Main(std::span<char* const> arguments) {
  if (const Result<Unit, Refusal> begun = BeginPrivately(); !begun.ok())
    return Say(begun.error(), Exit::kConfinement);
  const std::optional<Options> options = ParseOptions(arguments);
  if (!options)
    return Say("usage: passport-platform [--tpm2 NAME] [--uid N] [--tsm FOLDER] [--nsm DEVICE]",
               Exit::kBadStart);
  const std::optional<uid_t> uid = geteuid() == 0 ? std::optional(options->uid) : std::nullopt;
  if (!platform::StartLibraries().ok())
    return Say("a cryptographic library did not start; reinstall libsodium and libssl", Exit::kLibraries);
  Opened opened;
  Devices devices = Open(*options, uid, opened);
  const Result<Unit, Refusal> locked = LockIn(std::move(opened), uid);
  if (!locked.ok()) return Say(locked.error(), Exit::kConfinement);
  Channel passportd(kChannel);
  Service service(std::move(devices));
  return static_cast<int>(Serve(passportd, service));
}

}  // namespace
}  // namespace passport::devices

int main(int argc, char** argv) { _exit(passport::devices::Main({argv, static_cast<std::size_t>(argc)})); }
