// A network of real processes with seeded enclaves, with a scope and an account, at work until it is told to
// stop.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/devnet.h"
#include "tools/client/requests.h"
#include "trusted/crypto/rng.h"
#include "trusted/crypto/secret.h"
#include "trusted/platform/launch_info.h"

namespace passport::replay {

namespace fs = std::filesystem;

inline constexpr std::uint16_t kNodes = 3;
inline constexpr std::uint16_t kThreshold = 2;
inline constexpr char kRecordFile[] =
    "data/boundary.record";  // in the one folder that the host's uid may write

struct NodeKeys {
  crypto::SecretKey32 root;
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;
  platform::Release release;
};

// passport devnet's network of three nodes in a folder of its own, every boundary recorded. Throws if a step
// fails, with the end of the log of the node concerned.
class LiveRun {
 public:
  explicit LiveRun(const fs::path& enclave);
  ~LiveRun();  // stops it and removes the folder
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;

  void MakeAccount();  // a scope of a developer, and an account in it
  // Has node `party` sign for the account. The refusal in words if there is no signature.
  Result<Unit, std::string> Sign(std::uint16_t party);
  // How many client requests the node has taken and not answered.
  std::size_t PendingAt(std::uint16_t party) const;
  void Stop();

  const fs::path& folder() const { return folder_; }
  fs::path NodeFolder(std::uint16_t party) const { return folder_ / ("node-" + std::to_string(party)); }
  const Hash32& measurement() const { return measurement_; }  // of the enclave's file
  cli::NodePids PidsOf(std::uint16_t party) const;
  std::string UrlOf(std::uint16_t party) const { return state_.nodes.at(party - 1u).url; }
  // Both as passportd makes them from root.key.
  NodeKeys KeysOf(std::uint16_t party) const;

 private:
  cli::NodeApi ApiOf(std::uint16_t party) const;

  fs::path folder_;
  Hash32 measurement_{};
  cli::Devnet devnet_;
  cli::DevnetState state_;
  crypto::SystemRng rng_;
  std::optional<client::DeveloperClient> client_;
};

Bytes ReadBytes(const fs::path& path);

}  // namespace passport::replay
