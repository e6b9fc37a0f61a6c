// What a node does with the effects of an answer, after their puts are committed.
#include <algorithm>

#include "edl/base/events.h"
#include "edl/base/layers.h"
#include "untrusted/node/node.h"
#include "untrusted/node/timers.h"

namespace passport::host::node {

using enclave::Urgency;
using metrics::Level;
using Clock = std::chrono::steady_clock;

namespace {

const char* NameOf(const edl::Effect& effect) {
  constexpr const char* kNames[] = {"put",     "drop", "send",  "cut",       "reply",   "fetch",
                                    "connect", "log",  "phase", "described", "verdict", "wake"};
  static_assert(std::size(kNames) == std::variant_size_v<edl::Effect>);
  return kNames[effect.index()];
}

// Events that an operator should look at.
bool IsWarning(Event event, std::uint64_t value) {
  if (event == Event::kLayersMissing) return value > 0;
  return event == Event::kManifestRefused || event == Event::kRecordsRefused ||
         event == Event::kRecordRefused || event == Event::kRecordForked || event == Event::kPeerRefused ||
         event == Event::kPairBurned || event == Event::kKeyAborted || event == Event::kSignAborted ||
         event == Event::kSignLie || event == Event::kSignUndefended || event == Event::kDisputeRefused ||
         event == Event::kAdminRefused || event == Event::kAttestRefused || event == Event::kProofMissing ||
         event == Event::kPolicyReplaced || event == Event::kPolicyUnmet || event == Event::kPolicyForked ||
         event == Event::kPolicyRolledBack || event == Event::kRefusedByPeer ||
         event == Event::kAnswerRefused || event == Event::kCounterFailed || event == Event::kCounterRefused;
}

// One layer and its state, by number (Event::kLayer).
void SetLayer(metrics::Registry& metrics, std::uint64_t value) {
  const auto row = std::ranges::find(kLayers, static_cast<Layer>(value & 0xff), &LayerRow::layer);
  const std::uint64_t state = value >> 8;
  if (row == kLayers.end() || state == 0 || state > kLayerStates.size()) return;
  metrics.Gauge(
      "passport_confinement", "Layers of confinement, with the state that each is in.", [] { return 1.0; },
      "layer=\"" + std::string(row->name) + "\",state=\"" + std::string(kLayerStates[state - 1]) + "\"");
}

// Events that say how many presignatures were dropped unused.
bool IsPresignatureLoss(Event event) {
  return event >= Event::kPresignExpired && event <= Event::kPresignUnconfirmed;
}

}  // namespace

void Node::OnAnswer(const edl::Answer& answer) {
  for (const edl::Effect& effect : answer.effects) {
    metrics_
        .CounterOf("passport_effects_total", "Effects that the enclave asked for.",
                   std::string("kind=\"") + NameOf(effect) + "\"")
        .Add();
    std::visit([this](const auto& kind) { On(kind); }, effect);
  }
  ConnectPeers(answer);
  ResumeIfDue();
}

void Node::On(const edl::SendEffect& effect) { mesh_.Send(effect.link, effect.frame); }
void Node::On(const edl::CutEffect& effect) { mesh_.Cut(effect.link); }
void Node::On(const edl::ReplyEffect& effect) { api_.OnReply(effect); }

void Node::On(const edl::FetchEffect& effect) {
  const auto record = store_.Read(RecordId{effect.record_id});
  if (!record.ok()) return Fail("store_unreadable", record.error().Text());
  edl::FetchedCall call{.record_id = effect.record_id, .found = record.value().has_value()};
  if (call.found) call.record = *record.value();
  // Not answering is what a lying host would do, too: the enclave gives up on it after a while.
  if (!enclave_.Submit(Urgency::kPeer, call).ok()) log_.Write(Level::kError, "fetch_not_answered");
}

void Node::On(const edl::LogEffect& effect) {
  const auto event = static_cast<Event>(effect.code);
  if (event == Event::kLayer)
    return SetLayer(metrics_, effect.value);  // a line for each would hide the others
  const std::string name(passport::NameOf(event));
  metrics_.CounterOf("passport_events_total", "Events in the enclave.", "event=\"" + name + "\"").Add();
  if (event == Event::kLayersMissing) {
    metrics_.Gauge("passport_confinement_missing", "Layers of confinement that should hold and do not.",
                   [missing = effect.value] { return static_cast<double>(missing); });
  }
  if (event == Event::kPresignPool) {
    metrics_.Gauge("passport_presignatures", "Presignatures that the enclave held, a second ago or less.",
                   [held = effect.value] { return static_cast<double>(held); });
  }
  if (IsPresignatureLoss(event)) {
    metrics_
        .CounterOf("passport_presignatures_dropped_total", "Presignatures that were dropped unused.",
                   "reason=\"" + name + "\"")
        .Add(effect.value);
  }
  log_.Write(IsWarning(event, effect.value) ? Level::kWarn : Level::kInfo, name,
             {{"code", std::uint64_t{effect.code}},
              {"request", ToHex(effect.request_id)},
              {"party", std::uint64_t{effect.party}},
              {"value", effect.value}});
}

void Node::On(const edl::PhaseEffect& effect) {
  phase_ = effect.phase;
  party_ = effect.party;
  if (phase_ == static_cast<std::uint16_t>(edl::Phase::kServing)) api_.SetProvisioned();
  log_.Write(Level::kInfo, "phase", {{"phase", std::uint64_t{phase_}}, {"party", std::uint64_t{party_}}});
  const std::string wanted =
      options_.peer_listen.empty() ? std::string(AsText(effect.listen)) : options_.peer_listen;
  if (phase_ != static_cast<std::uint16_t>(edl::Phase::kServing) || wanted == peer_address_) return;
  peer_address_ = wanted;
  listening_ = false;
  ListenForPeers();
}

void Node::On(const edl::DescribedEffect& effect) {
  phase_ = effect.phase;
  log_.Write(Level::kInfo, "enclave",
             {{"version_min", std::uint64_t{effect.version_min}},
              {"version_max", std::uint64_t{effect.version_max}},
              {"phase", std::uint64_t{effect.phase}},
              {"build", AsText(effect.build)}});
}

void Node::On(const edl::WakeEffect& effect) {
  if (effect.after_ms == 0) {
    if (!resume_since_) resume_since_ = Clock::now();
    return;
  }
  const auto wanted =
      Clock::now() + std::chrono::milliseconds(std::min<std::uint64_t>(effect.after_ms, 1000));
  if (wanted >= timers_->tick_at) return;
  timers_->tick_at = wanted;
  ScheduleTick();
}

// The `connect` effects of one answer are the whole list.
void Node::ConnectPeers(const edl::Answer& answer) {
  std::vector<mesh::Peer> peers;
  for (const edl::Effect& effect : answer.effects) {
    if (const auto* connect = std::get_if<edl::ConnectEffect>(&effect)) {
      peers.push_back({connect->party, connect->dial, std::string(AsText(connect->address))});
    }
  }
  if (!peers.empty() && !exited_) mesh_.SetPeers(party_, std::move(peers));
}

}  // namespace passport::host::node
