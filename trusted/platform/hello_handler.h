// HelloOnlyHandler: an enclave that names itself and does nothing else, for tests of everything around the
// core.
#pragma once

#include "edl/generated/node_dispatch.h"

namespace passport::platform {

class HelloOnlyHandler final : public edl::NodeHandler {
 public:
  edl::Phase phase() const override { return edl::Phase::kBoot; }
  Status HandleHello(const edl::HelloCall&, edl::Effects& effects) override {
    effects.Described(1, 1, static_cast<std::uint16_t>(phase()), ToBytes("hello-only"));
    return Status::kOk;
  }
  Status HandleProvision(const edl::ProvisionCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandleResume(const edl::ResumeCall&, edl::Effects&) override { return Status::kOk; }
  Status HandleClientRequest(const edl::ClientRequestCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandlePeerUp(const edl::PeerUpCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandlePeerDown(const edl::PeerDownCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandlePeerFrame(const edl::PeerFrameCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandleFetched(const edl::FetchedCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandleTick(const edl::TickCall&, edl::Effects&) override { return Status::kOk; }
  Status HandleAdmin(const edl::AdminCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandleAttest(const edl::AttestCall&, edl::Effects&) override { return Status::kBusy; }
  Status HandleStatus(const edl::StatusCall&, edl::Effects&) override { return Status::kBusy; }
};

}  // namespace passport::platform
