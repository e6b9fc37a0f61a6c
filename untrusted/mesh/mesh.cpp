// All connections to peers: dials those it should, listens for the others, moves frames that it cannot read.
#include "untrusted/mesh/mesh.h"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "edl/base/codec.h"
#include "untrusted/mesh/link.h"
#include "untrusted/net/address.h"

namespace passport::host::mesh {
namespace {

using metrics::Level;
using net::ErrorCode;
using Milliseconds = std::chrono::milliseconds;

constexpr std::string_view kMagic = "PASSPEER";
constexpr Milliseconds kAcceptPause{100};
// A frame each way is a handshake at most; a link that the enclave has used more often is worth keeping.
constexpr std::uint64_t kFramesOfHandshake = 2;
// What strangers can make this node log.
constexpr int kStrangerLinesPerWindow = 60;
constexpr std::chrono::seconds kStrangerWindow{60};

Bytes EncodeHello(std::uint16_t party) { return Writer().Raw(AsBytes(kMagic)).U16(party).Take(); }

// The claimed party, or 0.
std::uint16_t ParseHello(ByteSpan input) {
  Reader reader(input);
  const bool known = AsText(reader.Raw(kMagic.size())) == kMagic;
  const std::uint16_t party = reader.U16();
  return known && reader.Done() ? party : std::uint16_t{0};
}

// Closes a socket that is still in use when the time is over. Dies with the object.
class Deadline {
 public:
  Deadline(const std::shared_ptr<tcp::socket>& socket, Milliseconds time)
      : timer_(socket->get_executor(), time) {
    timer_.async_wait([weak = std::weak_ptr<tcp::socket>(socket)](const ErrorCode& error) {
      const auto overdue = weak.lock();
      ErrorCode ignored;
      if (!error && overdue) overdue->close(ignored);
    });
  }

 private:
  net::asio::steady_timer timer_;
};

}  // namespace

class Mesh::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::asio::io_context& io, MeshOptions options, MeshHandlers handlers, const metrics::Log& log,
       metrics::Registry& metrics)
      : io_(io),
        options_(options),
        handlers_(std::move(handlers)),
        log_(log),
        jitter_(options.jitter_seed),
        frames_in_(metrics.CounterOf("passport_peer_frames_received_total", "Frames from peers.")),
        frames_out_(metrics.CounterOf("passport_peer_frames_sent_total", "Frames to peers.")),
        bytes_in_(metrics.CounterOf("passport_peer_received_bytes_total", "Bytes of frames from peers.")),
        bytes_out_(metrics.CounterOf("passport_peer_sent_bytes_total", "Bytes of frames to peers.")),
        strangers_cut_(metrics.CounterOf("passport_peer_strangers_total",
                                         "Incoming connections that were not from a peer.")) {}

  Result<std::uint16_t, std::string> Listen(const std::string& address);
  void SetPeers(std::uint16_t own_party, std::vector<Peer> peers);
  void Send(std::uint64_t link, Bytes frame);
  void Cut(std::uint64_t link, const std::string& reason);
  void Stop();
  std::size_t link_count() const { return links_.size(); }

 private:
  struct Known {
    std::shared_ptr<Link> link;
    std::uint16_t party;
    bool incoming;
  };
  // A peer to be dialled; `gone` ends its coroutine.
  struct Target {
    Peer peer;
    net::asio::steady_timer pause;
    bool gone = false;
  };

  awaitable<void> Accept(std::shared_ptr<tcp::acceptor> acceptor);
  awaitable<void> Welcome(std::shared_ptr<tcp::socket> socket);
  void RefuseStranger(const std::string& reason);
  bool AllowStrangerLine();
  awaitable<void> Dial(std::shared_ptr<Target> target);
  awaitable<bool> DialOnce(Target& target, unsigned attempt);
  awaitable<std::string> Connect(const std::shared_ptr<tcp::socket>& socket, std::string address);
  std::shared_ptr<Link> Add(tcp::socket socket, std::uint16_t party, bool incoming);
  void OnClosed(std::uint64_t id, const std::string& reason);
  void MakeRoom(std::uint16_t party);
  bool IsIncomingPeer(std::uint16_t party) const;

  net::asio::io_context& io_;
  MeshOptions options_;
  MeshHandlers handlers_;
  const metrics::Log& log_;
  std::minstd_rand jitter_;
  metrics::Counter& frames_in_;
  metrics::Counter& frames_out_;
  metrics::Counter& bytes_in_;
  metrics::Counter& bytes_out_;
  metrics::Counter& strangers_cut_;
  std::uint16_t own_party_ = 0;
  std::vector<Peer> peers_;
  std::vector<std::shared_ptr<Target>> targets_;
  std::shared_ptr<tcp::acceptor> acceptor_;
  std::map<std::uint64_t, Known> links_;
  std::uint64_t last_link_ = 0;
  std::size_t strangers_ = 0;
  std::chrono::steady_clock::time_point stranger_window_{};
  int stranger_lines_ = 0;
  bool stopping_ = false;
};

Result<std::uint16_t, std::string> Mesh::Impl::Listen(const std::string& address) {
  const std::string next = "; correct the node's address in the manifest, or set --peer-listen";
  const auto parsed = net::ParseHostPort(address);
  if (!parsed) return Fail("not a host:port address for peers: " + address + next);
  ErrorCode error;
  auto ip = net::asio::ip::make_address(parsed->host == "localhost" ? "127.0.0.1" : parsed->host, error);
  if (error) ip = net::asio::ip::address_v6::any();
  error.clear();
  ErrorCode ignored;
  if (acceptor_) acceptor_->close(ignored);
  const tcp::endpoint endpoint(ip, parsed->port);
  acceptor_ = std::make_shared<tcp::acceptor>(io_);
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && ip.is_v6()) acceptor_->set_option(net::asio::ip::v6_only(false), ignored);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(net::asio::socket_base::max_listen_connections, error);
  if (error) {
    acceptor_.reset();
    return Fail("cannot listen for peers at " + address + ": " + error.message() + next);
  }
  net::asio::co_spawn(
      io_, [self = shared_from_this(), acceptor = acceptor_] { return self->Accept(acceptor); },
      net::asio::detached);
  return acceptor_->local_endpoint().port();
}

awaitable<void> Mesh::Impl::Accept(std::shared_ptr<tcp::acceptor> acceptor) {
  net::asio::steady_timer pause(io_);
  while (acceptor->is_open()) {
    ErrorCode error;
    auto socket = std::make_shared<tcp::socket>(co_await acceptor->async_accept(net::Into(error)));
    if (!acceptor->is_open()) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);  // out of descriptors: accepting again at once would spin
      co_await pause.async_wait(net::Into(error));
      continue;
    }
    if (strangers_ >= options_.strangers_max) {
      RefuseStranger("too many connections that have not said who they are");
      continue;
    }
    net::asio::co_spawn(
        io_, [self = shared_from_this(), socket] { return self->Welcome(socket); }, net::asio::detached);
  }
}

// Reads who an incoming connection claims to be, and makes a link of it if that is a peer who should dial us.
awaitable<void> Mesh::Impl::Welcome(std::shared_ptr<tcp::socket> socket) {
  ++strangers_;
  SetPeerOptions(*socket);
  std::string problem;
  Bytes hello;
  {
    const Deadline deadline(socket, options_.hello_time);
    hello = co_await ReadFrame(*socket, kMagic.size() + 2, problem);
  }
  --strangers_;
  const std::uint16_t party = ParseHello(hello);
  if (party == 0) co_return RefuseStranger(problem.empty() ? kGarbage : problem);
  if (!IsIncomingPeer(party) || stopping_)
    co_return RefuseStranger("claims to be a party that does not dial us");
  MakeRoom(party);
  const auto link = Add(std::move(*socket), party, true);
  net::asio::steady_timer patience(io_, options_.first_frame_time);
  ErrorCode ignored;
  co_await patience.async_wait(net::Into(ignored));
  if (link->frames_received() == 0) link->Close("no frame after its hello");
}

void Mesh::Impl::RefuseStranger(const std::string& reason) {
  strangers_cut_.Add();
  if (!AllowStrangerLine()) return;
  log_.Write(Level::kWarn, "peer_stranger", {{"reason", reason}});
}

// The counters go on, but the log is not to be filled by whoever connects.
bool Mesh::Impl::AllowStrangerLine() {
  const auto now = std::chrono::steady_clock::now();
  if (now - stranger_window_ > kStrangerWindow) {
    stranger_window_ = now;
    stranger_lines_ = 0;
  }
  return ++stranger_lines_ <= kStrangerLinesPerWindow;
}

bool Mesh::Impl::IsIncomingPeer(std::uint16_t party) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [party](const Peer& peer) { return peer.party == party && !peer.dial; });
}

// Anybody can claim to be a peer. So that false ones neither fill the memory nor push out the real one, the
// oldest link that has not got past its handshake goes first.
void Mesh::Impl::MakeRoom(std::uint16_t party) {
  std::vector<std::uint64_t> incoming;
  for (const auto& [id, known] : links_) {
    if (known.incoming && known.party == party) incoming.push_back(id);
  }
  if (incoming.size() < options_.links_per_party_max) return;
  const auto unused = std::find_if(incoming.begin(), incoming.end(), [this](std::uint64_t id) {
    return links_.at(id).link->frames_sent() < kFramesOfHandshake;
  });
  Cut(unused != incoming.end() ? *unused : incoming.front(), "too many links of one party");
}

void Mesh::Impl::SetPeers(std::uint16_t own_party, std::vector<Peer> peers) {
  const bool renamed = own_party != own_party_;
  own_party_ = own_party;
  peers_ = std::move(peers);
  std::set<std::uint16_t> kept;
  for (const auto& target : targets_) {
    target->gone = renamed || std::find(peers_.begin(), peers_.end(), target->peer) == peers_.end();
    if (target->gone) {
      target->pause.cancel();
    } else {
      kept.insert(target->peer.party);
    }
  }
  std::erase_if(targets_, [](const auto& target) { return target->gone; });
  std::vector<std::uint64_t> leaving;
  for (const auto& [id, known] : links_) {
    if (known.incoming ? !IsIncomingPeer(known.party) : !kept.contains(known.party)) leaving.push_back(id);
  }
  for (const std::uint64_t id : leaving) Cut(id, "no longer a peer");
  for (const Peer& peer : peers_) {
    if (!peer.dial || !kept.insert(peer.party).second || stopping_) continue;
    targets_.push_back(std::make_shared<Target>(Target{peer, net::asio::steady_timer(io_)}));
    net::asio::co_spawn(
        io_, [self = shared_from_this(), target = targets_.back()] { return self->Dial(target); },
        net::asio::detached);
  }
}

awaitable<void> Mesh::Impl::Dial(std::shared_ptr<Target> target) {
  ErrorCode ignored;
  Milliseconds delay = options_.retry_min;
  for (unsigned attempt = 1; !target->gone && !stopping_; ++attempt) {
    if (co_await DialOnce(*target, attempt)) {
      delay = options_.retry_min;
      attempt = 0;
    }
    if (target->gone || stopping_) co_return;
    const double part = std::uniform_real_distribution<double>(0.5, 1.0)(jitter_);
    target->pause.expires_after(std::chrono::duration_cast<std::chrono::microseconds>(delay * part));
    co_await target->pause.async_wait(net::Into(ignored));
    delay = std::min(options_.retry_max, 2 * delay);
  }
}

// True if the link settled before it ended: one that is refused, after a handshake or after evidence, ends
// soon, and is refused again at once.
awaitable<bool> Mesh::Impl::DialOnce(Target& target, unsigned attempt) {
  const auto socket = std::make_shared<tcp::socket>(io_);
  const std::string problem = co_await Connect(socket, target.peer.address);
  if (target.gone || stopping_) co_return false;
  if (!problem.empty()) {
    if ((attempt & (attempt - 1)) == 0) {  // the 1st, 2nd, 4th, 8th ... failure in a row
      log_.Write(Level::kWarn, "peer_unreachable",
                 {{"party", std::uint64_t{target.peer.party}},
                  {"address", target.peer.address},
                  {"attempt", std::uint64_t{attempt}},
                  {"reason", problem}});
    }
    co_return false;
  }
  const auto since = std::chrono::steady_clock::now();
  const auto link = Add(std::move(*socket), target.peer.party, false);
  co_await link->WaitUntilClosed();
  co_return std::chrono::steady_clock::now() - since >= options_.settled_time;
}

// Empty, or why it did not work.
awaitable<std::string> Mesh::Impl::Connect(const std::shared_ptr<tcp::socket>& socket, std::string address) {
  const auto parsed = net::ParseHostPort(address);
  if (!parsed) co_return "not a host:port address";
  ErrorCode error;
  std::vector<tcp::endpoint> endpoints;
  const auto ip = net::asio::ip::make_address(parsed->host, error);
  if (!error) {
    endpoints.emplace_back(ip, parsed->port);
  } else {
    tcp::resolver resolver(io_);
    const auto found = co_await resolver.async_resolve(parsed->host, std::to_string(parsed->port),
                                                       tcp::resolver::numeric_service, net::Into(error));
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  }
  const Deadline deadline(socket, options_.connect_time);
  for (const tcp::endpoint& endpoint : endpoints) {
    error.clear();
    if (socket->is_open()) socket->close(error);
    socket->open(endpoint.protocol(), error);
    if (!error) co_await socket->async_connect(endpoint, net::Into(error));
    if (!error) break;
  }
  if (!error && !socket->is_open()) error = net::asio::error::timed_out;
  if (!error && !endpoints.empty()) SetPeerOptions(*socket);
  co_return error ? error.message() : endpoints.empty() ? "the name has no address" : "";
}

std::shared_ptr<Link> Mesh::Impl::Add(tcp::socket socket, std::uint16_t party, bool incoming) {
  const std::uint64_t id = ++last_link_;
  auto link = std::make_shared<Link>(
      std::move(socket),
      LinkLimits{options_.queue_bytes_max, options_.frames_open_max, options_.bytes_open_max});
  links_.emplace(id, Known{link, party, incoming});
  if (!incoming || AllowStrangerLine()) {
    log_.Write(Level::kInfo, "peer_connected",
               {{"party", std::uint64_t{party}}, {"link", id}, {"incoming", std::uint64_t{incoming}}});
  }
  link->Start(
      [self = shared_from_this(), id](Bytes frame, std::function<void()> taken) {
        self->frames_in_.Add();
        self->bytes_in_.Add(frame.size());
        self->handlers_.on_frame(id, std::move(frame), std::move(taken));
      },
      [self = shared_from_this(), id](const std::string& reason) { self->OnClosed(id, reason); });
  if (!incoming) link->Send(EncodeHello(own_party_));
  handlers_.on_up(party, id);
  return link;
}

void Mesh::Impl::OnClosed(std::uint64_t id, const std::string& reason) {
  const auto found = links_.find(id);
  if (!found->second.incoming || AllowStrangerLine()) {
    log_.Write(reason == kGarbage ? Level::kWarn : Level::kInfo, "peer_disconnected",
               {{"party", std::uint64_t{found->second.party}}, {"link", id}, {"reason", reason}});
  }
  links_.erase(found);
  if (!stopping_) handlers_.on_down(id);
}

void Mesh::Impl::Send(std::uint64_t link, Bytes frame) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  frames_out_.Add();
  bytes_out_.Add(frame.size());
  const std::shared_ptr<Link> to = found->second.link;  // a full queue removes it from the map
  to->Send(std::move(frame));
}

void Mesh::Impl::Cut(std::uint64_t link, const std::string& reason) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  const std::shared_ptr<Link> cut = found->second.link;
  cut->Close(reason);
}

void Mesh::Impl::Stop() {
  stopping_ = true;
  ErrorCode ignored;
  if (acceptor_) acceptor_->close(ignored);
  for (const auto& target : targets_) target->pause.cancel();
  while (!links_.empty()) Cut(links_.begin()->first, "this node stops");
}

Mesh::Mesh(net::asio::io_context& io, MeshOptions options, MeshHandlers handlers, const metrics::Log& log,
           metrics::Registry& metrics)
    : impl_(std::make_shared<Impl>(io, options, std::move(handlers), log, metrics)) {
  metrics.Gauge("passport_peer_links", "Open connections to peers.", [weak = std::weak_ptr<Impl>(impl_)] {
    const auto impl = weak.lock();
    return impl ? static_cast<double>(impl->link_count()) : 0.0;
  });
}
Mesh::~Mesh() { impl_->Stop(); }
Result<std::uint16_t, std::string> Mesh::Listen(const std::string& address) { return impl_->Listen(address); }
void Mesh::SetPeers(std::uint16_t own_party, std::vector<Peer> peers) {
  impl_->SetPeers(own_party, std::move(peers));
}
void Mesh::Send(std::uint64_t link, Bytes frame) { impl_->Send(link, std::move(frame)); }
void Mesh::Cut(std::uint64_t link) { impl_->Cut(link, "the enclave asked for it"); }
void Mesh::Stop() { impl_->Stop(); }
std::size_t Mesh::link_count() const { return impl_->link_count(); }

}  // namespace passport::host::mesh
