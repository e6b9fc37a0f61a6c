#include "trusted/launcher/options.h"

#include <getopt.h>

#include <charconv>

namespace passport::launcher {
namespace {

constexpr option kLongOptions[] = {
    {"enclave", required_argument, nullptr, 'e'},      {"host", required_argument, nullptr, 'h'},
    {"root-key", required_argument, nullptr, 'r'},     {"make-root-key", no_argument, nullptr, 'R'},
    {"enclave-uid", required_argument, nullptr, 'E'},  {"host-uid", required_argument, nullptr, 'H'},
    {"data-dir", required_argument, nullptr, 'd'},     {"pid-file", required_argument, nullptr, 'p'},
    {"measurement", required_argument, nullptr, 'm'},  {"dev", no_argument, nullptr, 'D'},
    {"sessions-max", required_argument, nullptr, 's'}, {"presignatures-max", required_argument, nullptr, 'P'},
    {"help", no_argument, nullptr, '?' + 256},         {nullptr, 0, nullptr, 0}};
constexpr std::uint32_t kSessionsLeast = 16;
constexpr std::uint32_t kLimitMost = 65'536;

bool TakeUid(uid_t& to, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size() && to != 0;
}

bool TakeLimit(std::optional<std::uint32_t>& to, std::string_view text, std::uint32_t least) {
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  to = limit;
  return limit >= least && limit <= kLimitMost;
}

bool TakeMeasurement(std::optional<Hash32>& to, std::string_view text) {
  const Result<Bytes> bytes = ParseHex(text);
  if (!bytes.ok() || bytes.value().size() != 32) return false;
  to = ToArray<32>(bytes.value()).value();
  return true;
}

// False if the value is not one for this option, or the option is unknown.
bool Take(Options& options, int which, const char* value) {
  switch (which) {
    case 'e':
      return !(options.enclave_path = value).empty();
    case 'h':
      return !(options.host_path = value).empty();
    case 'r':
      return !(options.root_key_path = value).empty();
    case 'd':
      return !(options.data_dir = value).empty();
    case 'p':
      return !(options.pid_file = value).empty();
    case 'E':
      return TakeUid(options.enclave_uid, value);
    case 'H':
      return TakeUid(options.host_uid, value);
    case 'm':
      return TakeMeasurement(options.measurement, value);
    case 's':
      return TakeLimit(options.sessions_max, value, kSessionsLeast);
    case 'P':
      return TakeLimit(options.presignatures_max, value, 0);
    case 'R':
      return options.make_root_key = true;
    case 'D':
      return options.development = true;
    case '?' + 256:
      return options.help = true;
    default:
      return false;
  }
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
    "  --measurement HEX    start only the image with this SHA-256 (sha256sum FILE)\n"
    "  --sessions-max N     signing runs at a time, 16 to 65536 (1024)\n"
    "  --presignatures-max N  kept by the enclave, up to 65536; 0: none are made (4096)\n"
    "  --dev                accept missing layers, such as one uid for all; they are claimed, never hidden\n";

Result<Options, Problem> ParseOptions(std::span<char* const> arguments) {
  Options options;
  const int count = static_cast<int>(arguments.size());
  opterr = 0;
  optind = 0;  // from the start, also when called again
  for (;;) {
    const int at = optind == 0 ? 1 : optind;
    const int which = getopt_long(count, arguments.data(), "+", kLongOptions, nullptr);
    if (which < 0) break;
    if (!Take(options, which, optarg))
      return Fail("cannot take '" + std::string(arguments[static_cast<std::size_t>(at)]) +
                  "': an unknown option or a wrong value; see passportd --help");
  }
  options.host_arguments.assign(arguments.begin() + optind, arguments.end());
  if (options.help) return options;
  const bool separated =
      optind == count || std::string_view(arguments[static_cast<std::size_t>(optind) - 1]) == "--";
  if (!separated)
    return Fail("cannot take '" + options.host_arguments[0] + "': put arguments for the host after --");
  if (options.enclave_path.empty() || options.host_path.empty() || options.root_key_path.empty())
    return Fail(Problem("--enclave, --host and --root-key are all needed; see passportd --help"));
  if (options.enclave_uid == options.host_uid)
    return Fail(Problem("one uid for both would let the host attack the enclave; choose two"));
  return options;
}

}  // namespace passport::launcher
