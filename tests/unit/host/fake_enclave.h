// An enclave for tests: the generated dispatcher over one end of a socket pair, in a thread of its own, with
// handlers that each test sets.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "edl/generated/node_dispatch.h"

namespace passport::host {

class FakeEnclave : public edl::NodeHandler {
 public:
  FakeEnclave() {
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) std::abort();
    fd_ = fds[0];
    host_fd_ = fds[1];
  }
  ~FakeEnclave() override { Stop(); }
  FakeEnclave(const FakeEnclave&) = delete;
  FakeEnclave& operator=(const FakeEnclave&) = delete;

  // The end for the host, which takes it over.
  int host_fd() const { return host_fd_; }
  int fd() const { return fd_; }
  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  void Stop() {
    shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  // The calls so far, by name, as the enclave saw them.
  std::vector<std::string> calls() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }

  // What each call does; set before Start. By default every call is answered kOk without effects.
  std::function<Status(const edl::HelloCall&, edl::Effects&)> on_hello;
  std::function<Status(const edl::ProvisionCall&, edl::Effects&)> on_provision;
  std::function<Status(const edl::ClientRequestCall&, edl::Effects&)> on_client_request;
  std::function<Status(const edl::PeerUpCall&, edl::Effects&)> on_peer_up;
  std::function<Status(const edl::PeerDownCall&, edl::Effects&)> on_peer_down;
  std::function<Status(const edl::PeerFrameCall&, edl::Effects&)> on_peer_frame;
  std::function<Status(const edl::FetchedCall&, edl::Effects&)> on_fetched;
  std::function<Status(const edl::TickCall&, edl::Effects&)> on_tick;
  std::function<Status(const edl::ResumeCall&, edl::Effects&)> on_resume;
  std::function<Status(const edl::AdminCall&, edl::Effects&)> on_admin;
  std::function<Status(const edl::AttestCall&, edl::Effects&)> on_attest;
  std::function<Status(const edl::StatusCall&, edl::Effects&)> on_status;

  edl::Phase phase() const override { return edl::Phase::kServing; }
  Status HandleHello(const edl::HelloCall& c, edl::Effects& e) override {
    return Do("hello", on_hello, c, e);
  }
  Status HandleProvision(const edl::ProvisionCall& c, edl::Effects& e) override {
    return Do("provision", on_provision, c, e);
  }
  Status HandleResume(const edl::ResumeCall& c, edl::Effects& e) override {
    return Do("resume", on_resume, c, e);
  }
  Status HandleClientRequest(const edl::ClientRequestCall& c, edl::Effects& e) override {
    return Do("client_request", on_client_request, c, e);
  }
  Status HandlePeerUp(const edl::PeerUpCall& c, edl::Effects& e) override {
    return Do("peer_up", on_peer_up, c, e);
  }
  Status HandlePeerDown(const edl::PeerDownCall& c, edl::Effects& e) override {
    return Do("peer_down", on_peer_down, c, e);
  }
  Status HandlePeerFrame(const edl::PeerFrameCall& c, edl::Effects& e) override {
    return Do("peer_frame", on_peer_frame, c, e);
  }
  Status HandleFetched(const edl::FetchedCall& c, edl::Effects& e) override {
    return Do("fetched", on_fetched, c, e);
  }
  Status HandleTick(const edl::TickCall& c, edl::Effects& e) override { return Do("tick", on_tick, c, e); }
  Status HandleAdmin(const edl::AdminCall& c, edl::Effects& e) override {
    return Do("admin", on_admin, c, e);
  }
  Status HandleAttest(const edl::AttestCall& c, edl::Effects& e) override {
    return Do("attest", on_attest, c, e);
  }
  Status HandleStatus(const edl::StatusCall& c, edl::Effects& e) override {
    return Do("status", on_status, c, e);
  }

 private:
  template <class Handler, class Call>
  Status Do(const char* name, const Handler& handler, const Call& call, edl::Effects& effects) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      calls_.push_back(name);
    }
    return handler ? handler(call, effects) : Status::kOk;
  }
  void Run() {
    Bytes buffer(kRecordBytesMax);
    edl::SequenceState sequence;
    for (;;) {
      const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      const auto answer = edl::Dispatch(*this, {buffer.data(), static_cast<std::size_t>(size)}, sequence);
      if (!answer.ok()) return;
      for (const Bytes& record : answer.value()) {
        if (send(fd_, record.data(), record.size(), MSG_NOSIGNAL) < 0) return;
      }
    }
  }

  int fd_ = -1;
  int host_fd_ = -1;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

}  // namespace passport::host
