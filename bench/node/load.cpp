#include "bench/node/load.h"

#include <poll.h>

#include <algorithm>
#include <span>
#include <thread>

namespace passport::bench {
namespace {

// The clients of one thread.
class Loop {
 public:
  Loop(std::span<client::HttpConnection> connections, std::size_t first, const Options& options,
       const Script& script)
      : connections_(connections),
        first_(first),
        patience_(options.patience),
        script_(script),
        clients_(connections.size()) {
    if (options.rate <= 0) return;
    pause_ = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(options.clients) / options.rate));
    for (std::size_t i = 0; i < clients_.size(); ++i)
      clients_[i].due += pause_ * static_cast<long>(first_ + i) / static_cast<long>(options.clients);
  }

  void Run() {
    for (;;) {
      const Clock::time_point now = Clock::now();
      bool working = false;
      Clock::time_point wake = now + patience_;
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        Client& client = clients_[i];
        if (client.state == State::kIdle && client.due <= now) Begin(i);
        if (client.state == State::kIdle) wake = std::min(wake, client.due);
        if (client.state == State::kWaiting) wake = std::min(wake, client.sent + patience_);
        working = working || client.state != State::kDone;
      }
      if (!working) return;
      Await(wake);
    }
  }

 private:
  enum class State { kIdle, kWaiting, kDone };
  struct Client {
    State state = State::kIdle;
    Clock::time_point due = Clock::now();
    Clock::time_point sent;
  };

  void Begin(std::size_t i) {
    Client& client = clients_[i];
    std::optional<std::string> request = script_.next(first_ + i);
    if (!request) {
      client.state = State::kDone;
      return;
    }
    client.state = State::kWaiting;
    client.sent = Clock::now();
    const auto connected = connections_[i].Send(std::move(*request), patience_);
    if (!connected.ok()) return End(i, Fail(connected.error()));
    Advance(i);
  }

  void Advance(std::size_t i) {
    std::optional<client::HttpConnection::Answer> answer = connections_[i].Advance();
    if (!answer) return;
    if (!answer->ok()) return End(i, Fail(answer->error()));
    client::HttpResponse response = std::move(*answer).value();
    if (response.status != 200) return End(i, Fail("HTTP status " + std::to_string(response.status)));
    End(i, std::move(response.body));
  }

  void End(std::size_t i, Result<std::string, client::HttpError> body) {
    Client& client = clients_[i];
    const Clock::time_point now = Clock::now();
    script_.done(first_ + i, {std::move(body), client.sent, now - client.sent});
    client.state = State::kIdle;
    // At a rate, a client that was answered late does not catch up.
    client.due = std::max(client.due + pause_, now);
  }

  void Await(Clock::time_point wake) {
    std::vector<pollfd> sockets;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (clients_[i].state != State::kWaiting) continue;
      sockets.push_back({connections_[i].fd(), connections_[i].wanted_events(), 0});
      owners.push_back(i);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now()).count();
    poll(sockets.data(), sockets.size(), static_cast<int>(std::clamp<long>(left, 0, 60'000)));
    const Clock::time_point now = Clock::now();
    for (std::size_t k = 0; k < sockets.size(); ++k) {
      if (sockets[k].revents != 0) {
        Advance(owners[k]);
      } else if (clients_[owners[k]].sent + patience_ <= now) {
        connections_[owners[k]].Close();
        End(owners[k], Fail(client::HttpError("no answer in time")));
      }
    }
  }

  std::span<client::HttpConnection> connections_;
  std::size_t first_;
  std::chrono::milliseconds patience_;
  const Script& script_;
  Clock::duration pause_{};
  std::vector<Client> clients_;
};

}  // namespace

void RunLoad(std::vector<client::HttpConnection>& connections, const Options& options, const Script& script) {
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < options.threads; ++t) {
    const std::size_t first = connections.size() * t / options.threads;
    const std::size_t end = connections.size() * (t + 1) / options.threads;
    const auto run = [&, first, end] {
      Loop(std::span(connections).subspan(first, end - first), first, options, script).Run();
    };
    if (t + 1 == options.threads) {
      run();
    } else {
      threads.emplace_back(run);
    }
  }
}

}  // namespace passport::bench
