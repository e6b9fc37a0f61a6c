// "host:port" texts: "127.0.0.1:9545", "[::1]:9545", "node2.example:7000".
#include "untrusted/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace passport::host::net {

std::optional<HostPort> ParseHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto is_printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_printable)) return std::nullopt;
  HostPort out{std::string(host), 0};
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), out.port);
  if (error != std::errc() || end != port_text.data() + port_text.size()) return std::nullopt;
  return out;
}

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace passport::host::net
