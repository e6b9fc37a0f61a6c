// Sessions open on evidence: what a peer shows is of this session, this start, this node, and good enough for
// the policy; until then nothing that another may not read leaves a core.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace passport::sim {
namespace {

using attest::Provider;

std::map<PartyIndex, Provider> AllOf(Provider provider) {
  return {{kOne, provider}, {kTwo, provider}, {kThree, provider}};
}

// Relays between all nodes, all of them honest but for what a test makes of evidence that node 2 shows
// node 1.
class Attest : public ::testing::Test {
 protected:
  explicit Attest(Options options = {.relayed = true, .providers = AllOf(Provider::kSimulated)})
      : network(std::move(options)) {
    network.evidence_tap = [this](Relay::Showing& showing) {
      if (!network.manifest().rows.at(0).measurements.empty())
        showing.claims.measurement = network.MeasurementOf(showing.as);
      if (change && showing.as == kTwo && showing.to == kOne) change(showing);
    };
  }
  // Nothing but refusals for this reason at node 1, and no session with node 2.
  void ExpectRefused(Status reason) {
    network.Form();
    network.RunUntil([this] { return network.Logged(Event::kAttestRefused, kOne) >= 3; }, 40'000);
    const std::size_t refused = network.Logged(Event::kAttestRefused, kOne);
    EXPECT_GE(refused, 3u);
    EXPECT_EQ(network.Logged(Event::kAttestRefused, kOne, static_cast<std::uint64_t>(reason)), refused);
    for (const auto& entry : network.log()) {
      if (entry.code == static_cast<std::uint16_t>(Event::kPeerOpen) && entry.node == kOne) {
        EXPECT_NE(PartyIndex{entry.party}, kTwo);
      }
    }
  }
  // Evidence as a host with public keys only can make it for any claims.
  static Bytes Simulated(const claims::Claims& claims, const Hash32& image = {}) {
    const Bytes encoded = claims.Encode();
    return core::Proof{encoded, attest::MakeSimulated(image, claims::ReportData(encoded)).Encode()}.Encode();
  }
  static claims::Claims ClaimsIn(const Bytes& proof) {
    return claims::Claims::Parse(core::Proof::Parse(proof).value().claims).value();
  }

  Network network;
  std::function<void(Relay::Showing& showing)> change;
};

// What a peer says of its policy degrades nobody for ever and fills no log.
TEST_F(Attest, APolicyThatCannotFollowIsNotListenedToAndForksAreLoggedAFewTimes) {
  std::uint8_t shown = 0;
  bool forks = false;
  change = [&](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.provider = Provider::kSimulated;
    claims.simulated = true;
    claims.configuration.policy_version = forks ? 0 : UINT64_MAX;
    claims.configuration.policy_hash[0] = ++shown;
    showing.bytes = Simulated(claims);
  };
  network.Form();
  const auto connected = [this] { return PeerFlag(network, kOne, kTwo, "connected"); };
  ASSERT_TRUE(network.RunUntil(connected, 10'000)) << network.Health(kOne);
  EXPECT_EQ(network.Health(kOne).find("of the attestation policy"), std::string::npos)
      << network.Health(kOne);
  EXPECT_EQ(network.Logged(Event::kPolicyForked, kOne), 0u);
  forks = true;
  for (std::size_t i = 0; i < core::kForksLogged + 4; ++i) {
    network.Cut(kOne, kTwo);
    ASSERT_TRUE(network.RunUntil(connected, 10'000));
  }
  EXPECT_EQ(network.Logged(Event::kPolicyForked, kOne), core::kForksLogged);
}

TEST_F(Attest, SessionsOpenOnSimulatedEvidenceInADevnet) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.provider = Provider::kSimulated;
    claims.simulated = true;
    showing.bytes = Simulated(claims);
  };
  network.Form();
  EXPECT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  EXPECT_EQ(network.Logged(Event::kAttestRefused), 0u);
}

// Quotes are made one after the other, and here each takes three seconds: a peer's is behind one of a
// client's and not behind eight, so its session opens within the ten seconds that it has.
TEST_F(Attest, SlowQuotesForEightClientsDoNotDelayAPeersSession) {
  network.Form();
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  std::deque<Bytes> quotes;
  network.on_platform = [&](PartyIndex party, const platform_link::Request&, platform_link::Answer& answer) {
    if (party == kOne) quotes.push_back(answer.Seal(network.PlatformKeyOf(kOne)));
    return party != kOne;
  };
  network.log().clear();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(network.Evidence(kOne, {}), "");
  network.Cut(kOne, kTwo);
  for (int passed_s = 0; passed_s < 9; passed_s += 3) {
    network.Run(3'000);
    ASSERT_FALSE(quotes.empty());
    network.Answer(kOne, quotes.front());
    quotes.pop_front();
  }
  network.Run(500);
  EXPECT_GE(network.Logged(Event::kPeerOpen, kOne), 1u);
  EXPECT_EQ(network.Logged(Event::kProofMissing, kOne), 0u);
  network.on_platform = nullptr;
}

// A thief with a node's keys and no such enclave shows what the genuine one has just shown him.
TEST_F(Attest, GenuineEvidenceRelayedIntoAnotherSessionIsRefused) {
  change = [](Relay::Showing& showing) { showing.bytes = showing.seen; };
  ExpectRefused(Status::kAttestNonce);
}

TEST_F(Attest, GenuineEvidenceOfAnEarlierSessionIsRefused) {
  std::optional<Bytes> first;
  change = [&first](Relay::Showing& showing) {
    if (!first) first = showing.seen;
    showing.bytes = first;
  };
  ExpectRefused(Status::kAttestNonce);
}

// The genuine enclave answers anybody's nonce, also that of a session: what it says then is for the public.
TEST_F(Attest, EvidenceForThePublicOpensNoSession) {
  change = [this](Relay::Showing& showing) {
    const auto answer = json::Parse(network.Evidence(kTwo, showing.claims.verifier_nonce)).value();
    const auto part = [&](const char* name) { return ParseBase64(answer.GetString(name).value()).value(); };
    showing.bytes = core::Proof{part("claims"), part("evidence")}.Encode();
  };
  ExpectRefused(Status::kAttestNonce);
}

TEST_F(Attest, ClaimsChangedUnderGenuineEvidenceAreRefused) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = ClaimsIn(showing.seen);
    claims.verifier_nonce = showing.claims.verifier_nonce;
    showing.bytes = core::Proof{claims.Encode(), core::Proof::Parse(showing.seen).value().evidence}.Encode();
  };
  ExpectRefused(Status::kAttestReportData);
}

TEST_F(Attest, ClaimsOfOtherKeysAreRefused) {
  change = [this](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.channel_key = network.manifest().Row(kThree)->channel_key;
    showing.bytes = Simulated(claims);
  };
  ExpectRefused(Status::kAttestKeys);
}

TEST_F(Attest, EvidenceOfAnotherNodeIsRefused) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.node = kThree;
    showing.bytes = Simulated(claims);
  };
  ExpectRefused(Status::kAttestNode);
}

TEST_F(Attest, EvidenceOfAnotherStartIsRefused) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.boot.bytes[0] ^= 1;
    showing.bytes = Simulated(claims);
  };
  ExpectRefused(Status::kAttestNode);
}

TEST_F(Attest, EvidenceForAnotherImageIsRefused) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.provider = Provider::kSimulated;
    claims.simulated = true;
    Hash32 other{};
    other[0] = 1;
    showing.bytes = Simulated(claims, other);
  };
  ExpectRefused(Status::kAttestMeasurement);
}

TEST_F(Attest, SimulatedEvidenceThatClaimsToBeAnotherIsRefused) {
  change = [](Relay::Showing& showing) { showing.bytes = Simulated(showing.claims); };
  ExpectRefused(Status::kAttestClaims);
}

TEST_F(Attest, WhatIsNoProofIsRefused) {
  change = [](Relay::Showing& showing) { showing.bytes = Bytes(100, 7); };
  ExpectRefused(Status::kMalformed);
}

TEST_F(Attest, EvidenceThatThePolicyDoesNotNameIsRefused) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.provider = Provider::kSnp;
    attest::Evidence evidence{Provider::kSnp, Bytes(100, 1), {}};
    showing.bytes = core::Proof{claims.Encode(), evidence.Encode()}.Encode();
  };
  ExpectRefused(Status::kAttestProvider);
}

// The first frame of a handshake is lost: nobody says anything more on that link, and no host need notice.
TEST_F(Attest, AHandshakeWithoutAnAnswerIsBegunAnew) {
  network.Form();
  ASSERT_TRUE(network.RunUntil([this] { return network.Ready(); }, 10'000));
  network.tap = [](PartyIndex, PartyIndex, Bytes&) { return false; };
  network.Cut(kOne, kTwo);
  network.Run(1'000);
  network.tap = nullptr;
  const auto connected = [this] { return PeerFlag(network, kOne, kTwo, "connected"); };
  EXPECT_FALSE(connected());
  EXPECT_TRUE(network.RunUntil(connected, 30'000));
}

// Every message of a core between its handshake and the acceptance of its peer, as the relay reads it:
// evidence and nothing else. The relay would be told the shares otherwise.
TEST_F(Attest, NothingButEvidenceLeavesACoreBeforeThePeerIsAccepted) {
  std::size_t messages = 0;
  network.core_tap = [&messages](PartyIndex from, PartyIndex to, core::PeerMessage&) {
    if ((from == kOne && to == kTwo) || (from == kTwo && to == kOne)) ++messages;
    return true;
  };
  std::size_t frames = 0;
  network.tap = [&frames](PartyIndex from, PartyIndex to, Bytes& frame) {
    if (from == kOne && to == kTwo && frame.front() == 3) ++frames;  // transport
    return true;
  };
  change = [](Relay::Showing& showing) { showing.bytes = showing.seen; };
  ExpectRefused(Status::kAttestNonce);
  EXPECT_EQ(messages, 0u);
  // Of each session a bind, one proof and the refusal; the last may be under way.
  const std::size_t refused = network.Logged(Event::kAttestRefused, kOne);
  EXPECT_LE(frames, 3 * (refused + 1));
  EXPECT_GE(frames, 3 * refused);
}

class AttestProduction : public Attest {
 protected:
  AttestProduction() : Attest(Production()) {}
  static Options Production() {
    Options out{.relayed = true, .profile = peer::Profile::kProduction};
    for (const PartyIndex party : {kOne, kTwo, kThree}) out.images[party].fill(0x55);
    return out;
  }
};

TEST_F(AttestProduction, OpensOnTheLaunchersWordForAnImageOfTheManifest) {
  network.Form();
  EXPECT_TRUE(network.RunUntil([this] { return PeerFlag(network, kOne, kTwo, "connected"); }, 10'000))
      << network.Health(kOne);
}

TEST_F(AttestProduction, NeverTakesSimulatedEvidence) {
  change = [](Relay::Showing& showing) {
    claims::Claims claims = showing.claims;
    claims.provider = Provider::kSimulated;
    claims.simulated = true;
    showing.bytes = Simulated(claims, claims.measurement);
  };
  ExpectRefused(Status::kAttestSimulated);
}

TEST_F(AttestProduction, NeverTakesAnEnclaveForDevelopment) {
  change = [](Relay::Showing& showing) { showing.claims.debug = true; };
  ExpectRefused(Status::kAttestDebug);
}

TEST_F(AttestProduction, NeverTakesAnotherImage) {
  change = [](Relay::Showing& showing) { showing.claims.measurement.fill(0x66); };
  ExpectRefused(Status::kAttestMeasurement);
}

// A devnet's provider is not asked for in production, even where passportd offers it.
TEST_F(AttestProduction, NeverShowsSimulatedEvidenceItself) {
  Options options = Production();
  options.providers = AllOf(Provider::kSimulated);
  Network honest(options);
  honest.Form();
  const auto answer = json::Parse(honest.Evidence(kOne, {})).value();
  EXPECT_EQ(answer.GetString("provider").value(), "none");
}

}  // namespace
}  // namespace passport::sim
