#include "trusted/release/release.h"

#include <algorithm>
#include <charconv>

namespace passport::release {
namespace {

constexpr std::string_view kFirstLine = "passport release 1\n";

std::string SignedPart(const Release& release) {
  return std::string(kFirstLine) + "measurement " + ToHex(release.measurement) + "\nproduct " +
         std::to_string(release.product_id) + "\nsvn " + std::to_string(release.svn) + "\nbuild " +
         release.build + "\nsigner " + ToHex(release.signer) + "\n";
}

// Takes lines from the front of a text. What is not there is empty, which no value may be.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::string_view Take(std::string_view name) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos || !rest_.starts_with(name)) return {};
    const std::string_view value = rest_.substr(name.size(), end - name.size());
    rest_.remove_prefix(end + 1);
    return value;
  }

 private:
  std::string_view rest_;
};

template <std::size_t N>
bool TakeHex(ByteArray<N>& to, std::string_view text) {
  const Result<Bytes> bytes = ParseHex(text);
  if (!bytes.ok() || bytes.value().size() != N) return false;
  std::ranges::copy(bytes.value(), to.begin());
  return true;
}

template <class T>
bool TakeNumber(T& to, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string Release::Encode() const { return SignedPart(*this) + "signature " + ToHex(signature) + "\n"; }

Result<Release> Release::Parse(std::string_view text) {
  if (text.size() > kFileBytesMax || !text.starts_with(kFirstLine)) return Fail(Status::kMalformed);
  Lines lines(text.substr(kFirstLine.size()));
  Release out;
  const bool whole =
      TakeHex(out.measurement, lines.Take("measurement ")) &&
      TakeNumber(out.product_id, lines.Take("product ")) && TakeNumber(out.svn, lines.Take("svn ")) &&
      !(out.build = std::string(lines.Take("build "))).empty() && out.build.size() <= kBuildTextMax &&
      IsPlainText(out.build) && TakeHex(out.signer, lines.Take("signer ")) &&
      TakeHex(out.signature, lines.Take("signature "));
  // Compared with its own encoding: no second spelling of a number, no upper case, nothing behind.
  if (!whole || out.Encode() != text) return Fail(Status::kMalformed);
  return out;
}

void Release::Sign(const crypto::SigningKey& key) {
  signer = key.public_key();
  signature = key.Sign(AsBytes(SignedPart(*this)));
}

bool Release::Verifies() const {
  return crypto::VerifyEd25519(signer, AsBytes(SignedPart(*this)), signature);
}

Result<Release, std::string> TakeRelease(std::string_view text, const std::string& path,
                                         const crypto::Ed25519PublicKey& pinned, const Hash32& measurement) {
  const Result<Release> parsed = Release::Parse(text);
  if (!parsed.ok()) return Fail("the release file " + path + " is damaged or no release file: copy it again");
  const Release& release = parsed.value();
  if (release.signer != pinned)
    return Fail("the release file " + path + " is signed by " + ToHex(release.signer) +
                ", not by the key of --release-key: take a release of that signer");
  if (!release.Verifies())
    return Fail("the signature of the release file " + path +
                " does not verify: it was changed; copy it again");
  if (release.measurement != measurement)
    return Fail("the release file " + path + " is of another image: install image and file of one release");
  if (release.product_id != kProductEnclave)
    return Fail("the release file " + path + " is of product " + std::to_string(release.product_id) +
                ", not of the enclave: name the enclave's");
  if (release.svn > kSvnMax)
    return Fail("the release file " + path + " has security version " + std::to_string(release.svn) +
                ", above the highest, 1024: ask for another release");
  return release;
}

}  // namespace passport::release
