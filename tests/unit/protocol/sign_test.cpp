// Honest signing by every quorum, its identifiers, and what is refused before a run begins.
#include <gtest/gtest.h>

#include "tests/unit/ot/whole.h"
#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test {
namespace {

using curve::Scalar;
using protocol::Abort;
using protocol::AbortReason;

static_assert(!std::is_copy_constructible_v<sign::AwaitingCommitments>);
static_assert(!std::is_copy_constructible_v<sign::AwaitingMultiplications>);
static_assert(!std::is_copy_constructible_v<sign::Presignature>);
static_assert(!std::is_copy_assignable_v<sign::Presignature>);
static_assert(!std::is_invocable_v<decltype(sign::Online), sign::Presignature&, const Digest&>);

static_assert(sign::NonceCommitment::kPayloadSize == 2672);
static_assert(sign::Multiplication::kPayloadSize == 40260);
static_assert(sign::SignatureShare::kPayloadSize == 64);
// All that goes one way between two parties, headers included, stays below rules.md 26's 43,800 bytes.
static_assert(2 * sign::Header::kSize + sign::SignatureShare::kHeaderSize + 2672 + 40260 + 64 < 43800);

// All subsets of 1..n with t members.
std::vector<Parties> Quorums(std::uint16_t t, std::uint16_t n) {
  std::vector<Parties> out;
  for (unsigned bits = 0; bits < 1u << n; ++bits) {
    Parties quorum;
    for (std::uint16_t i = 1; i <= n; ++i) {
      if (bits >> (i - 1) & 1) quorum.push_back({i});
    }
    if (quorum.size() == t) out.push_back(quorum);
  }
  return out;
}

void ExpectSignatures(const SignRun& run, const Parties& quorum, const curve::Point& public_key) {
  for (const auto& [party, abort] : run.aborts) ADD_FAILURE() << party.value << ": " << Describe(abort);
  ASSERT_EQ(run.signatures.size(), quorum.size());
  for (const auto& [party, signature] : run.signatures) {
    EXPECT_TRUE(curve::VerifyEcdsa(public_key, MakeDigest(1), signature));
    EXPECT_FALSE(signature.s.IsHigh());
    const Result<curve::Point> recovered = curve::RecoverEcdsa(MakeDigest(1), signature);
    ASSERT_TRUE(recovered.ok());
    EXPECT_EQ(recovered.value(), public_key);
  }
}

class AllQuorums : public testing::TestWithParam<std::pair<std::uint16_t, std::uint16_t>> {};

TEST_P(AllQuorums, SignAndTheSignatureVerifiesAndRecoversTheKey) {
  const auto [t, n] = GetParam();
  const Cluster cluster(t, n, t * std::uint64_t{10} + n);
  const std::vector<Parties> quorums = Quorums(t, n);
  ASSERT_FALSE(quorums.empty());
  for (std::size_t i = 0; i < quorums.size(); ++i) {
    ExpectSignatures(RunSign(cluster, quorums[i], i), quorums[i], cluster.public_key());
  }
}

INSTANTIATE_TEST_SUITE_P(TwoAndThreeOfTwoToFive, AllQuorums,
                         testing::Values(std::pair{2, 2}, std::pair{2, 3}, std::pair{2, 4}, std::pair{2, 5},
                                         std::pair{3, 3}, std::pair{3, 4}, std::pair{3, 5}));

TEST(Sign, BothParitiesOfTheNonceRecoverTheKey) {
  const Cluster cluster(2, 2, 1);
  std::set<std::uint8_t> seen;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const SignRun run = RunSign(cluster, {{1}, {2}}, seed);
    ExpectSignatures(run, {{1}, {2}}, cluster.public_key());
    seen.insert(run.signatures.at({1}).recovery_id);
  }
  EXPECT_EQ(seen, (std::set<std::uint8_t>{0, 1}));
}

TEST(Sign, TweakSignsForTheDerivedKey) {
  const Cluster cluster(2, 3, 2);
  SignScript script;
  crypto::SeededRng rng(3);
  script.tweak = Scalar::Random(rng);
  const curve::Point derived = *curve::Add(cluster.public_key(), curve::MulBase(script.tweak));
  const SignRun run = RunSign(cluster, {{1}, {3}}, 4, script);
  ExpectSignatures(run, {{1}, {3}}, derived);
  EXPECT_FALSE(curve::VerifyEcdsa(cluster.public_key(), MakeDigest(1), run.signatures.at({1})));
}

TEST(Sign, TweakThatGivesTheIdentityIsRefused) {
  const Cluster cluster(2, 2, 5);
  // f(0) = 2 f(1) - f(2)
  const Scalar secret =
      Scalar::FromU64(2) * cluster.share({1}).share.Expose() - cluster.share({2}).share.Expose();
  SignScript script;
  script.tweak = secret.Negate();
  const SignRun run = RunSign(cluster, {{1}, {2}}, 6, script);
  EXPECT_EQ(Describe(run.aborts.at({1})), Describe({AbortReason::kIdentity, {}}));
}

TEST(Sign, OneSeedGivesOneTrace) {
  const Cluster cluster(2, 3, 7);
  const Hash32 trace = RunSign(cluster, {{1}, {3}}, 8).wire.Trace();
  EXPECT_EQ(trace, RunSign(Cluster(2, 3, 7), {{1}, {3}}, 8).wire.Trace());
  EXPECT_NE(trace, RunSign(cluster, {{1}, {3}}, 9).wire.Trace());
}

TEST(Sign, NoncesAndSharesDifferFromRunToRun) {
  const Cluster cluster(2, 2, 10);
  std::set<Bytes> seen;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const SignRun run = RunSign(cluster, {{1}, {2}}, seed);
    const Bytes& message = run.wire.sent({2, {1}, {2}});
    seen.insert(Bytes(message.begin() + 70, message.begin() + 103));   // R_1
    seen.insert(Bytes(message.begin() + 135, message.begin() + 168));  // pk_1
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST(Sign, MessagesHaveTheStatedSizes) {
  const Cluster cluster(2, 2, 11);
  const SignRun run = RunSign(cluster, {{1}, {2}}, 1);
  EXPECT_EQ(run.wire.sent({1, {1}, {2}}).size(), sign::Header::kSize + sign::NonceCommitment::kPayloadSize);
  EXPECT_EQ(run.wire.sent({2, {1}, {2}}).size(), sign::Header::kSize + sign::Multiplication::kPayloadSize);
  EXPECT_EQ(run.wire.sent({3, {1}, {2}}).size(),
            sign::SignatureShare::kHeaderSize + sign::SignatureShare::kPayloadSize);
}

TEST(Sign, SignsOverSetupsMadeByTheRealBaseOts) {
  Cluster cluster(2, 2, 12);
  crypto::SeededRng rng(13);
  const ot::SetupRoster roster{Hash32{1}, 0, {{1}, 0, {{1}}}, {{2}, 0, {{2}}}};
  auto hello = ot::StartLower(roster, rng);
  auto reply = ot::RespondHigher(roster, ot::SetupHello::Parse(hello.out.Encode()).value(), rng).value();
  auto finish =
      ot::FinishLower(std::move(hello.next), ot::SetupReply::Parse(reply.out.Encode()).value(), rng).value();
  auto confirm =
      ot::FinishHigher(std::move(reply.next), ot::SetupFinish::Parse(finish.out.Encode()).value()).value();
  auto lower =
      ot::ConfirmLower(std::move(finish.next), ot::SetupConfirm::Parse(confirm.out.Encode()).value());
  ASSERT_TRUE(lower.ok());
  cluster.SetPair({1}, {2}, std::move(lower).value());
  cluster.SetPair({2}, {1}, std::move(confirm.next));
  ExpectSignatures(RunSign(cluster, {{1}, {2}}, 14), {{1}, {2}}, cluster.public_key());
}

// Everything that must be refused before anything is drawn or sent (A14, dkls23.md 6.1).
TEST(Sign, WrongQuorumsAreRefused) {
  const Cluster cluster(2, 4, 15);
  const auto refused = [&](const Parties& quorum, PartyIndex self = {1}) {
    crypto::SeededRng rng(16);
    crypto::SeededRng untouched(16);
    const sign::SessionInput input{self, quorum, Hash32{1}, cluster.share({1}), {}};
    const auto step = sign::Start(input, cluster.PeersOf(self), rng);
    return !step.ok() && Describe(step.error()) == Describe({AbortReason::kWrongQuorum, {}}) &&
           rng.Array<32>() == untouched.Array<32>();
  };
  EXPECT_FALSE(refused({{1}, {2}}));
  EXPECT_TRUE(refused({{1}}));
  EXPECT_TRUE(refused({{1}, {2}, {3}}));
  EXPECT_TRUE(refused({{1}, {1}}));
  EXPECT_TRUE(refused({{2}, {1}}));
  EXPECT_TRUE(refused({{0}, {1}}));
  EXPECT_TRUE(refused({{1}, {5}}));
  EXPECT_TRUE(refused({{2}, {3}}));
  EXPECT_TRUE(refused({{1}, {2}}, {2}));  // somebody else's share
  EXPECT_TRUE(refused({}));
}

TEST(Sign, PeerWithoutASetupIsRefused) {
  const Cluster cluster(2, 3, 17);
  crypto::SeededRng rng(18);
  sign::Peers peers = cluster.PeersOf({1});
  peers.erase(PartyIndex{2});
  const sign::SessionInput input{{1}, {{1}, {2}}, Hash32{1}, cluster.share({1}), {}};
  const auto step = sign::Start(input, peers, rng);
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(step.error().reason, AbortReason::kWrongQuorum);
}

TEST(Ssid, ChangesWithEveryInput) {
  sign::SsidInput base;
  base.t = 2;
  base.quorum = {{1}, {2}};
  base.nonces = {Hash32{1}, Hash32{2}};
  std::set<Hash32> seen{sign::MakeSsid(base)};
  const auto changed = [&](const std::function<void(sign::SsidInput&)>& change) {
    sign::SsidInput input = base;
    change(input);
    return seen.insert(sign::MakeSsid(input)).second;
  };
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.key.bytes[0] = 1; }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.manifest[0] = 1; }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.quorum[1] = {3}; }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.path[0] = 1; }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.digest = MakeDigest(0); }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.digest = MakeDigest(1); }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.coordinator_nonce[0] = 1; }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { std::swap(input.nonces[0], input.nonces[1]); }));
  EXPECT_TRUE(changed([](sign::SsidInput& input) { input.nonces.clear(); }));
  EXPECT_FALSE(changed([](sign::SsidInput&) {}));
}

// Protocol version 1, secp256k1, hash suite 1, k = 4, lambda_s = 80, rho = 1, endemic base OT.
TEST(Ssid, NamesTheSuiteOfThisBuild) {
  sign::SsidInput input;
  input.t = 2;
  input.quorum = {{1}, {2}};
  const Bytes suite{1, 1, 3, 4, 80, 1, 1};
  const Bytes parties{2, 0, 1, 0, 2, 0};
  const Bytes presign{1};
  const Hash32 epoch = crypto::TaggedHash(crypto::tag::kEpoch, Hash32{}, {crypto::Le64(0), Hash32{}});
  EXPECT_EQ(sign::MakeSsid(input),
            crypto::TaggedHash(crypto::tag::kSsid, epoch, {suite, parties, Hash32{}, presign, Hash32{}}));
}

TEST(Ssid, PairSsidChangesWithRunRolesAndSetup) {
  const SetupId setup{{1}};
  std::set<Hash32> seen{sign::PairSsid(Hash32{1}, {1}, {2}, setup)};
  EXPECT_TRUE(seen.insert(sign::PairSsid(Hash32{2}, {1}, {2}, setup)).second);
  EXPECT_TRUE(seen.insert(sign::PairSsid(Hash32{1}, {2}, {1}, setup)).second);
  EXPECT_TRUE(seen.insert(sign::PairSsid(Hash32{1}, {1}, {3}, setup)).second);
  EXPECT_TRUE(seen.insert(sign::PairSsid(Hash32{1}, {1}, {2}, {{2}})).second);
}

}  // namespace
}  // namespace passport::test
