// The enclave as the rest of the host sees it: calls go in, effects come out once their puts are durable.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "untrusted/enclave/client.h"
#include "untrusted/enclave/outbox.h"

namespace passport::host::enclave {

// Must not be destroyed while the io_context runs.
class Enclave {
 public:
  struct Options {
    Client::Limits client;
    Outbox::Limits outbox;
    std::shared_ptr<Recorder> recorder = {};  // sees every record; null: none
  };
  struct Handlers {
    // Every answer, in order, its puts and drops committed. They are left in the list, puts without their
    // bytes.
    Release on_answer;
    // The enclave is gone, or a commit failed: nothing comes after it. The text is for the operator.
    std::function<void(const std::string& reason)> on_fatal;
  };
  Enclave(boost::asio::io_context& io, int fd, Options options, store::CommitBatch commit, Handlers handlers,
          metrics::Registry& metrics);
  ~Enclave();
  Enclave(const Enclave&) = delete;
  Enclave& operator=(const Enclave&) = delete;

  // See Client::Submit. `then` runs right after Handlers::on_answer for this answer.
  template <class Body>
  Result<Unit> Submit(Urgency urgency, const Body& body, Release then = {}) {
    return client_.Submit(
        urgency, body, [this, then = std::move(then)](edl::Answer answer) { Add(std::move(answer), then); });
  }

  // The enclave has something to do.
  bool computing() const { return !client_.idle(); }
  // It has not, and everything it did has left.
  bool idle() const { return client_.idle() && outbox_.empty(); }

 private:
  struct Timer;
  void Add(edl::Answer answer, const Release& then);
  void CommitIfDue();

  Handlers handlers_;
  Client client_;
  Outbox outbox_;
  std::unique_ptr<Timer> timer_;
  bool failed_ = false;
};

}  // namespace passport::host::enclave
