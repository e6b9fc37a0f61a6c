// Shares of keys that no account names yet (trusted/core/made_keys.h): erased when nothing can ever name
// them.
#include "trusted/core/made_keys.h"

#include <gtest/gtest.h>

#include "trusted/policy/account.h"

namespace passport::core {
namespace {

constexpr RequestId kRequest{{1, 0, 1}};
constexpr RequestId kOther{{1, 0, 2}};
constexpr KeyId kKey{{7}};

sealing::SealingKeys ZeroKeys() {
  sealing::SealingKeys keys;
  keys.unique = crypto::SecretKey32(Hash32{});
  keys.product = crypto::SecretKey32(Hash32{});
  return keys;
}

class MadeKeysTest : public ::testing::Test {
 protected:
  MadeKeysTest() {
    outbox.Begin(effects);
    auto share = std::make_shared<sharing::KeyShare>();
    share->id = kKey;
    share->n = 3;
    share->t = 2;
    share->self = PartyIndex{1};
    const curve::Point point = *curve::MulBase(curve::Scalar::FromU64(5));
    share->commitments = {point, point};
    share->holders = {PartyIndex{1}, PartyIndex{2}};
    records.PutShare(std::move(share));
    made.OnMade(kKey, kAccountRecord);
  }
  void OnAccount(policy::AccountState state, const RequestId& reserved_by,
                 const std::vector<KeyId>& keys = {}) {
    policy::Account account;
    account.state = state;
    account.reserved_by = reserved_by;
    for (const KeyId& id : keys) {
      policy::AccountKey key;
      key.id = id;
      key.holders = {PartyIndex{1}, PartyIndex{2}};
      key.public_key = curve::MulBase(curve::Scalar::FromU64(5))->Encode();
      account.keys.push_back(std::move(key));
    }
    made.OnVersion(kAccountRecord, {++number, {}, account.Encode()});
  }
  bool HasShare() const { return records.Exists(policy::KeyShareRecordId(kKey)); }

  const RecordId kAccountRecord = policy::AccountRecordId(ScopeId{}, "alice");
  edl::Effects effects;
  Outbox outbox;
  crypto::SeededRng rng{1};
  RecordBook records{ZeroKeys(), 8, outbox, rng};
  MadeKeys made{records};
  std::uint64_t number = 0;
};

// The first request can reserve the account again, and its key be named then: nothing is certain yet.
TEST_F(MadeKeysTest, AReservationByAnotherRequestErasesNothing) {
  ASSERT_TRUE(HasShare());
  OnAccount(policy::AccountState::kReserved, kOther);
  EXPECT_TRUE(HasShare());
  OnAccount(policy::AccountState::kReserved, kRequest);
  OnAccount(policy::AccountState::kActive, kRequest, {kKey});
  EXPECT_TRUE(HasShare());
}

TEST_F(MadeKeysTest, AnAccountThatIsActiveWithAnotherKeyErasesTheShare) {
  OnAccount(policy::AccountState::kActive, kOther, {KeyId{{8}}});
  EXPECT_FALSE(HasShare());
}

}  // namespace
}  // namespace passport::core
