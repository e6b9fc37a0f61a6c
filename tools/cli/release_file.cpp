#include "tools/cli/release_file.h"

#include <fstream>

#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/crypto/hash.h"

namespace passport::cli {

Hash32 MeasureFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  crypto::Sha256 hash;
  std::string block(std::size_t{1} << 16, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
    hash.Update(AsBytes(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount()))));
  if (!file.eof()) throw Problem("cannot read " + path.string() + "; check the path");
  return hash.Final();
}

release::Release LoadRelease(const fs::path& path) {
  Result<release::Release> out = release::Release::Parse(ReadFile(path));
  if (!out.ok()) throw Problem(path.string() + " is damaged or no release file; copy it again");
  return std::move(out).value();
}

DevnetRelease SignDevnetRelease(const fs::path& devnet, const fs::path& enclave, bool fresh) {
  const fs::path key_file = devnet / "release.key";
  if (!fresh && !fs::exists(key_file))
    throw Problem(key_file.string() +
                  " is missing: the records of this network open only to enclaves signed by "
                  "it; put it back, or make another network with another --dir");
  const crypto::SigningKey key = fs::exists(key_file) ? LoadOperatorKey(key_file) : MakeOperatorKey(key_file);
  release::Release out;
  out.measurement = MeasureFile(enclave);
  out.svn = 1;
  out.build = "devnet";
  out.Sign(key);
  WriteFile(devnet / "release", out.Encode(), 0644);
  return {devnet / "release", ToHex(key.public_key())};
}

}  // namespace passport::cli
