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

Result<Descriptor, Problem> OpenProgram(const std::string& path) {
  Descriptor out(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!out.ok()) return Fail("cannot open the program " + path + "; give its path");
  return out;
}

// Everything the command line names, measured or opened.
Result<Programs, Problem> FindPrograms(const Options& options) {
  Programs out;
  PASSPORT_TRY(out.enclave, process::MeasureImage("passport-enclave", options.enclave_path, options.without));
  Say("enclave image sha256 " + ToHex(out.enclave.measurement) +
      (out.enclave.sealed.state == platform::State::kApplied ? ", started from a sealed memfd"
                                                             : ", started from the file"));
  if (options.measurement && *options.measurement != out.enclave.measurement)
    return Fail(Problem("that is not the image --measurement allows: install the right one"));
  if (!options.verifier_path.empty()) {
    PASSPORT_TRY(out.verifier,
                 process::MeasureImage("passport-verifier", options.verifier_path, options.without));
    Say("verifier image sha256 " + ToHex(out.verifier->measurement));
  }
  PASSPORT_TRY(out.host, OpenProgram(options.host_path));
  if (options.platform_path.empty()) return out;
  PASSPORT_TRY(out.platform, OpenProgram(options.platform_path));
  return out;
}

// The keys of this start. The root key is forgotten with this function; so is the helper that opened it.
Result<Unit, Problem> FindKeys(const Options& options, Supervisor::Setup& setup) {
  const Hash32& measurement = setup.programs.enclave.measurement;
  PASSPORT_TRY(setup.release, CheckRelease(options, measurement));
  Helper platform;
  std::vector<platform_link::Probe> unused;
  if (!options.tpm2.empty()) PASSPORT_TRY_VOID(BeginPlatform(options, setup.programs, platform));
  PASSPORT_TRY_VOID(EndPlatform(platform, unused));
  const Result<Root, Problem> root = LoadRoot(options.root, platform);
  const Result<Root, Problem> previous = LoadRoot(options.previous, platform);
  if (platform.running()) platform.Stop(kHelperMs);
  if (!root.ok()) return Fail(root.error());
  setup.keys = DeriveKeys(root.value(), measurement, setup.release, options.key_epoch);
  if (!options.HasPrevious()) return Unit{};
  if (!previous.ok()) return Fail(previous.error());
  PASSPORT_TRY_VOID(CheckPrevious(options.previous, root.value(), previous.value()));
  setup.previous = DeriveKeys(options.previous.empty() ? root.value() : previous.value(), measurement,
                              ReleaseBefore(options, setup.release), options.key_epoch - 1);
  return Unit{};
}

int Main(std::span<char* const> arguments) {
  ProtectSelf();
  const Result<Options, Problem> parsed = ParseOptions(arguments);
  if (!parsed.ok()) return Refuse(parsed.error(), End::kBadOptions);
  const Options& options = parsed.value();
  if (options.help) {
    const std::string text = Usage();
    return write(STDOUT_FILENO, text.data(), text.size()) > 0 ? 0 : static_cast<int>(End::kCannotStart);
  }
  if (geteuid() != 0 && !options.development)
    return Refuse("not root, so enclave and host would share one uid: run as root, or accept that with --dev",
                  End::kBadOptions);
  if (sodium_init() < 0) return Refuse("libsodium does not start; reinstall it", End::kCannotStart);
  const Descriptor signals = TakeSignals();

  const Result<Programs, Problem> programs = FindPrograms(options);
  if (!programs.ok()) return Refuse(programs.error(), End::kCannotStart);
  Supervisor::Setup setup{options, programs.value(), signals};
  const Result<Unit, Problem> keyed = FindKeys(options, setup);
  if (!keyed.ok()) return Refuse(keyed.error(), End::kCannotStart);
  const Result<Descriptor, Problem> lock = LockRootKey(PathOfRoot(options.root));
  if (!lock.ok()) return Refuse(lock.error(), End::kCannotStart);
  Supervisor supervisor(std::move(setup));
  return static_cast<int>(supervisor.Run());
}

}  // namespace
}  // namespace passport::launcher

int main(int argc, char** argv) { return passport::launcher::Main({argv, static_cast<std::size_t>(argc)}); }
