// passportd: measures the enclave's image, derives its keys, starts enclave and host apart from each other,
// supervises.
#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "trusted/launcher/keys.h"
#include "trusted/launcher/options.h"
#include "trusted/launcher/supervisor.h"

namespace passport::launcher {
namespace {

// The root key passes through this process: no core file, no tracer of the same uid, no swap where the limit
// allows it.
void ProtectSelf() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (geteuid() == 0) mlockall(MCL_CURRENT | MCL_FUTURE);  // under a limit, a later allocation would fail
  umask(077);
}

// Signals become readable on a descriptor; a closed standard error or channel is an error code, not a signal.
Descriptor TakeSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, number);
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  return Descriptor(signalfd(-1, &wanted, SFD_CLOEXEC));
}

int Refuse(const Problem& problem, End end) {
  Say(problem);
  return static_cast<int>(end);
}

int Main(std::span<char* const> arguments) {
  ProtectSelf();
  const Result<Options, Problem> parsed = ParseOptions(arguments);
  if (!parsed.ok()) return Refuse(parsed.error(), End::kBadOptions);
  const Options& options = parsed.value();
  if (options.help) {
    const ssize_t written = write(STDOUT_FILENO, kUsage.data(), kUsage.size());
    return written == static_cast<ssize_t>(kUsage.size()) ? 0 : static_cast<int>(End::kCannotStart);
  }
  const bool privileged = geteuid() == 0;
  if (!privileged && !options.development)
    return Refuse("not root, so enclave and host would share one uid: run as root, or accept that with --dev",
                  End::kBadOptions);
  if (sodium_init() < 0) return Refuse("libsodium does not start; reinstall it", End::kCannotStart);
  const Descriptor signals = TakeSignals();

  const Result<crypto::SecretKey32, Problem> root = LoadRootKey(options.root_key_path, options.make_root_key);
  if (!root.ok()) return Refuse(root.error(), End::kCannotStart);
  const Result<Descriptor, Problem> lock = LockRootKey(options.root_key_path);
  if (!lock.ok()) return Refuse(lock.error(), End::kCannotStart);
  const Result<Image, Problem> image = MeasureImage(options.enclave_path);
  if (!image.ok()) return Refuse(image.error(), End::kCannotStart);
  Say("enclave image sha256 " + ToHex(image.value().measurement) +
      (image.value().memfd_error == 0 ? ", started from a sealed memfd" : ", started from the file"));
  if (options.measurement && *options.measurement != image.value().measurement)
    return Refuse("that is not the image --measurement allows: install the right one", End::kCannotStart);
  const Descriptor host_program(open(options.host_path.c_str(), O_PATH | O_CLOEXEC));
  if (!host_program.ok())
    return Refuse("cannot open the host program " + options.host_path + "; give its path with --host",
                  End::kCannotStart);

  Supervisor supervisor({options, image.value(), host_program, signals,
                         DeriveUniqueKey(root.value(), image.value().measurement),
                         DeriveProductKey(root.value(), kSvn), privileged});
  return static_cast<int>(supervisor.Run());
}

}  // namespace
}  // namespace passport::launcher

int main(int argc, char** argv) { return passport::launcher::Main({argv, static_cast<std::size_t>(argc)}); }
