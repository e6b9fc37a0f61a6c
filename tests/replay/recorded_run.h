// A run of real processes with seeded enclaves, recorded at every node's boundary, and over when tests look
// at it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trusted/crypto/secret.h"
#include "untrusted/enclave/recorder.h"

namespace passport::replay {

namespace fs = std::filesystem;

inline constexpr std::uint16_t kNodes = 3;
inline constexpr std::uint16_t kThreshold = 2;

struct BoundaryRecord {
  host::enclave::Direction direction = host::enclave::Direction::kToEnclave;
  Bytes bytes;
};

struct NodeKeys {
  crypto::SecretKey32 root;
  crypto::SecretKey32 unique;
  crypto::SecretKey32 product;
};

// passport devnet's network of three nodes in a folder of its own: a scope, an account, and a signature asked
// of two nodes each; then stopped. Throws if a step fails, with the end of the log of the node concerned.
class RecordedRun {
 public:
  RecordedRun();
  ~RecordedRun();
  RecordedRun(const RecordedRun&) = delete;
  RecordedRun& operator=(const RecordedRun&) = delete;

  const fs::path& folder() const { return folder_; }
  fs::path NodeFolder(std::uint16_t party) const { return folder_ / ("node-" + std::to_string(party)); }
  const Hash32& measurement() const { return measurement_; }  // of the seeded enclave's file
  // Both as passportd makes them from root.key.
  NodeKeys KeysOf(std::uint16_t party) const;
  std::vector<BoundaryRecord> RecordsOf(std::uint16_t party) const;

 private:
  static void Use(const std::string& first, const std::string& second, const std::string& envelope_key);

  fs::path folder_;
  Hash32 measurement_{};
};

// The run that all tests of this program look at: made at the first call.
const RecordedRun& SharedRun();

Bytes ReadBytes(const fs::path& path);

}  // namespace passport::replay
