#include "trusted/policy/relying_party.h"

#include <algorithm>
#include <charconv>

namespace passport::policy {
namespace {

using auth::Checked;

constexpr std::size_t kHostBytesMax = 253;  // RFC 1035
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kNameBytesMax = 128;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::string_view kLocalhost = "localhost";

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

// A domain name in the form that browsers compare: lower case, punycode, at least two labels, of which the
// last is no number (that would be an IP address), or localhost.
bool IsDomain(std::string_view text) {
  if (text == kLocalhost) return true;
  if (text.size() > kHostBytesMax || text.find('.') == text.npos) return false;
  const std::string_view last = text.substr(text.rfind('.') + 1);
  if (std::ranges::all_of(last, IsDigit)) return false;
  while (!text.empty()) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    if (!IsLabel(text.substr(0, dot)) || dot + 1 == text.size()) return false;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

// A port as it stands in an origin: without leading zeros, and never the scheme's own.
bool IsPort(std::string_view text, std::uint16_t own) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && text.front() != '0' && port != own;
}

// The host of a web page's origin as browsers write it, or nothing.
std::optional<std::string_view> HostOf(std::string_view origin) {
  const bool https = origin.starts_with("https://");
  if (!https && !origin.starts_with("http://")) return std::nullopt;
  origin.remove_prefix(https ? 8 : 7);
  const std::size_t colon = std::min(origin.find(':'), origin.size());
  const std::string_view host = origin.substr(0, colon);
  if (!IsDomain(host) || (!https && host != kLocalhost)) return std::nullopt;
  const std::uint16_t own = https ? kHttpsPort : kHttpPort;
  if (colon < origin.size() && !IsPort(origin.substr(colon + 1), own)) return std::nullopt;
  return host;
}

bool IsSuffix(std::string_view id, std::string_view host) {
  return host == id || (host.ends_with(id) && host[host.size() - id.size() - 1] == '.');
}

Checked<Unit> ReadMember(const json::Member& member, RelyingParty& out) {
  std::string* text = member.key == "id"       ? &out.id
                      : member.key == "origin" ? &out.origin
                      : member.key == "name"   ? &out.name
                                               : nullptr;
  if (text == nullptr) return InvalidConfig("unknown member rp." + member.key);
  const auto value = member.value.AsString();
  if (!value.ok()) return InvalidConfig("rp." + member.key + " must be a string");
  *text = value.value();
  return Unit{};
}

}  // namespace

Checked<RelyingParty> ParseRelyingParty(const json::Value& value) {
  if (!value.IsObject()) return InvalidConfig("rp must be an object");
  RelyingParty out;
  for (const json::Member& member : value.AsObject().value()) PASSPORT_TRY_VOID(ReadMember(member, out));
  if (!IsDomain(out.id)) return InvalidConfig("rp.id must be a domain in lower case, or localhost");
  const auto host = HostOf(out.origin);
  if (!host) {
    return InvalidConfig(
        "rp.origin must be https://HOST or http://localhost, with a port unless it is the usual one, and no "
        "path");
  }
  if (!IsSuffix(out.id, *host)) return InvalidConfig("rp.id must be the host of rp.origin or its end");
  if (out.name.empty()) out.name = out.id;
  if (out.name.size() > kNameBytesMax) return InvalidConfig("rp.name is longer than 128 bytes");
  return out;
}

}  // namespace passport::policy
