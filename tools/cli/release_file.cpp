#include "tools/cli/release_file.h"

#include <unistd.h>

#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

constexpr std::size_t kImageBytesMax = std::size_t{1} << 30;

}  // namespace

Hash32 MeasureFile(const fs::path& path) {
  const int fd = OpenRegular(path);
  crypto::Sha256 hash;
  Bytes block(std::size_t{1} << 16);
  std::size_t size = 0;
  ssize_t count = 0;
  while (size <= kImageBytesMax && (count = read(fd, block.data(), block.size())) > 0) {
    size += static_cast<std::size_t>(count);
    hash.Update(ByteSpan(block).first(static_cast<std::size_t>(count)));
  }
  close(fd);
  if (count != 0) throw Problem("cannot read " + path.string() + ", or it is no image; check the path");
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
