// What an HTTP client says and hears: URLs, requests, answers; http_connection.h carries them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/client/requests.h"

namespace passport::client {

// http://host[:port][/path]; host may be [an IPv6 address].
struct Url {
  std::string host;
  std::string port = "80";
  std::string path = "/";

  // "http://host:port", without path.
  std::string Origin() const;
};

// A sentence for a person.
using HttpError = std::string;

// https is refused with the reason: TLS ends in front of a node, and this client talks to the node itself.
Result<Url, HttpError> ParseUrl(std::string_view text);

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpResponse {
  unsigned status = 0;
  std::string body;
};

// The POST that carries a client request to a node.
HttpRequest ToHttp(const Url& url, const Request& request);

// The bytes of the request, on a connection that is kept unless a header says otherwise.
std::string Serialise(const Url& url, const HttpRequest& request);

}  // namespace passport::client
