// A server with one fixed answer, for tests of clients.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "tests/unit/cli/listening_port.h"
#include "tools/client/http.h"

namespace passport::client {

// Takes one connection, reads a request up to its last bytes, answers with a fixed text, as often as it is
// told, and closes.
class OneAnswer {
 public:
  OneAnswer(std::string answer, std::string last_bytes, int times = 1) {
    url = ParseUrl(port_.Url() + "/path").value();
    thread_ = std::thread([this, answer = std::move(answer), last_bytes = std::move(last_bytes), times] {
      const int peer = accept(port_.fd(), nullptr, nullptr);
      char buffer[4096];
      for (int i = 0; i < times; ++i) {
        request.clear();
        while (!request.ends_with(last_bytes)) {
          const ssize_t count = recv(peer, buffer, sizeof buffer, 0);
          if (count <= 0) break;
          request.append(buffer, static_cast<std::size_t>(count));
        }
        send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      close(peer);
    });
  }
  ~OneAnswer() { Join(); }
  void Join() {
    if (thread_.joinable()) thread_.join();
    port_.Close();
  }
  Url url;
  std::string request;

 private:
  ListeningPort port_;
  std::thread thread_;
};

}  // namespace passport::client
