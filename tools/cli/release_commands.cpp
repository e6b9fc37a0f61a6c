// passport release keygen, sign, show: what binds an enclave image to a product and a security version.
#include <iostream>

#include "tools/cli/command.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "tools/cli/release_file.h"
#include "trusted/crypto/hash.h"

namespace passport::cli {
namespace {

void Print(const release::Release& release) {
  std::cout << "measurement " << ToHex(release.measurement) << "\nproduct     " << release.product_id
            << "\nsvn         " << release.svn << "\nbuild       " << release.build << "\nsigner      "
            << ToHex(release.signer) << "  (the key, for --release-key)\nsha256      "
            << ToHex(crypto::HashSha256(release.signer)) << "  (of the key, for signers of a policy)"
            << std::endl;
}

std::uint32_t ReadSvn(const po::variables_map& values) {
  const long svn = Optional<long>(values, "svn").value_or(-1);
  if (svn < 0 || svn > static_cast<long>(release::kSvnMax))
    throw UsageProblem("--svn is needed: 0 to " + std::to_string(release::kSvnMax));
  return static_cast<std::uint32_t>(svn);
}

}  // namespace

int ReleaseKeygen(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("name", po::value<std::string>(), "NAME.key and NAME.pub are made (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string name = Required(*values, "name");
  const std::string text = ToHex(MakeOperatorKey(name + ".key").public_key());
  WriteNewFile(name + ".pub", text + "\n", 0644);
  std::cout << text << std::endl;
  return 0;
}

int ReleaseSign(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("enclave", po::value<std::string>(), "the image (needed)")(
      "key", po::value<std::string>(), "the release signer's key file (needed)")(
      "svn", po::value<long>(),
      "security version: raised when older releases must not read newer records (needed)")(
      "build", po::value<std::string>(), "name of the build, such as 'passport 0.1.0' (needed)")(
      "out", po::value<std::string>(), "the file to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  release::Release release;
  release.svn = ReadSvn(*values);
  release.build = Required(*values, "build");
  if (release.build.size() > release::kBuildTextMax || !IsPlainText(release.build))
    throw UsageProblem("--build is at most 64 plain characters, without quotes and backslashes");
  const std::string out = Required(*values, "out");
  const std::string key = Required(*values, "key");
  release.measurement = MeasureFile(Required(*values, "enclave"));
  release.Sign(LoadOperatorKey(key));
  WriteFile(out, release.Encode(), 0644);
  Print(release);
  return 0;
}

int ReleaseShow(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("file", po::value<std::string>(), "the release file (needed)")(
      "signer", po::value<std::string>(), "the public key that it must be signed with, hex or file")(
      "enclave", po::value<std::string>(), "the image that it must be of");
  const auto values = ReadOptions(self, arguments, options, "file");
  if (!values) return 0;
  const release::Release release = LoadRelease(Required(*values, "file"));
  Print(release);
  if (!release.Verifies()) throw Problem("its signature does not verify: the file was changed");
  if (const auto signer = Optional<std::string>(*values, "signer");
      signer && ParseOperatorPublicKey(*signer) != release.signer)
    throw Problem("it is signed by another key than that of --signer");
  if (const auto enclave = Optional<std::string>(*values, "enclave");
      enclave && MeasureFile(*enclave) != release.measurement)
    throw Problem("it is of another image than " + *enclave);
  std::cout << "its signature verifies" << std::endl;
  return 0;
}

}  // namespace passport::cli
