// A small HTTP/1.1 client: one connection, one request, one answer, one deadline.
#pragma once

#include <chrono>
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

// Connects to the addresses of url.host in turn, sends, and reads the answer, all within `timeout`. Answers
// need a Content-Length or end with the connection; chunked ones and those above 8 MiB are errors.
Result<HttpResponse, HttpError> Exchange(const Url& url, const HttpRequest& request,
                                         std::chrono::milliseconds timeout);

}  // namespace passport::client
