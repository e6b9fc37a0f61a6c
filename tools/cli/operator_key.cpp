#include "tools/cli/operator_key.h"

#include <sys/stat.h>

#include "tools/cli/problem.h"

namespace passport::cli {
namespace {

constexpr std::string_view kHeader = "passport-operator-key-1\n";
constexpr std::size_t kSeedDigits = 64;

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

}  // namespace

crypto::SigningKey MakeOperatorKey(const fs::path& path) {
  crypto::SystemRng rng;
  crypto::SigningKey key = crypto::SigningKey::Generate(rng);
  std::string text = std::string(kHeader) + ToHex(key.seed().Expose()) + "\n";
  WriteNewFile(path, text, 0600);
  crypto::Wipe(text.data(), text.size());
  return key;
}

crypto::SigningKey LoadOperatorKey(const fs::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    throw Problem("the operator key " + path.string() + " can be read by others; chmod 600 it");
  std::string text = ReadFile(path);
  const std::string_view body = TrimEnd(text);
  const auto wrong = [&] { return Problem(path.string() + " is not an operator key file"); };
  if (!body.starts_with(kHeader) || body.size() != kHeader.size() + kSeedDigits) throw wrong();
  Result<Bytes> seed = ParseHex(body.substr(kHeader.size()));
  crypto::Wipe(text.data(), text.size());
  if (!seed.ok()) throw wrong();
  crypto::SigningKey key{crypto::SecretKey32(ToArray<32>(seed.value()).value())};
  crypto::Wipe(seed.value());
  return key;
}

crypto::Ed25519PublicKey ParseOperatorPublicKey(const std::string& text_or_path) {
  const bool is_file = text_or_path.size() != kSeedDigits || fs::exists(text_or_path);
  const std::string text = is_file ? ReadFile(text_or_path) : text_or_path;
  const Result<Bytes> bytes = ParseHex(TrimEnd(text));
  if (!bytes.ok() || bytes.value().size() != 32)
    throw Problem(text_or_path + " is neither an operator's public key (64 hex digits) nor a file with one");
  return ToArray<32>(bytes.value()).value();
}

}  // namespace passport::cli
