// The host's end of the socket to the enclave: one request at a time, in order, answers put together.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "edl/generated/node_host.h"
#include "untrusted/enclave/recorder.h"
#include "untrusted/metrics/metrics.h"

namespace boost::asio {
class io_context;
}

namespace passport::host::enclave {

// Who goes first when several calls wait. What peers wait for comes before new work, so that an overloaded
// node finishes what it has begun.
enum class Urgency { kPeer, kClient };

// Called once the answer is there, in the order of the requests.
using AnswerHandler = std::function<void(edl::Answer)>;

class Client {
 public:
  struct Limits {
    std::size_t client_calls_max =
        256;  // waiting client calls; more are refused, so that waiting stays short
    std::size_t peer_calls_max = 16384;
  };
  // Takes over `fd`, a connected SOCK_SEQPACKET socket. `on_lost` is called once, with a reason for the
  // operator, when the enclave has gone or has broken the framing, or when `recorder` (null: none) cannot
  // write; no answer comes after it.
  Client(boost::asio::io_context& io, int fd, Limits limits, std::shared_ptr<Recorder> recorder,
         metrics::Registry& metrics, std::function<void(const std::string& reason)> on_lost);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Queues one call; its bytes are copied. kTooLong if an argument is over its maximum, kBusy if too many
  // wait: then `on_answer` is never called.
  template <class Body>
  Result<Unit> Submit(Urgency urgency, const Body& body, AnswerHandler on_answer) {
    if (!body.IsValid()) return Fail(Status::kTooLong);
    Writer writer;
    body.Encode(writer);
    return Enqueue(urgency, {Body::kCall, writer.Take(), std::move(on_answer), {}});
  }

  // Nothing waits and nothing is being computed.
  bool idle() const { return !flying_ && peer_calls_.empty() && client_calls_.empty(); }
  std::size_t waiting() const { return peer_calls_.size() + client_calls_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    edl::Call call;
    Bytes body;
    AnswerHandler on_answer;
    Clock::time_point sent_at;
  };
  struct Flying {
    Waiting waiting;
    edl::AnswerReader reader;
  };

  Result<Unit> Enqueue(Urgency urgency, Waiting waiting);
  void Pump();
  void TrySend();
  void LoseLater(std::string reason);
  void ReadWhenReady();
  void ReadAll();
  bool Take(ByteSpan record);
  void Complete();
  void CountTime(edl::Call call, double seconds);
  void Lose(const std::string& reason);

  boost::asio::io_context& io_;
  Limits limits_;
  std::shared_ptr<Recorder> recorder_;
  metrics::Registry& metrics_;
  metrics::Counter& calls_;
  metrics::Histogram& call_time_;
  std::map<edl::Call, double> longest_;  // seconds, since the start (rules.md 28)
  std::function<void(const std::string&)> on_lost_;
  std::deque<Waiting> peer_calls_;
  std::deque<Waiting> client_calls_;
  std::unique_ptr<Flying> flying_;
  Bytes outgoing_;  // the record that the socket had no room for
  Bytes incoming_;  // room for one record
  std::uint64_t seq_ = 0;
  bool lost_ = false;
  class Socket;
  std::shared_ptr<Socket> socket_;
};

}  // namespace passport::host::enclave
