// A run recorded from real processes replays to the same bytes, and so to the same hash (rules.md 40).
#include <gtest/gtest.h>

#include "edl/generated/node_host.h"
#include "tests/replay/recorded_run.h"
#include "tests/replay/seeded_parts.h"
#include "trusted/core/core.h"
#include "trusted/json/json.h"

namespace passport::replay {
namespace {

using host::enclave::Direction;

// One request and the records of its answer.
struct Exchange {
  Bytes request;
  std::vector<Bytes> answer;
};

// The host asks one call at a time, so what follows a request is its answer.
std::vector<Exchange> ExchangesOf(const std::vector<BoundaryRecord>& records) {
  std::vector<Exchange> out;
  for (const BoundaryRecord& record : records) {
    if (record.direction == Direction::kToEnclave) {
      out.push_back({record.bytes, {}});
    } else if (!out.empty()) {
      out.back().answer.push_back(record.bytes);
    }
  }
  return out;
}

// The confinement listing is what the enclave's process found when it started: an input, which the enclave
// repeats in every answer to GET /enclave. It is taken from the first one; nothing is left out of the
// comparison.
std::vector<core::Claim> ClaimsIn(const std::vector<Exchange>& exchanges) {
  for (const Exchange& exchange : exchanges) {
    const auto frame = ParseFrame(exchange.request, edl::kSchema);
    if (!frame.ok() || frame.value().header.call_id != static_cast<std::uint16_t>(edl::AttestCall::kCall))
      continue;
    edl::AnswerReader reader(frame.value().header.seq, edl::AttestCall::kCall);
    for (const Bytes& record : exchange.answer) EXPECT_TRUE(reader.Take(record).ok());
    const edl::Answer answer = std::move(reader).Finish();
    const auto body = json::Parse(AsText(std::get<edl::ReplyEffect>(answer.effects.at(0)).body));
    std::vector<core::Claim> claims;
    const auto listing = body.value().Find("confinement")->AsObject();
    for (const json::Member& member : listing.value()) {
      claims.push_back({member.key, std::string(member.value.AsString().value())});
    }
    return claims;
  }
  ADD_FAILURE() << "no answer to GET /enclave was recorded";
  return {};
}

struct ReplayedNode {
  Hash32 recorded{};  // over every byte of the record
  Hash32 replayed{};  // the same, with the answers of the core in this process
  std::size_t requests = 0;
  std::size_t client_requests = 0;
  std::size_t peer_frames = 0;
  std::size_t differences = 0;
};

// What passportd told the enclave and the enclave tells its peers under encryption.
core::LaunchClaims LaunchOf(const std::vector<core::Claim>& claims, const platform::Release& release,
                            const sealing::SealingKeys& keys) {
  core::LaunchClaims out;
  out.release = {release.signer_sha256, release.product_id, release.svn};
  out.key_sources = keys.source_mask;
  out.key_epoch = keys.key_epoch;
  for (const core::Claim& claim : claims) {
    if (claim.layer == "mode") out.debug = claim.state == "development";
    if (claim.layer == "filter-sha256")
      out.filter_sha256 = ToArray<32>(ParseHex(claim.state).value()).value();
  }
  return out;
}

core::CoreConfig ConfigOf(const RecordedRun& run, NodeKeys keys, std::vector<core::Claim> claims) {
  core::CoreConfig config;
  config.keys.unique = std::move(keys.unique);
  config.keys.product = std::move(keys.product);
  config.keys.svn = keys.release.svn;
  config.measurement = run.measurement();
  config.build = kBuild;
  config.launch = LaunchOf(claims, keys.release, config.keys);
  config.confinement = std::move(claims);
  config.envelope_source = FixtureEnvelopeKey;
  return config;
}

ReplayedNode Replay(const RecordedRun& run, std::uint16_t party) {
  const std::vector<Exchange> exchanges = ExchangesOf(run.RecordsOf(party));
  NodeKeys keys = run.KeysOf(party);
  crypto::SeededRng rng = MakeSeededRng(keys.product);
  core::Core core(ConfigOf(run, std::move(keys), ClaimsIn(exchanges)), rng);
  edl::SequenceState sequence;
  crypto::Sha256 recorded;
  crypto::Sha256 replayed;
  ReplayedNode out;
  for (const Exchange& exchange : exchanges) {
    // The host may have ended before the answer to its last request.
    if (exchange.answer.empty() && &exchange == &exchanges.back()) break;
    ++out.requests;
    const auto call =
        static_cast<edl::Call>(ParseFrame(exchange.request, edl::kSchema).value().header.call_id);
    out.client_requests += call == edl::ClientRequestCall::kCall ? 1 : 0;
    out.peer_frames += call == edl::PeerFrameCall::kCall ? 1 : 0;
    const edl::DispatchResult answer = edl::Dispatch(core, exchange.request, sequence);
    if (!answer.ok()) {
      ADD_FAILURE() << "node " << party << ": request " << out.requests << " breaks the framing";
      return out;
    }
    recorded.Update(exchange.request);
    for (const Bytes& record : exchange.answer) recorded.Update(record);
    replayed.Update(exchange.request);
    for (const Bytes& record : answer.value()) replayed.Update(record);
    if (answer.value() != exchange.answer && out.differences++ == 0) {
      ADD_FAILURE() << "node " << party << ": the first other answer is that to request " << out.requests
                    << ", call " << static_cast<unsigned>(call);
    }
  }
  out.recorded = recorded.Final();
  out.replayed = replayed.Final();
  return out;
}

TEST(Replay, EveryNodeOfARecordedRunAnswersWithTheSameBytesInThisProcess) {
  std::size_t client_requests = 0;
  for (std::uint16_t party = 1; party <= kNodes; ++party) {
    const ReplayedNode node = Replay(SharedRun(), party);
    EXPECT_EQ(node.differences, 0u);
    EXPECT_EQ(ToHex(node.replayed), ToHex(node.recorded));
    EXPECT_GT(node.peer_frames, 20u);
    client_requests += node.client_requests;
    std::cout << "node " << party << ": " << node.requests << " requests, " << node.peer_frames
              << " frames of peers, SHA-256 " << ToHex(node.replayed) << std::endl;
  }
  EXPECT_EQ(client_requests, 4u);  // scope, account, two signatures
}

TEST(Replay, AnotherSeedGivesOtherBytes) {
  const RecordedRun& run = SharedRun();
  const std::vector<Exchange> exchanges = ExchangesOf(run.RecordsOf(1));
  NodeKeys keys = run.KeysOf(1);
  crypto::SeededRng rng = MakeSeededRng(keys.unique);
  core::Core core(ConfigOf(run, std::move(keys), ClaimsIn(exchanges)), rng);
  edl::SequenceState sequence;
  bool same = true;
  for (const Exchange& exchange : exchanges) {
    const edl::DispatchResult answer = edl::Dispatch(core, exchange.request, sequence);
    ASSERT_TRUE(answer.ok());
    same = answer.value() == exchange.answer;
    if (!same) break;
  }
  EXPECT_FALSE(same);
}

}  // namespace
}  // namespace passport::replay
