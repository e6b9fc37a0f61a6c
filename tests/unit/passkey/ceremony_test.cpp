// A ceremony is fresh for every enclave of its network, and for what it was begun for only (rules.md 12).
#include "trusted/passkey/ceremony.h"

#include <gtest/gtest.h>

namespace passport::passkey {
namespace {

constexpr std::uint64_t kNow = 1'800'000'000'000;
const Hash32 kNetwork = {1};

crypto::SigningKey KeyOf(std::uint16_t party) {
  return crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{static_cast<std::uint8_t>(party)}));
}

CeremonyTerms Terms() { return {CeremonyKind::kAuthenticate, ScopeId{{2}}, RecordId{{3}}, false}; }

CeremonyToken TokenOf(std::uint16_t party, const CeremonyTerms& terms, std::uint64_t made_ms = kNow,
                      const Hash32& network = kNetwork) {
  return CeremonyToken::Make(network, terms, PartyIndex{party}, {7}, made_ms, KeyOf(party));
}

Signers AllSigners() {
  Signers out;
  for (std::uint16_t party = 1; party <= 3; ++party) out[PartyIndex{party}] = KeyOf(party).public_key();
  return out;
}

Status Verdict(const Ceremony& ceremony, std::uint64_t now_ms = kNow, const Hash32& network = kNetwork) {
  const auto verdict = ceremony.Verify(network, AllSigners(), 2, now_ms);
  return verdict.ok() ? Status::kOk : verdict.error();
}

TEST(Ceremony, OfAQuorumIsGoodForAMinute) {
  const Ceremony good{Terms(), {TokenOf(1, Terms(), kNow + 5), TokenOf(3, Terms())}};
  EXPECT_EQ(Verdict(good), Status::kOk);
  EXPECT_EQ(Verdict(good, kNow + kCeremonyMs), Status::kOk);
  EXPECT_EQ(Verdict(good, kNow - kCeremonyMs), Status::kOk);  // clocks differ
  EXPECT_EQ(Verdict(good, kNow + kCeremonyMs + 1), Status::kCeremonyExpired);
}

TEST(Ceremony, TokensOfAnotherPurposeOrNetworkAreNone) {
  CeremonyTerms kind = Terms();
  kind.kind = CeremonyKind::kRegister;
  CeremonyTerms scope = Terms();
  scope.scope.bytes[15] ^= 1;
  CeremonyTerms account = Terms();
  account.account.bytes[31] ^= 1;
  CeremonyTerms seed = Terms();
  seed.regenerate_seed = true;
  for (const CeremonyTerms& other : {kind, scope, account, seed}) {
    EXPECT_EQ(Verdict({Terms(), {TokenOf(1, Terms()), TokenOf(2, other)}}), Status::kCeremonyTokens);
    EXPECT_EQ(Verdict({other, {TokenOf(1, other), TokenOf(2, other)}}), Status::kOk);
  }
  const Hash32 elsewhere = {9};
  EXPECT_EQ(Verdict({Terms(), {TokenOf(1, Terms()), TokenOf(2, Terms(), kNow, elsewhere)}}),
            Status::kCeremonyTokens);
  EXPECT_EQ(Verdict({Terms(), {TokenOf(1, Terms()), TokenOf(2, Terms())}}, kNow, elsewhere),
            Status::kCeremonyTokens);
}

TEST(Ceremony, ManyTokensOfOneEnclaveAreOne) {
  const CeremonyToken one = TokenOf(1, Terms());
  const CeremonyToken two = TokenOf(2, Terms());
  EXPECT_EQ(Verdict({Terms(), {one}}), Status::kCeremonyTokens);
  EXPECT_EQ(Verdict({Terms(), {one, one}}), Status::kCeremonyTokens);
  EXPECT_EQ(Verdict({Terms(), {two, one}}), Status::kCeremonyTokens);
  EXPECT_EQ(Verdict({Terms(), {one, TokenOf(9, Terms())}}), Status::kCeremonyTokens);
  CeremonyToken claimed = one;
  claimed.party = PartyIndex{2};
  EXPECT_EQ(Verdict({Terms(), {one, claimed}}), Status::kCeremonyTokens);
  CeremonyToken later = two;
  later.made_ms += 1'000;
  EXPECT_EQ(Verdict({Terms(), {one, later}}), Status::kCeremonyTokens);
}

TEST(Ceremony, ChallengeDependsOnEveryByte) {
  const Ceremony good{Terms(), {TokenOf(1, Terms()), TokenOf(2, Terms())}};
  const Bytes bytes = good.Encode();
  ASSERT_TRUE(Ceremony::Parse(bytes).ok());
  EXPECT_EQ(Ceremony::Parse(bytes).value().Challenge(kNetwork), good.Challenge(kNetwork));
  EXPECT_NE(good.Challenge(kNetwork), good.Challenge(Hash32{9}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 1;
    const auto parsed = Ceremony::Parse(changed);
    if (parsed.ok()) {
      EXPECT_NE(parsed.value().Challenge(kNetwork), good.Challenge(kNetwork)) << i;
      EXPECT_EQ(Verdict(parsed.value()), Status::kCeremonyTokens) << i;
    }
    EXPECT_FALSE(Ceremony::Parse(ByteSpan(bytes).first(i)).ok()) << i;
  }
}

}  // namespace
}  // namespace passport::passkey
