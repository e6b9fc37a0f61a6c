#include "trusted/launcher/options.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace passport::launcher {
namespace {

// A member, or a member of a member.
template <auto... kPath>
auto& At(Options& options) {
  return (options.*....*kPath);
}

// Each takes the value of one option; false if it is none.
template <auto... kTo>
bool Text(Options& options, std::string_view value) {
  return !(At<kTo...>(options) = value).empty();
}

template <auto... kTo>
bool Flag(Options& options, std::string_view) {
  return At<kTo...>(options) = true;
}

template <auto kTo, std::uint32_t kLeast, std::uint32_t kMost>
bool Number(Options& options, std::string_view value) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  options.*kTo = number;
  return error == std::errc{} && end == value.data() + value.size() && number >= kLeast && number <= kMost;
}

template <auto... kTo>
bool Hash(Options& options, std::string_view value) {
  const Result<Bytes> bytes = ParseHex(value);
  if (!bytes.ok() || bytes.value().size() != 32) return false;
  At<kTo...>(options) = ToArray<32>(bytes.value()).value();
  return true;
}

template <auto kTo>
bool SignerOrNone(Options& options, std::string_view value) {
  return value == "none" ? (options.*kTo = Hash32{}).has_value() : Hash<kTo>(options, value);
}

template <auto kTo>
bool Layers(Options& options, std::string_view value) {
  platform::LayerSet set;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::optional<platform::Layer> layer = platform::FindLayer(value.substr(0, comma));
    if (!layer) return false;
    set.Add(*layer);
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  options.*kTo = set;
  return !set.empty();
}

struct Row {
  std::string_view name;
  std::string_view value;  // empty: the option takes none
  bool (*take)(Options&, std::string_view);
  std::string_view help;
};

using O = Options;
using S = Sources;
constexpr std::uint32_t kAny = ~std::uint32_t{0};
constexpr std::uint32_t kUidMost = kAny - 1;  // the last number means "no change" to the kernel
constexpr std::uint32_t kLimitMost = 65'536;

// clang-format off
constexpr Row kRows[] = {
    {"enclave", "FILE", Text<&O::enclave_path>, "the trusted program; measured, copied to sealed memory and started from there"},
    {"host", "FILE", Text<&O::host_path>, "the untrusted program; descriptor 3 leads to the enclave, 4 brings answers for it"},
    {"platform", "FILE", Text<&O::platform_path>, "passport-platform: TPM, quotes, counter"},
    {"verifier", "FILE", Text<&O::verifier_path>, "passport-verifier: evidence with certificates, confined like the enclave"},
    {"root-key", "FILE", Text<&O::root, &S::keyfile>, "root key: 32 bytes, mode 0400 or 0600, owned by the user who runs passportd"},
    {"credential", "NAME", Text<&O::root, &S::credential>, "root key: the file of that name in $CREDENTIALS_DIRECTORY (systemd)"},
    {"tpm2", "TCTI", Text<&O::tpm2>, "root key: sealed by this TPM, for instance device:/dev/tpmrm0"},
    {"tpm2-blob", "FILE", Text<&O::root, &S::tpm2_blob>, "what the TPM sealed"},
    {"tpm2-next", "HEX", Hash<&O::root, &S::tpm2_next>, "seal for the next image too, by its SHA-256, as FILE.next: before an upgrade"},
    {"make-root-key", "", Flag<&O::root, &S::make>, "make the key file, or the TPM's, if there is none"},
    {"previous-root-key", "FILE", Text<&O::previous, &S::keyfile>, "the key file before this one: the enclave seals its records again"},
    {"previous-credential", "NAME", Text<&O::previous, &S::credential>, "the same for a credential; name all sources of the key before"},
    {"previous-tpm2-blob", "FILE", Text<&O::previous, &S::tpm2_blob>, "the same for what the TPM sealed; with no --tpm2-blob this ends its use"},
    {"previous-release-key", "HEX", SignerOrNone<&O::previous_release_key>, "the signer before this one; none: the enclave was unsigned"},
    {"key-epoch", "N", Number<&O::key_epoch, 0, kAny>, "rises with every new root key, set of sources or release key (0)"},
    {"release", "FILE", Text<&O::release_path>, "the signed release that the image is of (passport release)"},
    {"release-key", "HEX", Hash<&O::release_key>, "the Ed25519 key that signs releases"},
    {"enclave-uid", "N", Number<&O::enclave_uid, 1, kUidMost>, "uid of the enclave when run as root (61001)"},
    {"host-uid", "N", Number<&O::host_uid, 1, kUidMost>, "uid of the host (61002)"},
    {"platform-uid", "N", Number<&O::platform_uid, 1, kUidMost>, "uid of passport-platform (61003)"},
    {"verifier-uid", "N", Number<&O::verifier_uid, 1, kUidMost>, "uid of passport-verifier (61004)"},
    {"data-dir", "DIR", Text<&O::data_dir>, "folder that is given to the host's uid"},
    {"pid-file", "FILE", Text<&O::pid_file>, "'launcher PID enclave PID host PID', rewritten at every start"},
    {"measurement", "HEX", Hash<&O::measurement>, "start only the image with this SHA-256 (sha256sum FILE)"},
    {"require", "LAYERS", Layers<&O::required>, "layers of confinement without which not to run, with commas; some always are"},
    {"without", "LAYERS", Layers<&O::without>, "layers to leave out, with --dev only: for tests"},
    {"sessions-max", "N", Number<&O::sessions_max, 16, kLimitMost>, "signing runs at a time, 16 to 65536 (1024)"},
    {"presignatures-max", "N", Number<&O::presignatures_max, 0, kLimitMost>, "kept by the enclave, up to 65536; 0: none (4096)"},
    {"dev", "", Flag<&O::development>, "accept missing layers, such as one uid for all, and no release; claimed, never hidden"},
    {"help", "", Flag<&O::help>, "this text"},
};
// clang-format on

// Why these options make no sense together, or nothing.
std::string_view FindConflict(const Options& options) {
  const std::set<uid_t> uids = {options.enclave_uid, options.host_uid, options.platform_uid,
                                options.verifier_uid};
  const bool sealed = !options.root.tpm2_blob.empty() || !options.previous.tpm2_blob.empty();
  if (options.enclave_path.empty() || options.host_path.empty() || options.root.empty())
    return "--enclave, --host and --root-key, --credential or --tpm2 are needed; see passportd --help";
  if (uids.size() != 4) return "one uid for two programs would let one attack the other; choose four";
  if (options.tpm2.empty() == sealed || (sealed && options.platform_path.empty()) ||
      (options.root.tpm2_next && options.root.tpm2_blob.empty()))
    return "--tpm2 needs --tpm2-blob and --platform, and they need it; name all three";
  if (options.release_path.empty() != !options.release_key.has_value())
    return "--release needs the --release-key that it must be signed with, and the other way round";
  if (options.release_path.empty() && !options.development)
    return "an unsigned enclave gets keys in development only: name --release and --release-key, or accept "
           "that with --dev";
  if (options.HasPrevious() && options.key_epoch == 0)
    return "--previous-... needs a --key-epoch one above the epoch before";
  if (!options.without.empty() && !options.development)
    return "--without leaves protection out, which goes with --dev only";
  return {};
}

}  // namespace

std::string Usage() {
  std::string out =
      "usage: passportd --enclave FILE --host FILE --root-key FILE --release FILE --release-key HEX "
      "[options] "
      "[-- host arguments]\n";
  for (const Row& row : kRows) {
    std::string line = "  --" + std::string(row.name) + " " + std::string(row.value);
    line.resize(std::max<std::size_t>(line.size() + 1, 27), ' ');
    out += line + std::string(row.help) + "\n";
  }
  return out;
}

Result<Options, Problem> ParseOptions(std::span<char* const> arguments) {
  Options options;
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    const std::string_view word = arguments[at];
    if (word == "--") {
      options.host_arguments.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
      break;
    }
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto row = std::ranges::find_if(
        kRows, [&](const Row& each) { return word.substr(0, equals) == "--" + std::string(each.name); });
    std::string_view value = word.substr(std::min(equals + 1, word.size()));
    if (row != std::end(kRows) && !row->value.empty() && equals == word.size() && at + 1 < arguments.size())
      value = arguments[++at];
    if (row == std::end(kRows) || row->value.empty() != value.empty() || !row->take(options, value))
      return Fail("cannot take '" + std::string(word) + (value.empty() || equals != word.size() ? "" : " ") +
                  (equals != word.size() ? "" : std::string(value)) +
                  "': an unknown option, a wrong value, or one for the host, which go after --; see "
                  "passportd --help");
  }
  if (options.help) return options;
  if (const std::string_view conflict = FindConflict(options); !conflict.empty())
    return Fail(Problem(conflict));
  return options;
}

}  // namespace passport::launcher
