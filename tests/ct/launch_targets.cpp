// What passportd and the enclave do with keys before and beside the core: deriving, handing over, the
// platform link.
#include "sealing/svn_chain.h"
#include "tests/ct/poison.h"
#include "tests/ct/target.h"
#include "tests/ct/targets_launch.h"
#include "trusted/launcher/keys.h"
#include "trusted/platform/launch_info.h"
#include "trusted/platform_link/platform_link.h"

namespace passport::ct {

void LaunchKeys() {
  SecretRng rng(1);
  const crypto::SecretKey32 root = rng.Key();
  const crypto::SecretKey32 unique = launcher::DeriveUniqueKey(root, Hash32{});
  Require(HasSecretBits(unique), "the key has lost its secret");
  const crypto::SecretKey32 lower = sealing::LowerSvnKey(unique, 3);
  Require(HasSecretBits(lower), "the key of a lower version has lost its secret");
}

void LaunchInformation() {
  SecretRng rng(2);
  platform::LaunchInfo info;
  info.release.svn = 1;
  info.keys.unique = rng.Key();
  info.keys.product = rng.Key();
  info.keys.source_mask = 1;
  info.platform_key = rng.Key();
  const crypto::SecretBytes encoded = info.Encode();  // all but the keys is public, and stays so
  const auto parsed = platform::LaunchInfo::Parse(encoded.Expose());
  Require(parsed.ok(), "the launch information parses");
  Require(HasSecretBits(parsed.value().keys.unique) && HasSecretBits(parsed.value().platform_key),
          "the keys have lost their secret");
}

void PlatformLink() {
  SecretRng rng(3);
  const crypto::SecretKey32 key = rng.Key();
  const platform_link::Answer answer{platform_link::Kind::kQuote, 7, platform_link::Outcome::kOk, Bytes(100)};
  Bytes sealed = answer.Seal(key);
  Require(HasSecretBits(sealed), "the MAC has lost its secret");
  Publish(sealed);  // the host carries it
  Require(platform_link::Answer::Open(key, sealed).ok(), "the answer opens");
  sealed.back() ^= 1;
  Require(!platform_link::Answer::Open(key, sealed).ok(), "a forged answer");
}

}  // namespace passport::ct
