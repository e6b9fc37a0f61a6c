// passportd's command line.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/launcher/names.h"
#include "trusted/platform/layers.h"

namespace passport::launcher {

// Where a root key comes from: each that is named must be there.
struct Sources {
  std::string keyfile;
  std::string credential;
  std::string tpm2_blob;            // the part that the TPM sealed
  bool make = false;                // what is not there
  std::optional<Hash32> tpm2_next;  // an image to seal that part for too
  bool empty() const { return keyfile.empty() && credential.empty() && tpm2_blob.empty(); }
};

struct Options {
  bool help = false;
  std::string enclave_path;
  std::string host_path;
  std::string platform_path;  // empty: no TPM, no evidence
  std::string verifier_path;  // empty: evidence with certificates is not verified
  std::string tpm2;           // how the TPM is reached
  Sources root;
  Sources previous;  // of the root key before; empty: it is the same one
  std::uint32_t key_epoch = 0;
  std::string release_path;
  std::optional<Hash32> release_key;
  std::optional<Hash32> previous_release_key;  // zero: the enclave was unsigned; absent: it is the same one
  uid_t enclave_uid = 61001;                   // uids are taken only when passportd runs as root
  uid_t host_uid = 61002;
  uid_t platform_uid = 61003;
  uid_t verifier_uid = 61004;
  std::string data_dir;               // given to the host's uid; empty: none
  std::string pid_file;               // empty: none
  std::optional<Hash32> measurement;  // the only image to start
  bool development = false;
  std::optional<platform::LayerSet> required;  // absent: the strict ones, in development the indispensable
  platform::LayerSet without;
  std::optional<std::uint32_t> sessions_max;  // absent: the enclave's own
  std::optional<std::uint32_t> presignatures_max;
  std::vector<std::string> host_arguments;  // after "--"

  // The one that tells which TPM it is: on the way to another root key perhaps the one before.
  const std::string& TpmBlob() const { return root.tpm2_blob.empty() ? previous.tpm2_blob : root.tpm2_blob; }
  bool HasPrevious() const { return !previous.empty() || previous_release_key; }
  platform::LayerSet Required() const {
    return required.value_or(development ? platform::kIndispensable : platform::kStrict);
  }
};

// arguments as main gets them. Names the option at fault and what to do.
Result<Options, Problem> ParseOptions(std::span<char* const> arguments);

std::string Usage();

}  // namespace passport::launcher
