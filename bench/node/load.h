// Closed-loop load: every client has one request under way, and sends the next one when it is answered.
#pragma once

#include <functional>

#include "bench/node/options.h"
#include "tools/client/http_connection.h"

namespace passport::bench {

using Clock = std::chrono::steady_clock;

struct Answer {
  Result<std::string, client::HttpError> body;
  Clock::time_point sent;
  std::chrono::duration<double, std::milli> latency{};  // from the first byte sent to the last received
};

// What clients do. Both functions are called from the client's thread, with the client's number; calls for
// two clients may run at the same time.
struct Script {
  // The next request, as bytes; nothing: this client is done. Its cost is not part of any latency.
  std::function<std::optional<std::string>(std::size_t client)> next;
  std::function<void(std::size_t client, Answer answer)> done;
};

// Runs until every client is done.
void RunLoad(std::vector<client::HttpConnection>& connections, const Options& options, const Script& script);

}  // namespace passport::bench
