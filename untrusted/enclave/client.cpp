// The host's end of the socket to the enclave: one request at a time, in order, answers put together.
#include "untrusted/enclave/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "untrusted/net/asio.h"
// After the header above, which repairs Asio.
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace passport::host::enclave {

using net::ErrorCode;
using Descriptor = boost::asio::posix::stream_descriptor;

namespace {

const char* NameOf(edl::Call call) {
  switch (call) {
    case edl::Call::kHello:
      return "hello";
    case edl::Call::kProvision:
      return "provision";
    case edl::Call::kResume:
      return "resume";
    case edl::Call::kClientRequest:
      return "client_request";
    case edl::Call::kPeerUp:
      return "peer_up";
    case edl::Call::kPeerDown:
      return "peer_down";
    case edl::Call::kPeerFrame:
      return "peer_frame";
    case edl::Call::kFetched:
      return "fetched";
    case edl::Call::kTick:
      return "tick";
    case edl::Call::kAdmin:
      return "admin";
    case edl::Call::kAttest:
      return "attest";
    case edl::Call::kStatus:
      return "status";
  }
  return "unknown";
}

}  // namespace

// Alive as long as a handler of its descriptor may run; `owner` is empty once the client is gone.
class Client::Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(boost::asio::io_context& io, int fd, Client* client) : descriptor(io, fd), owner(client) {}
  void When(Descriptor::wait_type what, void (Client::*then)()) {
    descriptor.async_wait(what, [self = shared_from_this(), then](const ErrorCode& error) {
      if (!error && self->owner != nullptr) (self->owner->*then)();
    });
  }
  Descriptor descriptor;
  Client* owner;
};

Client::Client(boost::asio::io_context& io, int fd, Limits limits, std::shared_ptr<Recorder> recorder,
               metrics::Registry& metrics, std::function<void(const std::string&)> on_lost)
    : io_(io),
      limits_(limits),
      recorder_(std::move(recorder)),
      metrics_(metrics),
      calls_(metrics.CounterOf("passport_enclave_calls_total", "Calls answered by the enclave.")),
      call_time_(metrics.HistogramOf("passport_enclave_call_seconds", "Time of one call to the enclave.")),
      on_lost_(std::move(on_lost)),
      incoming_(kRecordBytesMax),
      socket_(std::make_shared<Socket>(io, fd, this)) {
  metrics.Gauge("passport_enclave_calls_waiting", "Calls that wait for the enclave.",
                [this] { return static_cast<double>(waiting()); });
  ReadWhenReady();
}

Client::~Client() {
  socket_->owner = nullptr;
  ErrorCode ignored;
  socket_->descriptor.close(ignored);
}

Result<Unit> Client::Enqueue(Urgency urgency, Waiting waiting) {
  const bool is_peer = urgency == Urgency::kPeer;
  std::deque<Waiting>& queue = is_peer ? peer_calls_ : client_calls_;
  if (lost_ || queue.size() >= (is_peer ? limits_.peer_calls_max : limits_.client_calls_max)) {
    return Fail(Status::kBusy);
  }
  queue.push_back(std::move(waiting));
  Pump();
  return Ok();
}

void Client::Pump() {
  if (lost_ || flying_) return;
  std::deque<Waiting>& queue = peer_calls_.empty() ? client_calls_ : peer_calls_;
  if (queue.empty()) return;
  Waiting next = std::move(queue.front());
  queue.pop_front();
  const FrameHeader header{.kind = FrameKind::kRequest,
                           .call_id = static_cast<std::uint16_t>(next.call),
                           .seq = ++seq_,
                           .schema = edl::kSchema};
  outgoing_ = EncodeFrame(header, next.body);
  next.sent_at = Clock::now();
  next.body = {};
  edl::AnswerReader reader(seq_, next.call);
  flying_ = std::make_unique<Flying>(Flying{std::move(next), std::move(reader)});
  if (recorder_) {
    const auto recorded = recorder_->Add(Direction::kToEnclave, outgoing_);
    if (!recorded.ok()) return LoseLater(recorded.error().Text());
  }
  TrySend();
}

void Client::TrySend() {
  if (lost_) return;
  const ssize_t sent = send(socket_->descriptor.native_handle(), outgoing_.data(), outgoing_.size(),
                            MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return outgoing_.clear();
  if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) {
    return socket_->When(Descriptor::wait_write, &Client::TrySend);
  }
  // The answer side says more about why (an end of file), so the failure is reported from there, later.
  LoseLater(std::string("cannot write to the enclave: ") + std::strerror(errno));
}

// A caller of Submit is never called back before Submit returns.
void Client::LoseLater(std::string reason) {
  boost::asio::post(io_, [socket = socket_, reason = std::move(reason)] {
    if (socket->owner != nullptr) socket->owner->Lose(reason);
  });
}

void Client::ReadWhenReady() { socket_->When(Descriptor::wait_read, &Client::ReadAll); }

void Client::ReadAll() {
  const std::shared_ptr<Socket> socket = socket_;  // a handler may destroy this client
  while (!lost_) {
    const ssize_t size = recv(socket->descriptor.native_handle(), incoming_.data(), incoming_.size(),
                              MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return ReadWhenReady();
    if (size == 0) return Lose("the enclave closed its socket");
    if (size < 0) return Lose(std::string("cannot read from the enclave: ") + std::strerror(errno));
    if (static_cast<std::size_t>(size) > incoming_.size())
      return Lose("the enclave sent an oversized record");
    const ByteSpan record(incoming_.data(), static_cast<std::size_t>(size));
    if (recorder_) {
      const auto recorded = recorder_->Add(Direction::kFromEnclave, record);
      if (!recorded.ok()) return Lose(recorded.error().Text());
    }
    const bool go_on = Take(record);
    if (!go_on || socket->owner == nullptr) return;
  }
}

// False when the socket may not be used any more.
bool Client::Take(ByteSpan record) {
  if (!flying_) {
    const auto frame = ParseFrame(record, edl::kSchema);
    if (frame.ok() && frame.value().header.kind == FrameKind::kReady) return true;
    Lose("the enclave sent a record that nobody asked for");
    return false;
  }
  const auto last = flying_->reader.Take(record);
  if (!last.ok()) {
    Lose("the enclave broke the framing, error " + std::to_string(static_cast<int>(last.error())) +
         "; host and enclave must come from one build");
    return false;
  }
  if (last.value()) Complete();
  return true;
}

void Client::Complete() {
  const std::unique_ptr<Flying> done = std::move(flying_);
  calls_.Add();
  CountTime(done->waiting.call, std::chrono::duration<double>(Clock::now() - done->waiting.sent_at).count());
  Pump();  // first give the enclave its next work, then look at what it has done
  done->waiting.on_answer(std::move(done->reader).Finish());
}

void Client::CountTime(edl::Call call, double seconds) {
  call_time_.Observe(seconds);
  const auto [entry, is_first] = longest_.try_emplace(call, seconds);
  entry->second = std::max(entry->second, seconds);
  if (!is_first) return;
  metrics_.Gauge(
      "passport_enclave_call_longest_seconds", "The longest call of its kind since the start.",
      [&longest = entry->second] { return longest; }, std::string("call=\"") + NameOf(call) + "\"");
}

void Client::Lose(const std::string& reason) {
  if (lost_) return;
  lost_ = true;
  flying_.reset();
  peer_calls_.clear();
  client_calls_.clear();
  ErrorCode ignored;
  socket_->descriptor.cancel(ignored);
  on_lost_(reason);
}

}  // namespace passport::host::enclave
