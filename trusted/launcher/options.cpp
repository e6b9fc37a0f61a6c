#include "trusted/launcher/options.h"

#include <charconv>

namespace passport::launcher {
namespace {

// One option with a value, and where the value goes.
using Take = Result<Unit, Problem> (*)(Options&, std::string_view);

Result<Unit, Problem> TakeUid(uid_t& to, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  if (error != std::errc{} || end != text.data() + text.size() || to == 0)
    return Fail(Problem("a uid is a number from 1 on, not '" + std::string(text) + "'"));
  return Unit{};
}

Result<Unit, Problem> TakeMeasurement(Options& options, std::string_view text) {
  const Result<Bytes> bytes = ParseHex(text);
  if (!bytes.ok() || bytes.value().size() != 32)
    return Fail(Problem("--measurement takes the 64 hex digits of the image's SHA-256 (sha256sum FILE)"));
  options.measurement = ToArray<32>(bytes.value()).value();
  return Unit{};
}

template <std::string Options::*kMember>
Result<Unit, Problem> TakeText(Options& options, std::string_view text) {
  if (text.empty()) return Fail(Problem("an empty path was given; leave the option out or name a file"));
  options.*kMember = text;
  return Unit{};
}

struct ValueOption {
  std::string_view name;
  Take take;
};
constexpr ValueOption kValueOptions[] = {
    {"--enclave", TakeText<&Options::enclave_path>},
    {"--host", TakeText<&Options::host_path>},
    {"--root-key", TakeText<&Options::root_key_path>},
    {"--data-dir", TakeText<&Options::data_dir>},
    {"--pid-file", TakeText<&Options::pid_file>},
    {"--measurement", TakeMeasurement},
    {"--enclave-uid", [](Options& o, std::string_view text) { return TakeUid(o.enclave_uid, text); }},
    {"--host-uid", [](Options& o, std::string_view text) { return TakeUid(o.host_uid, text); }},
};

struct Flag {
  std::string_view name;
  bool Options::*member;
};
constexpr Flag kFlags[] = {{"--dev", &Options::development},
                           {"--make-root-key", &Options::make_root_key},
                           {"--help", &Options::help}};

// Takes the option at the front of `rest` and, if it has one, its value.
Result<Unit, Problem> TakeOne(Options& options, std::span<char* const>& rest) {
  const std::string_view name = rest[0];
  rest = rest.subspan(1);
  for (const Flag& flag : kFlags) {
    if (flag.name != name) continue;
    options.*flag.member = true;
    return Unit{};
  }
  for (const ValueOption& option : kValueOptions) {
    if (option.name != name) continue;
    if (rest.empty()) return Fail(Problem("a value must follow " + std::string(name)));
    const std::string_view value = rest[0];
    rest = rest.subspan(1);
    return option.take(options, value);
  }
  return Fail(Problem("unknown option '" + std::string(name) +
                      "'; see passportd --help, and put arguments for the host after --"));
}

Result<Unit, Problem> CheckComplete(const Options& options) {
  if (options.enclave_path.empty())
    return Fail(Problem("--enclave is missing: name the passport-enclave program"));
  if (options.host_path.empty()) return Fail(Problem("--host is missing: name the passport-host program"));
  if (options.root_key_path.empty())
    return Fail(Problem("--root-key is missing: name a 32-byte key file (--make-root-key makes one)"));
  if (options.enclave_uid == options.host_uid)
    return Fail(
        Problem("--enclave-uid and --host-uid are the same: the host could attack the enclave; choose two"));
  return Unit{};
}

}  // namespace

const std::string_view kUsage =
    "usage: passportd --enclave FILE --host FILE --root-key FILE [options] [-- host arguments]\n"
    "  --enclave FILE       the trusted program; measured, copied to sealed memory and started from there\n"
    "  --host FILE          the untrusted program; gets its channel to the enclave as descriptor 3\n"
    "  --root-key FILE      32 bytes, mode 0400 or 0600, owned by the user who runs passportd\n"
    "  --make-root-key      make the key file if there is none\n"
    "  --enclave-uid N      uid of the enclave when run as root (61001)\n"
    "  --host-uid N         uid of the host when run as root (61002)\n"
    "  --data-dir DIR       folder that is given to the host's uid\n"
    "  --pid-file FILE      'launcher PID enclave PID host PID', rewritten at every start\n"
    "  --measurement HEX    start only the image with this SHA-256\n"
    "  --dev                accept missing layers, such as one uid for all; they are claimed, never hidden\n";

Result<Options, Problem> ParseOptions(std::span<char* const> arguments) {
  Options options;
  while (!arguments.empty()) {
    if (std::string_view(arguments[0]) == "--") {
      options.host_arguments.assign(arguments.begin() + 1, arguments.end());
      break;
    }
    PASSPORT_TRY_VOID(TakeOne(options, arguments));
  }
  if (!options.help) PASSPORT_TRY_VOID(CheckComplete(options));
  return options;
}

}  // namespace passport::launcher
