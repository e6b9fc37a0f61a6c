#include "tests/sim/network.h"

#include <algorithm>
#include <stdexcept>

#include "tests/sim/fixture_keys.h"
#include "trusted/json/json.h"

namespace passport::sim {
namespace {

constexpr std::uint64_t kTickMs = 10;
constexpr std::uint64_t kSameNumbers = 1'000'000;

crypto::EnvelopeKey FixtureEnvelopeKey() {
  return crypto::EnvelopeKey::Parse(ParseBase64(kEnvelopeKeyPkcs8).value()).value();
}

template <std::size_t N>
ByteArray<N> HexField(const json::Value& object, std::string_view key) {
  return ToArray<N>(ParseHex(object.GetString(key).value()).value()).value();
}

}  // namespace

Network::Network(Options options) : options_(options), rng_(options.seed) {
  for (std::uint16_t i = 1; i <= options.n; ++i) {
    nodes_[PartyIndex{i}].sealing = options.sealing;
    operators_.emplace(PartyIndex{i}, crypto::SigningKey::Generate(rng_));
  }
}

template <class C>
void Network::Call(PartyIndex party, const C& call) {
  const Bytes record = edl::EncodeCall(nodes_.at(party).next_seq, call).value();
  if (Exchange(party, C::kCall, record) != Status::kOk) throw std::runtime_error("call failed");
}

Status Network::CallRaw(PartyIndex party, edl::Call call, ByteSpan body) {
  return Exchange(party, call,
                  EncodeFrame({.kind = FrameKind::kRequest,
                               .call_id = static_cast<std::uint16_t>(call),
                               .seq = nodes_.at(party).next_seq,
                               .schema = edl::kSchema},
                              body));
}

// One call and its whole answer, both as records: what is tested is what crosses the boundary.
Status Network::Exchange(PartyIndex party, edl::Call call, ByteSpan record) {
  Node& node = nodes_.at(party);
  edl::AnswerReader reader(node.next_seq, call);
  ++node.next_seq;
  traffic_.Update(record);
  node.rng->draws = 0;
  if (on_call) on_call(party, call, record.subspan(kFrameHeaderBytes));
  if (around_call) around_call(call, true);
  const auto answers = edl::Dispatch(*node.core, record, node.sequence);
  if (around_call) around_call(call, false);
  most_draws_ = std::max(most_draws_, node.rng->draws);
  if (!answers.ok()) throw std::runtime_error("framing violation");
  for (const Bytes& answer : answers.value()) {
    traffic_.Update(answer);
    if (!reader.Take(answer).ok()) throw std::runtime_error("bad answer");
  }
  edl::Answer answer = std::move(reader).Finish();
  if (Commit(party, answer.effects) && on_commit && !on_commit(party)) {
    Kill(party);
    return answer.status;
  }
  for (edl::Effect& effect : answer.effects) Apply(party, effect);
  return answer.status;
}

std::vector<std::uint64_t> Network::LinksOf(PartyIndex party) const {
  std::vector<std::uint64_t> out;
  for (const auto& [number, link] : links_) {
    if (link.a == party || link.b == party) out.push_back(number);
  }
  return out;
}

// Whether there was anything to commit.
bool Network::Commit(PartyIndex party, std::vector<edl::Effect>& effects) {
  std::map<RecordId, Bytes>& disk = nodes_.at(party).disk;
  bool changed = false;
  for (edl::Effect& effect : effects) {
    auto* put = std::get_if<edl::PutEffect>(&effect);
    auto* drop = std::get_if<edl::DropEffect>(&effect);
    changed = changed || put != nullptr || drop != nullptr;
    if (put != nullptr) disk[RecordId{put->record_id}] = std::move(put->record);
    if (drop != nullptr) disk.erase(RecordId{drop->record_id});
  }
  return changed;
}

void Network::Apply(PartyIndex party, edl::Effect& effect) {
  Node& node = nodes_.at(party);
  if (auto* send = std::get_if<edl::SendEffect>(&effect)) {
    const auto link = links_.find(send->link);
    if (link == links_.end()) return;
    const PartyIndex to = link->second.a == party ? link->second.b : link->second.a;
    if (tap && !tap(party, to, send->frame)) return;
    if (link->second.relay) {
      const auto relayed = [this](PartyIndex from, PartyIndex at, core::PeerMessage& message) {
        return OnRelayed(from, at, message);
      };
      auto frames = link->second.relay->OnFrame(party, send->frame, relayed);
      if (link->second.relay->refused()) return CutLink(send->link);
      return Queue(link->second, std::move(frames));
    }
    std::vector<Relay::Frame> frames;
    frames.push_back({to, std::move(send->frame)});
    Queue(link->second, std::move(frames));
  }
  if (auto* cut = std::get_if<edl::CutEffect>(&effect)) CutLink(cut->link);
  if (auto* reply = std::get_if<edl::ReplyEffect>(&effect))
    replies_[reply->token] = std::string(AsText(reply->body));
  if (auto* connect = std::get_if<edl::ConnectEffect>(&effect))
    node.dials[PartyIndex{connect->party}] = connect->dial;
  if (auto* log = std::get_if<edl::LogEffect>(&effect)) OnLog(party, *log);
  if (auto* verdict = std::get_if<edl::VerdictEffect>(&effect)) last_verdict_ = verdict->status;
  if (auto* wake = std::get_if<edl::WakeEffect>(&effect)) node.wants_resume |= wake->after_ms == 0;
  if (auto* fetch = std::get_if<edl::FetchEffect>(&effect)) {
    const auto record = node.disk.find(RecordId{fetch->record_id});
    bool found = record != node.disk.end();
    Bytes copy = found ? record->second : Bytes{};
    if (on_fetch && !on_fetch(party, RecordId{fetch->record_id}, found, copy)) return;
    Call(party, edl::FetchedCall{fetch->record_id, found, copy});
  }
}

void Network::OnLog(PartyIndex party, const edl::LogEffect& entry) {
  log_.push_back({entry, party});
  if (entry.code == static_cast<std::uint16_t>(Event::kShareGiven) &&
      !shares_said_.insert({party, entry.value}).second)
    throw std::runtime_error("two shares on one nonce");
}

bool Network::OnRelayed(PartyIndex from, PartyIndex to, core::PeerMessage& message) {
  if (message.kind == core::MessageKind::kSignRound3) {
    const auto round = core::SignRound3::Parse(message.body);
    const std::pair nonce(from, round.value().nonce_point);
    if (shares_seen_.try_emplace(nonce, message.body).first->second != message.body)
      throw std::runtime_error("two shares on one nonce");
  }
  return !core_tap || core_tap(from, to, message);
}

void Network::Start(PartyIndex party) {
  Node& node = nodes_.at(party);
  ++node.starts;
  node.rng = std::make_unique<NodeRng>(options_.seed * 1'000'003 + party.value * 1'009u + node.starts);
  core::CoreConfig config;
  config.keys = SealingKeysOf(party, node.sealing);
  config.build = "simulator";
  config.records_cached_max = options_.records_cached_max;
  config.envelope_source = FixtureEnvelopeKey;
  config.signing = options_.signing;
  config.presign = options_.presign;
  if (const auto other = options_.versions.find(party); other != options_.versions.end())
    config.versions = other->second;
  config.measurement = MeasurementOf(party);
  config.counter = node.counter;
  config.counter_ends = node.sealing.counter_ends;
  const auto provider = options_.providers.find(party);
  if (provider != options_.providers.end()) config.providers = {{provider->second, true, "simulator"}};
  if (provider != options_.providers.end() || node.counter) {
    config.platform_key = PlatformKeyOf(party);
    config.platform = [this, party](ByteSpan request) { nodes_.at(party).asked.push_back(ToBytes(request)); };
  }
  if (on_start) on_start(party, config);
  node.asked.clear();
  node.core = std::make_unique<core::Core>(std::move(config), *node.rng);
  node.sequence = {};
  node.next_seq = 1;
  node.dials.clear();
  node.wants_resume = false;
  Call(party, edl::HelloCall{});
  Provision(party);
}

Hash32 Network::MeasurementOf(PartyIndex party) const {
  const auto image = options_.images.find(party);
  return image == options_.images.end() ? Hash32{} : image->second;
}

void Network::Provision(PartyIndex party) {
  Writer records;
  for (const auto& [id, blob] : nodes_.at(party).disk) {
    records.Raw(id.bytes).Var(blob);
    if (records.bytes().size() < 20'000) continue;
    Call(party, edl::ProvisionCall{edl::ProvisionKind::kRecords, records.bytes()});
    records = Writer();
  }
  Call(party, edl::ProvisionCall{edl::ProvisionKind::kRecords, records.bytes()});
  if (nodes_.at(party).wants_resume) Resume(party);  // a host that is idle while it reads its disk
  Call(party, edl::ProvisionCall{edl::ProvisionKind::kRecordsEnd, {}});
}

void Network::Kill(PartyIndex party) {
  nodes_.at(party).core.reset();
  std::vector<std::uint64_t> cut;
  for (const auto& [number, link] : links_) {
    if (link.a == party || link.b == party) cut.push_back(number);
  }
  for (const std::uint64_t number : cut) CutLink(number);
}

void Network::CutLink(std::uint64_t number) {
  const auto entry = links_.find(number);
  if (entry == links_.end()) return;
  const Link link = std::move(entry->second);
  links_.erase(entry);
  for (const PartyIndex end : {link.a, link.b}) {
    if (up(end)) Call(end, edl::PeerDownCall{number});
  }
}

void Network::AnswerFetch(PartyIndex party, const RecordId& id) {
  const Node& node = nodes_.at(party);
  const auto record = node.disk.find(id);
  const bool found = record != node.disk.end();
  const Bytes copy = found ? record->second : Bytes{};
  Call(party, edl::FetchedCall{id.bytes, found, copy});
}

// The record that an enclave keeps its keys in: format byte, identity seed, channel key.
StolenKeys Network::Steal(PartyIndex party) {
  const Node& node = nodes_.at(party);
  const RecordId id = policy::MakeRecordId(policy::RecordKind::kIdentity, {});
  const sealing::Sealer sealer(SealingKeysOf(party, node.sealing));
  const auto record = sealer.Unseal(id.bytes[0], id, node.disk.at(id)).value();
  Reader in(record.plaintext.Expose());
  static_cast<void>(in.U8());
  crypto::SecretKey32 seed(in.Array<32>());
  crypto::SecretKey32 channel(in.Array<32>());
  const BootId boot{HexField<16>(json::Parse(Enclave(party)).value(), "boot")};
  return {party, boot, crypto::SigningKey(std::move(seed)), std::move(channel)};
}

void Network::Queue(Link& link, std::vector<Relay::Frame> frames) {
  for (Relay::Frame& frame : frames) {
    const bool to_a = frame.to == link.a;
    const std::uint64_t travels_ms = delay_ms ? delay_ms(to_a ? link.b : link.a, frame.to) : 0;
    (to_a ? link.to_a : link.to_b).push_back({now_ms_ + travels_ms, std::move(frame.bytes)});
  }
}

Network::Link* Network::LinkBetween(PartyIndex a, PartyIndex b) {
  for (auto entry = links_.rbegin(); entry != links_.rend(); ++entry) {
    const Link& link = entry->second;
    if ((link.a == a && link.b == b) || (link.a == b && link.b == a)) return &entry->second;
  }
  return nullptr;
}

void Network::Forge(PartyIndex from, PartyIndex to, const core::PeerMessage& message) {
  Link* link = LinkBetween(from, to);
  if (link == nullptr || !link->relay) throw std::runtime_error("no relay between these nodes");
  std::vector<Relay::Frame> frames;
  frames.push_back(link->relay->Forge(to, message));
  Queue(*link, std::move(frames));
}

void Network::Cut(PartyIndex a, PartyIndex b) {
  std::vector<std::uint64_t> between;
  for (const auto& [number, link] : links_) {
    if ((link.a == a && link.b == b) || (link.a == b && link.b == a)) between.push_back(number);
  }
  for (const std::uint64_t number : between) CutLink(number);
}

void Network::DialAll() {
  for (auto& [party, node] : nodes_) {
    for (const auto& [to, dial] : node.dials) {
      const bool linked = std::ranges::any_of(links_, [&, from = party, peer = to](const auto& entry) {
        return entry.second.a == from && entry.second.b == peer;
      });
      if (!dial || linked || !node.core || !up(to) || nodes_.at(to).core->phase() != edl::Phase::kServing)
        continue;
      const std::uint64_t number = same_numbers ? kSameNumbers + party.value * 100u + to.value : next_link_++;
      Link& link = links_[number];
      link.a = party;
      link.b = to;
      if (options_.relayed) {
        link.relay = std::make_unique<Relay>(
            manifest_.manifest, Steal(party), Steal(to), rng_,
            evidence_tap ? [this](Relay::Showing& showing) { evidence_tap(showing); } : Relay::EvidenceTap{});
        Queue(link, link.relay->TakeFirst());
      }
      Call(party, edl::PeerUpCall{to.value, number});
      if (up(to) && links_.contains(number)) Call(to, edl::PeerUpCall{party.value, number});
    }
  }
}

bool Network::CanDeliver(const std::deque<Travelling>& queue, PartyIndex to) const {
  return !queue.empty() && queue.front().arrives_ms <= now_ms_ && !nodes_.at(to).hung;
}

// A core's host is idle at any moment: whether a frame or a `resume` comes next, and at which node, is chosen
// by the seed. Links are independent, a link keeps its order.
bool Network::DeliverOne() {
  std::vector<std::pair<std::uint64_t, bool>> pending;
  for (const auto& [number, link] : links_) {
    if (CanDeliver(link.to_a, link.a)) pending.emplace_back(number, true);
    if (CanDeliver(link.to_b, link.b)) pending.emplace_back(number, false);
  }
  std::vector<PartyIndex> asking;
  for (const auto& [party, node] : nodes_) {
    if (node.core && node.wants_resume && !node.hung && node.resumes_left != 0u) asking.push_back(party);
  }
  const std::size_t choices = pending.size() + asking.size();
  if (choices == 0) return false;
  const ByteArray<2> draw = rng_.Array<2>();
  const std::size_t chosen = (draw[0] * std::size_t{256} + draw[1]) % choices;
  if (chosen >= pending.size()) {
    Resume(asking[chosen - pending.size()]);
    return true;
  }
  const auto [number, to_a] = pending[chosen];
  Link& link = links_.at(number);
  auto& queue = to_a ? link.to_a : link.to_b;
  const Bytes frame = std::move(queue.front().frame);
  queue.pop_front();
  Call(to_a ? link.a : link.b, edl::PeerFrameCall{number, frame});
  return true;
}

void Network::Resume(PartyIndex party) {
  Node& node = nodes_.at(party);
  node.wants_resume = false;
  ++node.resumes;
  if (node.resumes_left) --*node.resumes_left;
  Call(party, edl::ResumeCall{});
}

bool Network::RunUntil(const std::function<bool()>& condition, std::uint64_t ms) {
  for (const std::uint64_t end = now_ms_ + ms; now_ms_ <= end; now_ms_ += kTickMs) {
    DialAll();
    for (auto& [party, node] : nodes_) {
      const std::uint64_t clock_ms = unix_ms() + static_cast<std::uint64_t>(node.ahead_ms);
      if (node.core && !node.hung) Call(party, edl::TickCall{clock_ms, now_ms_});
    }
    AnswerPlatforms();
    while (DeliverOne()) {
      AnswerPlatforms();
      if (condition()) return true;
    }
    if (condition()) return true;
  }
  return false;
}

void Network::Run(std::uint64_t ms) {
  RunUntil([] { return false; }, ms);
}

void Network::Form() {
  manifest_.manifest.n = options_.n;
  manifest_.manifest.t = options_.t;
  manifest_.manifest.keygen_quorum = options_.t;
  manifest_.manifest.rollback = options_.rollback;
  manifest_.manifest.profile = options_.profile;
  manifest_.manifest.network_id = rng_.Array<16>();
  for (auto& [party, node] : nodes_) {
    Start(party);
    const auto claims = json::Parse(Enclave(party)).value();
    peer::ManifestRow row;
    row.party = party;
    row.identity_key = HexField<32>(claims, "identity_key");
    row.channel_key = HexField<32>(claims, "channel_key");
    row.operator_key = operators_.at(party).public_key();
    row.peer_address = "127.0.0.1:" + std::to_string(10'000 + party.value);
    row.api_address = "127.0.0.1:" + std::to_string(9'000 + party.value);
    if (options_.profile == peer::Profile::kProduction) row.measurements.push_back(MeasurementOf(party));
    manifest_.manifest.rows.push_back(row);
  }
  for (const auto& [party, key] : operators_) manifest_.Sign(party, key);
  for (auto& [party, node] : nodes_) GiveManifest(party, manifest_);
}

Status Network::GiveManifest(PartyIndex party, const peer::SignedManifest& manifest) {
  const std::string file = peer::EncodeFile(manifest, "simulated network");
  Call(party, edl::ProvisionCall{edl::ProvisionKind::kManifest, AsBytes(file)});
  return static_cast<Status>(last_verdict_);
}

bool Network::Ready() {
  return std::ranges::all_of(nodes_, [this](const auto& entry) {
    if (!entry.second.core) return true;
    const auto health = json::Parse(Health(entry.first)).value();
    const json::Value* can = health.Find("can");
    return health.GetString("status").value() != "unable" && can->AsArray().value().size() == 3;
  });
}

std::uint64_t Network::Send(PartyIndex gateway, const client::Request& request) {
  const std::uint64_t token = next_token_++;
  edl::ClientRequestCall call;
  call.token = token;
  call.scope_id = AsBytes(request.scope_id);
  call.encrypted_key = AsBytes(request.encrypted_key);
  call.encrypted_user = AsBytes(request.encrypted_user);
  call.encrypted_session = AsBytes(request.encrypted_session);
  call.encrypted_key_signature = AsBytes(request.encrypted_key_signature);
  call.body = AsBytes(request.body);
  Call(gateway, call);
  return token;
}

std::optional<std::string> Network::Reply(std::uint64_t token) {
  const auto reply = replies_.find(token);
  if (reply == replies_.end()) return std::nullopt;
  return reply->second;
}

std::string Network::Ask(PartyIndex gateway, const client::Request& request, std::uint64_t ms) {
  const std::uint64_t token = Send(gateway, request);
  RunUntil([&] { return replies_.contains(token); }, ms);
  return Reply(token).value_or("");
}

std::string Network::Enclave(PartyIndex party) {
  const std::uint64_t token = next_token_++;
  Call(party, edl::AttestCall{token, {}, false});
  return replies_.at(token);
}

std::string Network::Health(PartyIndex party) {
  const std::uint64_t token = next_token_++;
  Call(party, edl::StatusCall{token});
  return replies_.at(token);
}

Status Network::AdminBytes(PartyIndex party, ByteSpan statement) {
  Call(party, edl::AdminCall{statement});
  return static_cast<Status>(last_verdict_);
}

BootId Network::Boot(PartyIndex party) {
  const auto enclave = json::Parse(Enclave(party));
  return BootId{ToArray<16>(ParseHex(enclave.value().GetString("boot").value()).value()).value()};
}

bool Network::Inject(PartyIndex to, PartyIndex claimed_from, const std::vector<Bytes>& frames) {
  const std::uint64_t number = next_link_++;
  links_[number].a = claimed_from;
  links_[number].b = to;
  Call(to, edl::PeerUpCall{claimed_from.value, number});
  for (const Bytes& frame : frames) {
    if (links_.contains(number)) Call(to, edl::PeerFrameCall{number, frame});
  }
  const bool was_cut = !links_.contains(number);
  CutLink(number);
  return was_cut;
}

std::size_t Network::Logged(Event event, std::optional<PartyIndex> node,
                            std::optional<std::uint64_t> value) const {
  return static_cast<std::size_t>(std::ranges::count_if(log_, [&](const LogEntry& entry) {
    return entry.code == static_cast<std::uint16_t>(event) && (!node || entry.node == *node) &&
           (!value || entry.value == *value);
  }));
}

Hash32 Network::TrafficHash() const {
  crypto::Sha256 copy = traffic_;
  return copy.Final();
}

}  // namespace passport::sim
