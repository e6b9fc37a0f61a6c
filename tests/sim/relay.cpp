#include "tests/sim/relay.h"

#include <stdexcept>

namespace passport::sim {

Relay::Relay(const peer::Manifest& manifest, const StolenKeys& a, const StolenKeys& b, crypto::Rng& rng,
             EvidenceTap tap)
    : manifest_(manifest), evidence_tap_(std::move(tap)) {
  for (const auto& [at, as] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const peer::LocalEnd local{as->party, 0, as->boot, as->identity, as->channel, core::kProtocolVersions};
    auto started = peer::Session::Start(manifest, local, at->party, 0, rng);
    if (!started.ok()) throw std::runtime_error("relay: no session");
    for (Bytes& frame : started.value().frames) first_.push_back({at->party, std::move(frame)});
    ends_.push_back({at->party, std::move(started.value().session), as->boot});
  }
}

std::vector<Relay::Frame> Relay::OnFrame(PartyIndex from, ByteSpan frame, const Tap& tap) {
  End& near = At(from);
  End& far = Opposite(from);
  auto output = near.session.OnFrame(frame);
  if (!output.ok()) throw std::runtime_error("relay: frame refused");
  refused_ = refused_ || output.value().refused;
  std::vector<Frame> out;
  for (Bytes& bytes : output.value().frames) out.push_back({from, std::move(bytes)});
  if (output.value().evidence)
    near.seen = core::SessionEvidence::Parse(output.value().evidence->Expose()).value().proof;
  Attest(near, out);
  Attest(far, out);
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

// Shows each end evidence of the other, and believes whatever it is shown. With a tap it waits until the
// other one has shown its own.
void Relay::Attest(End& end, std::vector<Frame>& out) {
  const Bytes& seen = Opposite(end.party).seen;
  if (!end.session.attesting() || end.seen.empty() || (evidence_tap_ && seen.empty())) return;
  if (std::exchange(end.shown, true)) return;
  const PartyIndex as = Opposite(end.party).party;
  const peer::ManifestRow* row = manifest_.Row(as);
  Showing showing{as, end.party, {}, seen, {}};
  showing.claims.node = as;
  showing.claims.epoch = manifest_.epoch;
  showing.claims.configuration.manifest_hash = manifest_.Hash();
  showing.claims.identity_key = row->identity_key;
  showing.claims.channel_key = row->channel_key;
  showing.claims.boot = end.as_boot;
  showing.claims.verifier_nonce =
      claims::ChannelNonce(end.session.handshake_hash(), static_cast<std::uint8_t>(end.session.own_role()));
  if (evidence_tap_) evidence_tap_(showing);
  const Bytes own = core::Proof{showing.claims.Encode(), attest::Evidence{}.Encode()}.Encode();
  const core::SessionEvidence shown{showing.bytes.value_or(own), showing.confirmed, showing.statement};
  out.push_back({end.party, end.session.SealEvidence(shown.Encode()).value()});
  out.push_back({end.party, end.session.Accept().value()});
}

Relay::Frame Relay::Forge(PartyIndex to, const core::PeerMessage& message) {
  return {to, At(to).session.Seal(message.Encode()).value()};
}

}  // namespace passport::sim
