// The host put together: store, enclave, client API, peers, clock.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "untrusted/enclave/enclave.h"
#include "untrusted/enclave/platform_answers.h"
#include "untrusted/mesh/mesh.h"
#include "untrusted/metrics/log.h"
#include "untrusted/net/http_server.h"
#include "untrusted/rpc/api.h"
#include "untrusted/store/records.h"

namespace passport::host::node {

struct NodeOptions {
  std::vector<std::string> api_bind = {"127.0.0.1", "::1"};
  std::uint16_t api_port = 0;
  int platform_fd = -1;       // where passportd's answers to the enclave come; -1: it gives none
  std::string manifest_path;  // empty: none
  std::string peer_listen;    // empty: what the manifest says
  std::chrono::milliseconds tick_time{50};
  // Work that the enclave put off waits for an idle moment, but not longer than this. A step of it takes a
  // millisecond, and the two nodes of a pair take nearly 200 of them in turn to be set up.
  std::chrono::milliseconds resume_wait_max{5};
  std::chrono::milliseconds listen_retry_time{1000};
  std::chrono::milliseconds stop_time{5000};  // for requests that are still running at the end
  enclave::Enclave::Options enclave;
  rpc::ApiOptions api;
  net::HttpOptions http;
  mesh::MeshOptions mesh;
};

struct NodeEvents {
  // Records are loaded and the API listens at this port.
  std::function<void(std::uint16_t api_port)> on_ready;
  // The end: 0 after Stop, otherwise something failed and has been logged. The io_context is to be stopped.
  std::function<void(int exit_code)> on_exit;
};

// Must not be destroyed while the io_context runs.
class Node {
 public:
  // Takes over `enclave_fd` and NodeOptions::platform_fd. `salt` is 16 or more random bytes; it keeps
  // strangers from choosing colliding texts.
  Node(boost::asio::io_context& io, int enclave_fd, NodeOptions options, store::RecordStore& store,
       std::string salt, const metrics::Log& log, metrics::Registry& metrics, NodeEvents events);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Listens for clients and begins the start-up sequence. An error is a sentence for the operator.
  Result<std::uint16_t, std::string> Start();
  // Gives the manifest file to the enclave; its verdict is logged.
  void LoadManifest();
  // Takes no more requests, lets running ones finish, then reports the end.
  void Stop();

 private:
  struct Timers;

  // startup.cpp
  void SayHello();
  void LoadRecords(std::optional<RecordId> after);
  void FinishRecords();
  void BeReady();
  // effects.cpp
  void OnAnswer(const edl::Answer& answer);
  void On(const edl::PutEffect&) {}  // already committed
  void On(const edl::DropEffect&) {}
  void On(const edl::SendEffect& effect);
  void On(const edl::CutEffect& effect);
  void On(const edl::ReplyEffect& effect);
  void On(const edl::FetchEffect& effect);
  void On(const edl::ConnectEffect&) {}  // all of an answer together, see OnAnswer
  void On(const edl::LogEffect& effect);
  void On(const edl::PhaseEffect& effect);
  void On(const edl::DescribedEffect& effect);
  void On(const edl::VerdictEffect&) {}  // belongs to the call that asked
  void On(const edl::WakeEffect& effect);
  void ConnectPeers(const edl::Answer& answer);
  // node.cpp
  mesh::MeshHandlers PeerHandlers();
  bool OnPlatformAnswer(ByteSpan answer);
  void OnPeerFrame(std::uint64_t link, const Bytes& frame, std::function<void()> taken);
  void Fail(const std::string& event, const std::string& reason);
  void Exit(int code);
  void ScheduleTick();
  void Tick();
  void ResumeIfDue();
  void ListenForPeers();
  void FinishStop(std::chrono::steady_clock::time_point end);

  NodeOptions options_;
  store::RecordStore& store_;
  const metrics::Log& log_;
  metrics::Registry& metrics_;
  NodeEvents events_;
  enclave::Enclave enclave_;
  std::unique_ptr<enclave::PlatformAnswers> platform_;  // null: there are none
  rpc::Api api_;
  net::HttpServer http_;
  mesh::Mesh mesh_;
  std::unique_ptr<Timers> timers_;
  std::uint16_t api_port_ = 0;
  std::uint16_t phase_ = 0;
  std::uint16_t party_ = 0;
  std::string peer_address_;  // where to listen for peers; empty: not yet
  bool listening_ = false;
  bool ticking_ = false;  // a tick has not been answered yet
  bool resuming_ = false;
  bool exited_ = false;
  std::optional<std::chrono::steady_clock::time_point> resume_since_;
};

}  // namespace passport::host::node
