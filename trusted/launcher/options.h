// passportd's command line.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edl/base/bytes.h"
#include "trusted/launcher/say.h"

namespace passport::launcher {

struct Options {
  bool help = false;
  std::string enclave_path;
  std::string host_path;
  std::string root_key_path;
  bool make_root_key = false;
  uid_t enclave_uid = 61001;  // uids are taken only when passportd runs as root
  uid_t host_uid = 61002;
  std::string data_dir;               // given to the host's uid; empty: none
  std::string pid_file;               // empty: none
  std::optional<Hash32> measurement;  // the only image to start
  bool development = false;
  std::optional<std::uint32_t> sessions_max;  // absent: the enclave's own
  std::optional<std::uint32_t> presignatures_max;
  std::vector<std::string> host_arguments;  // after "--"
};

// arguments as main gets them. Names the option at fault and what to do.
Result<Options, Problem> ParseOptions(std::span<char* const> arguments);

extern const std::string_view kUsage;

}  // namespace passport::launcher
