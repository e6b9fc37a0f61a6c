#include "tests/fuzz/live_network.h"

#include "tests/sim/fixture_keys.h"
#include "tests/sim/world.h"

namespace passport::fuzz {
namespace {

constexpr std::uint64_t kFormMs = 60'000;
constexpr std::uint64_t kAnsweredMs = 60;     // what a client asks for is done then, not only begun
constexpr std::size_t kDiskRecordsMax = 200;  // then the network is made anew: it would become slow

core::CoreConfig LoneConfig() {
  core::CoreConfig config;
  config.keys = sim::SealingKeysOf(sim::kOne, {});
  config.build = "simulator";
  return config;
}

// Two of the nodes have a passportd that gives evidence, node 1 a counter too: a host hands their answers on.
sim::Options LiveOptions() {
  sim::Options out;
  out.seed = 4;
  out.providers = {{sim::kOne, attest::Provider::kSimulated}, {sim::kTwo, attest::Provider::kSimulated}};
  return out;
}

sim::Client FormLive(sim::Network& network, crypto::Rng& rng, std::string& address) {
  network.counter(sim::kOne) = 7;
  return FormWithAlice(network, rng, address);
}

// The account's signatures are good wherever they are asked for.
void CheckSigns(sim::Network& network, sim::Client& client, const std::string& address, PartyIndex gateway) {
  const auto outcome = sim::Signs(network, client, gateway, "alice", address);
  if (!outcome) std::fprintf(stderr, "%s\n%s\n", outcome.message(), network.Health(gateway).c_str());
  PASSPORT_CHECK(outcome);
}

}  // namespace

sim::Client FormWithAlice(sim::Network& network, crypto::Rng& rng, std::string& address) {
  network.Form();
  PASSPORT_CHECK(network.RunUntil([&] { return sim::Whole(network); }, kFormMs));
  const Bytes der = ParseBase64(sim::kDeveloperKeyPkcs8).value();
  client::Request create_scope;
  create_scope.body = sim::kCreateScopeBody;
  sim::Client client = sim::MakeClient(network, rng, create_scope, client::DeveloperKey::Parse(der).value());
  address = sim::Register(network, client, sim::kOne, "alice");
  PASSPORT_CHECK(address.starts_with("0x"));
  return client;
}

LiveNetwork& LiveNetwork::Get() {
  static std::unique_ptr<LiveNetwork> live;
  if (live == nullptr || live->network_.Disk(sim::kOne).size() > kDiskRecordsMax)
    live.reset(new LiveNetwork());
  return *live;
}

LiveNetwork::LiveNetwork() : network_(LiveOptions()), rng_(4), client_(FormLive(network_, rng_, address_)) {
  history_.Clear();
  PublishLiveValues();
}

Status LiveNetwork::Call(edl::Call call, ByteSpan body) {
  if (calls_++ >= kCallsBetweenHeals) Heal();
  history_.Add(body);
  const Status status = network_.CallRaw(sim::kOne, call, body);
  network_.Run(call == edl::Call::kClientRequest ? kAnsweredMs : 0);
  return status;
}

// Whatever a host has said: a start of the enclave on its own disk serves, and signs with the others.
void LiveNetwork::Heal() {
  calls_ = 0;
  history_.Clear();
  network_.Kill(sim::kOne);
  network_.log().clear();
  network_.Start(sim::kOne);
  PASSPORT_CHECK(network_.Serving(sim::kOne));
  PASSPORT_CHECK(network_.RunUntil([&] { return sim::Whole(network_); }, kFormMs));
  CheckSigns(network_, client_, address_, sim::kOne);
  PublishLiveValues();
}

void LiveNetwork::PublishLiveValues() {
  std::vector<Bytes>& values = LiveValues();
  values.clear();
  for (const auto& [id, blob] : network_.Disk(sim::kOne)) {
    values.push_back(ToBytes(id.bytes));
    values.push_back(blob);
  }
  for (const std::uint64_t link : network_.LinksOf(sim::kOne)) values.push_back(Writer().U64(link).Take());
  values.push_back(Writer().U64(network_.unix_ms()).Take());
  values.push_back(Writer().U64(network_.now_ms()).Take());
  for (std::uint16_t party = 1; party <= 3; ++party) values.push_back(Writer().U16(party).Take());
}

LoneCore::LoneCore() : rng_(5), core_(LoneConfig(), rng_) {}

Status LoneCore::Call(edl::Call call, ByteSpan body) {
  const FrameHeader header{.kind = FrameKind::kRequest,
                           .call_id = static_cast<std::uint16_t>(call),
                           .seq = next_seq_,
                           .schema = edl::kSchema};
  const auto records = edl::Dispatch(core_, EncodeFrame(header, body), sequence_);
  PASSPORT_CHECK(records.ok());
  edl::AnswerReader reader(next_seq_++, call);
  for (const Bytes& record : records.value()) PASSPORT_CHECK(reader.Take(record).ok());
  return std::move(reader).Finish().status;
}

}  // namespace passport::fuzz
