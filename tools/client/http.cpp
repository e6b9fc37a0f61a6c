#include "tools/client/http.h"

#include <algorithm>
#include <charconv>

namespace passport::client {
namespace {

std::string Authority(const Url& url) {
  const bool bracketed = url.host.find(':') != std::string::npos;
  return (bracketed ? "[" + url.host + "]" : url.host) + ":" + url.port;
}

}  // namespace

std::string Url::Origin() const { return "http://" + Authority(*this); }

Result<Url, HttpError> ParseUrl(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  const HttpError wrong = "not a URL of the form http://host:port: " + std::string(text);
  if (text.starts_with("https://"))
    return Fail(HttpError("https is not spoken here; give the node's own http:// address"));
  if (!text.starts_with(kScheme)) return Fail(wrong);
  text.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  Url out;
  if (slash < text.size()) out.path = text.substr(slash);
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return Fail(wrong);
    out.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
  }
  std::uint16_t port = 80;
  if (authority.starts_with(':')) {
    const auto [end, error] =
        std::from_chars(authority.data() + 1, authority.data() + authority.size(), port);
    if (error != std::errc{} || end != authority.data() + authority.size() || port == 0) return Fail(wrong);
  } else if (!authority.empty()) {
    return Fail(wrong);
  }
  const bool printable = std::ranges::all_of(out.host + out.path, [](char c) { return c > ' ' && c < 0x7f; });
  if (out.host.empty() || !printable) return Fail(wrong);
  out.port = std::to_string(port);
  return out;
}

std::string Serialise(const Url& url, const HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + Authority(url) + "\r\n";
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  if (request.method != "GET") out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out.append("\r\n").append(request.body);
}

HttpRequest ToHttp(const Url& url, const Request& request) {
  HttpRequest out{"POST", url.path, {{"Content-Type", "application/json"}}, request.body};
  const std::pair<const char*, const std::string*> headers[] = {
      {"X-Scope-Id", &request.scope_id},
      {"X-Encrypted-Key", &request.encrypted_key},
      {"X-Encrypted-User", &request.encrypted_user},
      {"X-Encrypted-Key-Signature", &request.encrypted_key_signature}};
  for (const auto& [name, value] : headers) {
    if (!value->empty()) out.headers.emplace_back(name, *value);
  }
  return out;
}

}  // namespace passport::client
