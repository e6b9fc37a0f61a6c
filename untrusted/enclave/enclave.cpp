// The enclave as the rest of the host sees it: calls go in, effects come out once their puts are durable.
#include "untrusted/enclave/enclave.h"

#include "untrusted/net/asio.h"

namespace passport::host::enclave {

struct Enclave::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  bool running = false;
};

Enclave::Enclave(boost::asio::io_context& io, int fd, Options options, store::CommitBatch commit,
                 Handlers handlers, metrics::Registry& metrics)
    : handlers_(std::move(handlers)),
      client_(io, fd, options.client, std::move(options.recorder), metrics,
              [this](const std::string& reason) {
                if (!failed_) handlers_.on_fatal(reason);
              }),
      outbox_(std::move(commit), options.outbox, metrics),
      timer_(std::make_unique<Timer>(io)) {}

Enclave::~Enclave() = default;

void Enclave::Add(edl::Answer answer, const Release& then) {
  if (failed_) return;
  outbox_.Add(
      std::move(answer),
      [this, then](const edl::Answer& committed) {
        handlers_.on_answer(committed);
        if (then) then(committed);
      },
      Outbox::Clock::now());
  CommitIfDue();
}

void Enclave::CommitIfDue() {
  const auto committed = outbox_.CommitIfDue(client_.idle(), Outbox::Clock::now());
  if (!committed.ok()) {
    failed_ = true;
    return handlers_.on_fatal(committed.error().Text());
  }
  if (outbox_.empty() || timer_->running) return;
  timer_->running = true;
  timer_->timer.expires_at(outbox_.due());
  timer_->timer.async_wait([this](const net::ErrorCode& error) {
    if (error) return;  // cancelled: this object is gone
    timer_->running = false;
    CommitIfDue();
  });
}

}  // namespace passport::host::enclave
