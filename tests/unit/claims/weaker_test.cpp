// A policy that follows another is never weaker, whatever the two are.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/claims/sample.h"
#include "trusted/crypto/rng.h"

namespace passport::claims {
namespace {

using attest::Provider;

// Small numbers and short lists, so that any two policies are often comparable.
class Source {
 public:
  explicit Source(std::uint64_t seed) : rng_(seed) {}
  std::uint8_t Below(std::uint8_t bound) { return static_cast<std::uint8_t>(rng_.Array<1>()[0] % bound); }
  bool Coin() { return Below(2) == 0; }

 private:
  crypto::SeededRng rng_;
};

Hash32 Listed(Source& source) { return Filled(static_cast<std::uint8_t>(1 + source.Below(3))); }

Policy RandomPolicy(Source& source, std::uint64_t version) {
  Policy out;
  out.version = version;
  out.allow_simulated = source.Coin();
  out.allow_debug = source.Coin();
  out.providers[Provider::kNone] = {};
  if (out.allow_simulated) out.providers[Provider::kSimulated] = {};
  if (source.Coin()) {
    ProviderRules& rules = out.providers[Provider::kTpm2];
    rules.attesters = {Listed(source)};
    if (source.Coin()) rules.measurements = {Bytes{source.Below(2)}};
    rules.minimum_tcb = {source.Below(3), source.Below(2)};
    rules.current_tcb = source.Coin();
  }
  out.measurements = {Listed(source)};
  if (source.Coin()) out.signers = {Listed(source)};
  out.minimum_svn = source.Below(3);
  out.evidence_age_max_s = 60u + source.Below(3);
  if (source.Coin()) out.layers = {"seccomp"};
  out.minimum_rollback = static_cast<Rollback>(source.Below(4));
  return out;
}

// The policy with some members of another one, as the next version.
Policy Changed(Source& source, const Policy& policy) {
  Policy out = policy;
  Policy other = RandomPolicy(source, 0);
  ++out.version;
  if (source.Below(4) == 0) out.providers = other.providers;
  if (source.Below(4) == 0) out.measurements = other.measurements;
  if (source.Below(4) == 0) out.signers = other.signers;
  if (source.Below(4) == 0) out.minimum_svn = other.minimum_svn;
  if (source.Below(4) == 0) out.evidence_age_max_s = other.evidence_age_max_s;
  if (source.Below(4) == 0) out.layers = other.layers;
  if (source.Below(4) == 0) out.minimum_rollback = other.minimum_rollback;
  if (source.Below(4) == 0) out.allow_debug = other.allow_debug;
  out.allow_simulated = out.providers.contains(Provider::kSimulated);
  return out;
}

// Claims and evidence that satisfy the policy, as barely as can be.
std::pair<Claims, attest::Findings> Barely(const Policy& policy, Provider provider) {
  Claims claims = SampleClaims();
  claims.provider = provider;
  claims.simulated = provider == Provider::kSimulated;
  claims.debug = policy.allow_debug;
  claims.measurement = policy.measurements.front();
  claims.release = {policy.signers.empty() ? Hash32{} : policy.signers.front(), 0, policy.minimum_svn};
  claims.layers.clear();
  for (const std::string& layer : policy.layers) claims.layers.push_back({layer, "applied"});
  claims.rollback = policy.minimum_rollback;
  attest::Findings findings = SampleFindings(claims);
  if (provider == Provider::kTpm2) {
    const ProviderRules& rules = policy.providers.at(provider);
    findings.attester = rules.attesters.front();
    findings.enclave_image = claims.measurement;
    findings.measurement = rules.measurements.empty() ? Bytes{} : rules.measurements.front();
    findings.tcb = rules.minimum_tcb;
    findings.tcb_current = rules.current_tcb;
  }
  return {claims, findings};
}

// The same lists of what may be listed anew with each version.
Policy WithListsOf(Policy policy, const Policy& lists) {
  policy.measurements = lists.measurements;
  if (!policy.signers.empty()) policy.signers = lists.signers;
  for (auto& [provider, rules] : policy.providers) {
    const auto other = lists.providers.find(provider);
    if (other == lists.providers.end()) continue;
    rules.attesters = other->second.attesters;
    if (!rules.measurements.empty()) rules.measurements = other->second.measurements;
  }
  return policy;
}

// Whatever the next policy accepts, the one before accepted: what is listed apart, nothing is let in anew.
TEST(NotWeaker, LetsNothingInThatTheMinimumsBeforeKeptOut) {
  Source source(350);
  std::size_t followed = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Policy current = RandomPolicy(source, 4);
    const Policy next = Changed(source, current);
    if (!NotWeaker(current, next).ok()) continue;
    ++followed;
    for (const auto& [provider, rules] : next.providers) {
      const auto [claims, findings] = Barely(next, provider);
      ASSERT_TRUE(Judge(claims, findings, next, SampleExpected()).ok());
      const auto before = Judge(claims, findings, WithListsOf(current, next), SampleExpected());
      EXPECT_TRUE(before.ok()) << i << " " << static_cast<unsigned>(before.error());
    }
    EXPECT_LE(next.evidence_age_max_s, current.evidence_age_max_s);
  }
  EXPECT_GT(followed, 100u);
}

TEST(NotWeaker, IsTransitiveOverVersions) {
  Source source(351);
  std::size_t chains = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Policy one = RandomPolicy(source, 4);
    const Policy two = Changed(source, one);
    const Policy three = Changed(source, two);
    if (!NotWeaker(one, two).ok() || !NotWeaker(two, three).ok()) continue;
    ++chains;
    EXPECT_TRUE(NotWeaker(one, three).ok()) << i;
  }
  EXPECT_GT(chains, 50u);
}

TEST(NotWeaker, ASinglePointThatIsWeakerIsEnough) {
  const Policy current = SamplePolicy();
  Policy same = current;
  ++same.version;
  ASSERT_TRUE(NotWeaker(current, same).ok());
  const std::pair<Status, std::function<void(Policy&)>> changes[] = {
      {Status::kWeakerProviders, [](Policy& p) { p.providers[Provider::kNone] = {}; }},
      {Status::kWeakerProviders,
       [](Policy& p) { p.providers[Provider::kTdx] = p.providers[Provider::kSnp]; }},
      {Status::kWeakerProviderRules,
       [](Policy& p) {
         p.providers[Provider::kSnp].minimum_tcb = {4, 1, 19};
       }},
      {Status::kWeakerProviderRules, [](Policy& p) { p.providers[Provider::kSnp].minimum_tcb.pop_back(); }},
      {Status::kWeakerProviderRules, [](Policy& p) { p.providers[Provider::kSnp].measurements.clear(); }},
      {Status::kWeakerMeasurements, [](Policy& p) { p.measurements.clear(); }},
      {Status::kWeakerSigners, [](Policy& p) { p.signers.clear(); }},
      {Status::kWeakerSvn, [](Policy& p) { --p.minimum_svn; }},
      {Status::kWeakerAge, [](Policy& p) { ++p.evidence_age_max_s; }},
      {Status::kWeakerLayers, [](Policy& p) { p.layers = {"landlock"}; }},
      {Status::kWeakerRollback, [](Policy& p) { p.minimum_rollback = Rollback::kPeersWeak; }},
      {Status::kWeakerSimulated, [](Policy& p) { p.allow_simulated = true; }},
      {Status::kWeakerDebug, [](Policy& p) { p.allow_debug = true; }},
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    Policy next = same;
    changes[i].second(next);
    const auto judged = NotWeaker(current, next);
    EXPECT_EQ(judged.ok() ? Status::kOk : judged.error(), changes[i].first) << i;
    EXPECT_FALSE(WeakerMember(changes[i].first).empty()) << i;
    EXPECT_TRUE(IsWeaker(changes[i].first)) << i;
  }
  EXPECT_TRUE(IsWeaker(Status::kPolicyWeaker));
  EXPECT_FALSE(IsWeaker(Status::kPolicyVersion));
}

TEST(NotWeaker, AVersionFollowsEarlierOnesAndHasRoomForLaterOnes) {
  EXPECT_TRUE(Follows(0, 1));
  EXPECT_TRUE(Follows(3, 5)) << "a node that was away skips one";
  EXPECT_TRUE(Follows(3, 3 + kVersionsAheadMax));
  EXPECT_FALSE(Follows(3, 4 + kVersionsAheadMax));
  EXPECT_FALSE(Follows(3, 3));
  EXPECT_FALSE(Follows(3, 2));
}

// A layer that this version does not have cannot be asked for, so a policy that asks for it can be followed.
TEST(NotWeaker, AsksForNoLayerThatThereIsNot) {
  Policy current = SamplePolicy();
  current.layers = {"seccomp", "moat"};
  EXPECT_TRUE(NotWeaker(current, SamplePolicy()).ok());
  Policy next = SamplePolicy();
  next.layers = {};
  EXPECT_FALSE(NotWeaker(current, next).ok());
}

TEST(NotWeaker, TheFirstFileMayNameHardwareAndNothingElseThatTheBuiltInPolicyRefused) {
  Policy first = SamplePolicy();
  first.version = 1;
  EXPECT_TRUE(NotWeaker(DevnetPolicy(), first).ok());
  EXPECT_TRUE(NotWeaker(ProductionPolicy({Filled(1)}), first).ok());
  first.providers[Provider::kSimulated] = {};
  first.allow_simulated = true;
  EXPECT_TRUE(NotWeaker(DevnetPolicy(), first).ok());
  EXPECT_FALSE(NotWeaker(ProductionPolicy({Filled(1)}), first).ok());
}

}  // namespace
}  // namespace passport::claims
