// The certificate of a key: who holds it can check it, and every change of it shows.
#include <gtest/gtest.h>

#include "tests/unit/protocol/dkg_network.h"

namespace passport::test {
namespace {

dkg::KeyCertificate MakeCertificate() { return RunDkg(MakeProposal(2, 3), 200).certificates.at({1}); }

TEST(Certificate, VerifiesAfterARoundTripOverBytes) {
  const dkg::KeyCertificate certificate = MakeCertificate();
  const Result<dkg::KeyCertificate> parsed = dkg::KeyCertificate::Parse(certificate.Encode());
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed.value().Verify(MakeRoster(3), 3).ok());
  EXPECT_EQ(parsed.value().facts.Id(), certificate.facts.Id());
  EXPECT_EQ(parsed.value().facts.PublicKey(), certificate.facts.PublicKey());
}

// Every byte is either part of the confirmed digest, or a signature, or its signer: no bit can change unseen.
TEST(Certificate, NoBitCanChangeUnseen) {
  const Bytes encoded = MakeCertificate().Encode();
  const dkg::Roster roster = MakeRoster(3);
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    Bytes changed = encoded;
    changed[i] ^= static_cast<std::uint8_t>(1 << (i % 8));
    const Result<dkg::KeyCertificate> parsed = dkg::KeyCertificate::Parse(changed);
    EXPECT_FALSE(parsed.ok() && parsed.value().Verify(roster, 3).ok()) << "byte " << i;
  }
}

TEST(Certificate, EveryTruncationAndAnExtensionAreMalformed) {
  Bytes encoded = MakeCertificate().Encode();
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_FALSE(dkg::KeyCertificate::Parse(ByteSpan(encoded).first(size)).ok()) << size;
  }
  encoded.push_back(0);
  EXPECT_FALSE(dkg::KeyCertificate::Parse(encoded).ok());
}

TEST(Certificate, OtherFactsAreNotConfirmed) {
  const auto verifies = [](const std::function<void(dkg::KeyFacts&)>& change) {
    dkg::KeyCertificate certificate = MakeCertificate();
    change(certificate.facts);
    return certificate.Verify(MakeRoster(3), 3).ok();
  };
  const dkg::KeyFacts other = RunDkg(MakeProposal(2, 3), 201).certificates.at({1}).facts;
  EXPECT_TRUE(verifies([](dkg::KeyFacts&) {}));
  EXPECT_FALSE(verifies([](dkg::KeyFacts& facts) { facts.proposal.digest[0] ^= 1; }));
  EXPECT_FALSE(verifies([](dkg::KeyFacts& facts) { facts.proposal.purpose ^= 1; }));
  EXPECT_FALSE(verifies([](dkg::KeyFacts& facts) { facts.proposal.n = 4; }));
  EXPECT_FALSE(verifies([](dkg::KeyFacts& facts) { facts.chain_code[0] ^= 1; }));
  EXPECT_FALSE(verifies([&](dkg::KeyFacts& facts) { facts.sid = other.sid; }));
  EXPECT_FALSE(verifies([&](dkg::KeyFacts& facts) { facts.transcript = other.transcript; }));
  EXPECT_FALSE(verifies([&](dkg::KeyFacts& facts) { facts.commitments[0] = other.commitments[0]; }));
  EXPECT_FALSE(verifies([&](dkg::KeyFacts& facts) { facts.commitments[1] = other.commitments[1]; }));
}

TEST(Certificate, NeedsEnoughConfirmersAndNeverFewerThanTheThreshold) {
  dkg::KeyCertificate certificate = MakeCertificate();
  certificate.confirmations.erase(PartyIndex{3});
  EXPECT_TRUE(certificate.Verify(MakeRoster(3), 2).ok());
  EXPECT_FALSE(certificate.Verify(MakeRoster(3), 3).ok());
  certificate.confirmations.erase(PartyIndex{2});
  EXPECT_FALSE(certificate.Verify(MakeRoster(3), 0).ok());
}

TEST(Certificate, SignaturesCountOnlyForTheirSignersAndForDealers) {
  const dkg::KeyCertificate honest = MakeCertificate();
  dkg::KeyCertificate swapped = honest;
  std::swap(swapped.confirmations.at({1}), swapped.confirmations.at({2}));
  EXPECT_FALSE(swapped.Verify(MakeRoster(3), 2).ok());
  dkg::KeyCertificate stranger = honest;
  stranger.confirmations[{4}] = NodeKey({4}).Sign(*honest.facts.ConfirmedDigest());
  EXPECT_FALSE(stranger.Verify(MakeRoster(4), 3).ok());
  dkg::Roster without = MakeRoster(3);
  without.erase(PartyIndex{3});
  EXPECT_FALSE(honest.Verify(without, 2).ok());
}

TEST(Certificate, FactsWithAnIdentitySharePointAreRefused) {
  dkg::KeyCertificate certificate = MakeCertificate();
  certificate.facts.commitments[1] = certificate.facts.commitments[0].Negate();  // S_1 = F_0 + F_1
  EXPECT_EQ(certificate.facts.ConfirmedDigest(), std::nullopt);
  EXPECT_FALSE(certificate.Verify(MakeRoster(3), 2).ok());
}

TEST(Certificate, ParseRefusesConfirmationsOutOfOrderOrTwice) {
  const Bytes encoded = MakeCertificate().Encode();
  constexpr std::ptrdiff_t kEntrySize = 66;
  const auto entry = [](Bytes& bytes, std::ptrdiff_t i) { return bytes.end() - kEntrySize * (3 - i); };
  Bytes swapped = encoded;
  std::swap_ranges(entry(swapped, 0), entry(swapped, 1), entry(swapped, 1));
  EXPECT_FALSE(dkg::KeyCertificate::Parse(swapped).ok());
  Bytes repeated = encoded;
  std::copy(entry(repeated, 0), entry(repeated, 1), entry(repeated, 1));
  EXPECT_FALSE(dkg::KeyCertificate::Parse(repeated).ok());
}

TEST(Certificate, ParseRefusesProposalsThatCannotBe) {
  const auto parses = [](const std::function<void(dkg::KeyFacts&)>& change) {
    dkg::KeyCertificate certificate = MakeCertificate();
    change(certificate.facts);
    return dkg::KeyCertificate::Parse(certificate.Encode()).ok();
  };
  EXPECT_TRUE(parses([](dkg::KeyFacts&) {}));
  EXPECT_FALSE(parses([](dkg::KeyFacts& facts) { facts.proposal.curve = 2; }));
  EXPECT_FALSE(parses([](dkg::KeyFacts& facts) { facts.proposal.n = 65; }));
  EXPECT_FALSE(parses([](dkg::KeyFacts& facts) { facts.proposal.dealers = {{1}}; }));
  EXPECT_FALSE(parses([](dkg::KeyFacts& facts) {
    facts.proposal.t = 1;
    facts.commitments.pop_back();
  }));
}

TEST(Certificate, ParseRefusesACommitmentCountOtherThanTheThreshold) {
  dkg::KeyCertificate certificate = MakeCertificate();
  certificate.facts.commitments.push_back(certificate.facts.commitments[0]);
  EXPECT_FALSE(dkg::KeyCertificate::Parse(certificate.Encode()).ok());
}

}  // namespace
}  // namespace passport::test
