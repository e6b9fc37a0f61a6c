// A handler that notes which calls reached it and answers what a test told it to.
#pragma once

#include <functional>
#include <vector>

#include "edl/generated/node_dispatch.h"

namespace passport::edl_test {

class RecordingHandler : public edl::NodeHandler {
 public:
  edl::Phase phase_now = edl::Phase::kServing;
  std::function<Status(edl::Effects&)> answer = [](edl::Effects&) { return Status::kOk; };
  std::vector<edl::Call> calls;

  edl::Phase phase() const override { return phase_now; }
  Status HandleHello(const edl::HelloCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleProvision(const edl::ProvisionCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleResume(const edl::ResumeCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleClientRequest(const edl::ClientRequestCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandlePeerUp(const edl::PeerUpCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandlePeerDown(const edl::PeerDownCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandlePeerFrame(const edl::PeerFrameCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleFetched(const edl::FetchedCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleTick(const edl::TickCall& call, edl::Effects& effects) override { return Note(call, effects); }
  Status HandleAdmin(const edl::AdminCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleAttest(const edl::AttestCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }
  Status HandleStatus(const edl::StatusCall& call, edl::Effects& effects) override {
    return Note(call, effects);
  }

 private:
  template <class Body>
  Status Note(const Body& call, edl::Effects& effects) {
    static_cast<void>(call);
    calls.push_back(Body::kCall);
    return answer(effects);
  }
};

}  // namespace passport::edl_test
