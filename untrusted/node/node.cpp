// The host put together: store, enclave, client API, peers, clock.
#include "untrusted/node/node.h"

#include <utility>

#include "untrusted/node/timers.h"

namespace passport::host::node {

using enclave::Urgency;
using metrics::Level;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kStopPoll{20};

std::uint64_t Milliseconds(auto since_epoch) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

net::HttpOptions ForClients(net::HttpOptions options) {
  options.every_reply = rpc::CorsHeaders();
  options.on_fault = rpc::ReplyTo;
  return options;
}

}  // namespace

Node::Node(boost::asio::io_context& io, int enclave_fd, NodeOptions options, store::RecordStore& store,
           std::string salt, const metrics::Log& log, metrics::Registry& metrics, NodeEvents events)
    : options_(std::move(options)),
      store_(store),
      log_(log),
      metrics_(metrics),
      events_(std::move(events)),
      enclave_(
          io, enclave_fd, options_.enclave,
          [this](std::span<const store::Change> changes) { return store_.Commit(changes); },
          {[this](const edl::Answer& answer) { OnAnswer(answer); },
           [this](const std::string& reason) { Fail("enclave_lost", reason); }},
          metrics),
      api_(enclave_, options_.api, std::move(salt), metrics),
      http_(
          io, ForClients(options_.http),
          [this](net::HttpRequest request, net::ReplyFunction reply) {
            api_.Handle(std::move(request), std::move(reply));
          },
          metrics),
      mesh_(io, options_.mesh, PeerHandlers(), log, metrics),
      timers_(std::make_unique<Timers>(io)) {
  if (options_.platform_fd >= 0)
    platform_ = std::make_unique<enclave::PlatformAnswers>(
        io, options_.platform_fd, [this](ByteSpan answer) { return OnPlatformAnswer(answer); }, metrics);
  metrics.Gauge("passport_phase", "Phase of the enclave: 0 boot, 1 waiting for a manifest, 2 serving.",
                [this] { return static_cast<double>(phase_); });
}

Node::~Node() = default;

Result<std::uint16_t, std::string> Node::Start() {
  PASSPORT_TRY(api_port_, http_.Listen(options_.api_bind, options_.api_port));
  SayHello();
  return api_port_;
}

mesh::MeshHandlers Node::PeerHandlers() {
  return {[this](std::uint16_t party, std::uint64_t link) {
            const auto told = enclave_.Submit(Urgency::kPeer, edl::PeerUpCall{party, link});
            if (!told.ok()) mesh_.Cut(link);
          },
          [this](std::uint64_t link) {
            // Refused only when the enclave is gone or hopelessly behind; it notices the silence by itself.
            static_cast<void>(enclave_.Submit(Urgency::kPeer, edl::PeerDownCall{link}));
          },
          [this](std::uint64_t link, const Bytes& frame, std::function<void()> taken) {
            OnPeerFrame(link, frame, std::move(taken));
          }};
}

bool Node::OnPlatformAnswer(ByteSpan answer) {
  const edl::ProvisionCall call{.kind = edl::ProvisionKind::kPlatform, .data = answer};
  return enclave_.Submit(Urgency::kPeer, call).ok();
}

void Node::OnPeerFrame(std::uint64_t link, const Bytes& frame, std::function<void()> taken) {
  const auto told = enclave_.Submit(Urgency::kPeer, edl::PeerFrameCall{link, frame},
                                    [taken](const edl::Answer&) { taken(); });
  if (!told.ok()) mesh_.Cut(link);
}

void Node::ScheduleTick() {
  timers_->tick.expires_at(timers_->tick_at);
  timers_->tick.async_wait([this](const net::ErrorCode& error) {
    if (!error) Tick();
  });
}

void Node::Tick() {
  const Clock::time_point now = Clock::now();
  timers_->tick_at = now + options_.tick_time;
  ScheduleTick();
  api_.Expire(now);
  ResumeIfDue();
  if (ticking_) return;
  const edl::TickCall call{Milliseconds(std::chrono::system_clock::now().time_since_epoch()),
                           Milliseconds(now.time_since_epoch())};
  ticking_ = enclave_.Submit(Urgency::kPeer, call, [this](const edl::Answer&) { ticking_ = false; }).ok();
}

void Node::ResumeIfDue() {
  if (!resume_since_ || resuming_) return;
  if (enclave_.computing() && Clock::now() - *resume_since_ < options_.resume_wait_max) return;
  resume_since_.reset();
  resuming_ = enclave_
                  .Submit(Urgency::kPeer, edl::ResumeCall{},
                          [this](const edl::Answer&) {
                            resuming_ = false;
                            ResumeIfDue();
                          })
                  .ok();
}

// Tried again until it works: the address may belong to a process that is about to end.
void Node::ListenForPeers() {
  if (exited_ || listening_ || peer_address_.empty()) return;
  const auto listening = mesh_.Listen(peer_address_);
  if (listening.ok()) {
    listening_ = true;
    log_.Write(Level::kInfo, "peers_listening",
               {{"address", peer_address_}, {"port", std::uint64_t{listening.value()}}});
    return;
  }
  log_.Write(Level::kError, "peers_not_listening", {{"reason", listening.error()}});
  timers_->listen.expires_after(options_.listen_retry_time);
  timers_->listen.async_wait([this](const net::ErrorCode& error) {
    if (!error) ListenForPeers();
  });
}

void Node::Fail(const std::string& event, const std::string& reason) {
  log_.Write(Level::kError, event, {{"reason", reason}});
  Exit(1);
}

void Node::Exit(int code) {
  if (std::exchange(exited_, true)) return;
  timers_->tick.cancel();
  timers_->stop.cancel();
  timers_->listen.cancel();
  http_.Stop();
  mesh_.Stop();
  events_.on_exit(code);
}

void Node::Stop() {
  log_.Write(Level::kInfo, "stopping", {{"requests", std::uint64_t{api_.pending_count()}}});
  http_.Stop();
  FinishStop(Clock::now() + options_.stop_time);
}

void Node::FinishStop(Clock::time_point end) {
  const bool quiet = api_.pending_count() == 0 && http_.connection_count() == 0 && enclave_.idle();
  if (quiet || Clock::now() >= end) return Exit(0);
  timers_->stop.expires_after(kStopPoll);
  timers_->stop.async_wait([this, end](const net::ErrorCode& error) {
    if (!error) FinishStop(end);
  });
}

}  // namespace passport::host::node
