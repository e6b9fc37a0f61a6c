// What one run of `passport devnet` works on.
#pragma once

#include "tools/cli/deadline.h"
#include "tools/cli/devnet.h"
#include "tools/cli/release_file.h"

namespace passport::cli {

inline std::string UrlOf(std::uint16_t port) { return "http://localhost:" + std::to_string(port); }

constexpr std::chrono::seconds kLookTime{3};  // for one answer of a node that is being waited for

struct Devnet::Node {
  std::uint16_t party = 0;
  std::uint16_t api_port = 0;
  std::uint16_t peer_port = 0;
  pid_t child = -1;  // passportd, if this run started it
  std::optional<EnclaveFacts> facts;
  std::string reason;  // why it is not ready

  NodeApi Api() const { return NodeApi(client::ParseUrl(UrlOf(api_port)).value(), kLookTime); }
};

struct Devnet::Run {
  Deadline deadline;
  std::vector<Node> nodes;
  std::vector<Node> lost;  // whose records are gone; not started
  bool fresh = false;
  std::uint16_t t = 0;
  std::optional<DevnetRelease> release = {};  // of root, who runs it as in production
};

// What can be done for a node whose records are lost, and what is said of one that went on without them.
std::string LostNodeAdvice();
std::string OtherIdentityText();

}  // namespace passport::cli
