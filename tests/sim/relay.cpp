#include "tests/sim/relay.h"

#include <stdexcept>

namespace passport::sim {

Relay::Relay(const peer::Manifest& manifest, const StolenKeys& a, const StolenKeys& b, crypto::Rng& rng) {
  for (const auto& [at, as] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const peer::LocalEnd local{as->party, 0, as->boot, as->identity, as->channel, core::kProtocolVersions};
    auto started = peer::Session::Start(manifest, local, at->party, 0, rng);
    if (!started.ok()) throw std::runtime_error("relay: no session");
    for (Bytes& frame : started.value().frames) first_.push_back({at->party, std::move(frame)});
    ends_.push_back({at->party, std::move(started.value().session), {}});
  }
}

std::vector<Relay::Frame> Relay::OnFrame(PartyIndex from, ByteSpan frame, const Tap& tap) {
  End& near = At(from);
  End& far = Opposite(from);
  auto output = near.session.OnFrame(frame);
  if (!output.ok()) throw std::runtime_error("relay: frame refused");
  std::vector<Frame> out;
  for (Bytes& bytes : output.value().frames) out.push_back({from, std::move(bytes)});
  for (const crypto::SecretBytes& text : output.value().messages) {
    auto message = core::PeerMessage::Parse(text.Expose()).value();
    if (!tap || tap(from, far.party, message)) far.waiting.push_back(message.Encode());
  }
  for (End* end : {&near, &far}) {
    if (!end->session.open()) continue;
    for (const Bytes& message : std::exchange(end->waiting, {}))
      out.push_back({end->party, end->session.Seal(message).value()});
  }
  return out;
}

Relay::Frame Relay::Forge(PartyIndex to, const core::PeerMessage& message) {
  return {to, At(to).session.Seal(message.Encode()).value()};
}

}  // namespace passport::sim
