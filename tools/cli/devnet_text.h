// What `passport devnet` says about a network: for people, and as JSON.
#pragma once

#include "tools/cli/devnet.h"

namespace passport::cli {

// down, unreachable, or what the node says of itself: ok, degraded, unable.
std::string StateOf(const DevnetNode& node);
// One line about the network and one about each node, followed by why the node is not fine and what to do.
std::string Describe(const DevnetState& state, const fs::path& folder);
std::string ToJson(const DevnetState& state, const fs::path& folder);

}  // namespace passport::cli
