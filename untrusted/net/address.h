// "host:port" texts: "127.0.0.1:9545", "[::1]:9545", "node2.example:7000".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace passport::host::net {

struct HostPort {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};

// nullopt unless there is a non-empty host of printable ASCII and a decimal port in 0..65535. An IPv6 host
// needs its brackets.
std::optional<HostPort> ParseHostPort(std::string_view text);

// Whether a numeric address is one that only this machine has: 127.0.0.0/8 or ::1.
bool IsLoopback(const std::string& address);

}  // namespace passport::host::net
