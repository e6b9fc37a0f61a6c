// The change by which an account's record follows a refresh of its key: only a certificate of all new
// holders, of this very key and network, and a later epoch.
#include <gtest/gtest.h>

#include "tests/golden/golden.h"
#include "trusted/core/changes.h"

namespace passport::policy_test {
namespace {

crypto::SigningKey NodeKey(PartyIndex party) {
  return crypto::SigningKey(crypto::SecretKey32(ByteArray<32>{static_cast<std::uint8_t>(party.value)}));
}

dkg::KeyFacts SampleFacts() {
  return dkg::KeyCertificate::Parse(golden::ReadGolden("key-certificate-v2.bin")).value().facts;
}

dkg::KeyCertificate CertificateOf(const dkg::KeyFacts& facts) {
  dkg::KeyCertificate out{facts, {}};
  const Hash32 digest = facts.ConfirmedDigest().value();
  for (const PartyIndex party : facts.proposal.dealers)
    out.confirmations[party] = NodeKey(party).Sign(digest);
  return out;
}

core::Identity NetworkOf(const dkg::KeyFacts& facts) {
  core::Identity out{{}, {}, PartyIndex{1}, BootId{}, NodeKey({1}), {}};
  out.manifest.n = facts.proposal.n;
  out.manifest.t = facts.proposal.t;
  out.manifest.keygen_quorum = facts.proposal.t;
  for (std::uint16_t i = 1; i <= facts.proposal.n; ++i) {
    peer::ManifestRow row;
    row.party = {i};
    row.identity_key = NodeKey({i}).public_key();
    out.manifest.rows.push_back(row);
  }
  return out;
}

class AccountRefresh : public ::testing::Test {
 protected:
  AccountRefresh() : facts(SampleFacts()), identity(NetworkOf(facts)), rules(identity, seen) {
    account.state = policy::AccountState::kActive;
    policy::AccountKey key;
    key.id = facts.Id();
    key.public_key = facts.PublicKey().Encode();
    key.holders = {{1}, {2}};
    account.keys.push_back(key);
  }
  // The record after it; nothing if it was refused.
  std::optional<policy::Account> Judge(const dkg::KeyCertificate& certificate) {
    const replica::Version before{3, {}, account.Encode()};
    const auto judged = rules.Judge(policy::AccountRecordId({}, "alice"), before,
                                    core::EncodeChange(core::AccountRefresh{certificate}), {2});
    if (!std::holds_alternative<Bytes>(judged)) return std::nullopt;
    return policy::Account::Parse(std::get<Bytes>(judged)).value();
  }

  dkg::KeyFacts facts;
  core::Identity identity;
  core::SeenIndex seen;
  core::NetworkRules rules;
  policy::Account account;
};

TEST_F(AccountRefresh, TheRecordNamesTheEpochAndWhoHoldsIt) {
  const auto after = Judge(CertificateOf(facts));
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->keys.front().epoch, facts.epoch);
  EXPECT_EQ(after->keys.front().holders, facts.proposal.dealers);
}

TEST_F(AccountRefresh, AnEpochNeverFallsOrComesTwice) {
  for (const std::uint64_t epoch : {facts.epoch, facts.epoch + 1}) {
    account.keys.front().epoch = epoch;
    EXPECT_FALSE(Judge(CertificateOf(facts)).has_value()) << epoch;
  }
}

TEST_F(AccountRefresh, EveryHolderMustHaveSigned) {
  for (const PartyIndex party : facts.proposal.dealers) {
    dkg::KeyCertificate without = CertificateOf(facts);
    without.confirmations.erase(party);
    EXPECT_FALSE(Judge(without).has_value());
    dkg::KeyCertificate forged = CertificateOf(facts);
    forged.confirmations.at(party)[5] ^= 1;
    EXPECT_FALSE(Judge(forged).has_value());
  }
}

TEST_F(AccountRefresh, ACertificateOfAnotherKeyOrNetworkIsRefused) {
  const std::function<void(policy::Account&, peer::Manifest&)> others[] = {
      [](auto& to, auto&) { to.keys.front().id.bytes[0] ^= 1; },
      [](auto& to, auto&) { to.keys.front().public_key[5] ^= 1; },
      [](auto& to, auto&) { to.state = policy::AccountState::kReserved; }, [](auto&, auto& in) { ++in.n; },
      [](auto&, auto& in) { --in.t; }};
  const policy::Account good = account;
  const peer::Manifest manifest = identity.manifest;
  for (const auto& change : others) {
    account = good;
    identity.manifest = manifest;
    change(account, identity.manifest);
    EXPECT_FALSE(Judge(CertificateOf(facts)).has_value());
  }
}

}  // namespace
}  // namespace passport::policy_test
