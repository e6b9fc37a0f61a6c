// Records of scopes and accounts: their ids, and that only their one encoding parses.
#include "trusted/policy/account.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/unit/policy/proofs.h"
#include "trusted/policy/record_ids.h"

namespace passport::policy_test {
namespace {

using policy::Account;
using policy::AccountRecordId;
using policy::Control;
using policy::Scope;

const ScopeId kScope{{1}};
const ScopeId kOtherScope{{2}};

TEST(RecordIds, BeginWithKindAndGroup) {
  EXPECT_EQ(ToHex(policy::ScopeRecordId(kScope).span().first(2)), "1000");
  EXPECT_EQ(ToHex(AccountRecordId(kScope, "alice").span().first(2)), "1100");
  EXPECT_EQ(ToHex(policy::EnvelopeRecordId().span().first(2)), "1200");
  EXPECT_EQ(ToHex(policy::KeyShareRecordId(KeyId{}).span().first(2)), "0500");
  EXPECT_TRUE(policy::IsReplicated(AccountRecordId(kScope, "alice")));
  EXPECT_FALSE(policy::IsReplicated(policy::KeyShareRecordId(KeyId{})));
}

// Names that look alike are other names: nothing is trimmed, folded or normalised.
TEST(RecordIds, EachUsernameOfEachScopeHasItsOwn) {
  std::set<RecordId> ids;
  std::size_t count = 0;
  for (const ScopeId& scope : {kScope, kOtherScope}) {
    for (const std::string& name : {std::string(""), std::string("alice"), std::string("Alice"),
                                    std::string("alice "), std::string("alice\0", 6), std::string("\xc3\xa9"),
                                    std::string("e\xcc\x81"), std::string(256, 'x')}) {
      ids.insert(AccountRecordId(scope, name));
      ++count;
    }
  }
  EXPECT_EQ(ids.size(), count);
}

TEST(RecordIds, ContainNoUsername) {
  const std::string name = "alice@example.com";
  const RecordId id = AccountRecordId(kScope, name);
  for (std::size_t i = 0; i + 3 <= name.size(); ++i)
    EXPECT_EQ(AsText(id.bytes).find(std::string_view(name).substr(i, 3)), std::string_view::npos);
}

TEST(AccountRecord, ComesBackAsItWas) {
  for (const Control control : {Control::kUser, Control::kDeveloper, Control::kHybrid}) {
    Account account = ActiveAccount(kScope, control);
    account.keys.front().path = "m/44/60";
    account.reserved_by = RequestId{{7}};
    account.reserved_at_ms = 1'700'000'000'123;
    const auto parsed = Account::Parse(account.Encode());
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value().control, control);
    EXPECT_EQ(parsed.value().keys.front().path, "m/44/60");
    EXPECT_EQ(parsed.value().keys.front().holders, account.keys.front().holders);
    EXPECT_EQ(parsed.value().Encode(), account.Encode());
  }
}

TEST(AccountRecord, CutShortOrExtendedIsRefused) {
  const Bytes good = ActiveAccount(kScope, Control::kDeveloper).Encode();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(Account::Parse(ByteSpan(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Account::Parse(longer).ok());
}

TEST(AccountRecord, ValuesThatNoVersionWritesAreRefused) {
  const std::pair<const char*, std::function<void(Account&)>> rows[] = {
      {"control 0", [](Account& a) { a.control = Control{0}; }},
      {"control 4", [](Account& a) { a.control = Control{4}; }},
      {"state 0", [](Account& a) { a.state = policy::AccountState{0}; }},
      {"state 3", [](Account& a) { a.state = policy::AccountState{3}; }},
      {"curve 2", [](Account& a) { a.keys[0].curve = policy::Curve{2}; }},
      {"purpose 2", [](Account& a) { a.keys[0].purpose = policy::KeyPurpose{2}; }},
      {"a path of 129 bytes", [](Account& a) { a.keys[0].path.assign(129, 'x'); }},
      {"65 keys", [](Account& a) { a.keys.resize(65, a.keys[0]); }},
      {"holder 0",
       [](Account& a) {
         a.keys[0].holders = {PartyIndex{0}, PartyIndex{1}};
       }},
      {"a holder twice",
       [](Account& a) {
         a.keys[0].holders = {PartyIndex{1}, PartyIndex{1}};
       }},
      {"holders out of order",
       [](Account& a) {
         a.keys[0].holders = {PartyIndex{2}, PartyIndex{1}};
       }},
      {"holder 65",
       [](Account& a) {
         a.keys[0].holders = {PartyIndex{1}, PartyIndex{65}};
       }},
      {"holder 65535", [](Account& a) { a.keys[0].holders = {PartyIndex{65535}}; }},
  };
  for (const auto& [what, change] : rows) {
    Account account = ActiveAccount(kScope, Control::kDeveloper);
    change(account);
    EXPECT_FALSE(Account::Parse(account.Encode()).ok()) << what;
  }
  Account largest = ActiveAccount(kScope, Control::kDeveloper);
  largest.keys[0].holders.clear();
  for (std::uint16_t i = 1; i <= 64; ++i) largest.keys[0].holders.push_back(PartyIndex{i});
  EXPECT_TRUE(Account::Parse(largest.Encode()).ok());
}

TEST(ScopeRecord, ComesBackAsItWasAndNothingElseParses) {
  Scope scope = ScopeOf(client::DeveloperKey::Generate(), R"({"name":"n"})");
  scope.used = {ByteArray<32>{1}, ByteArray<32>{2}};
  const Bytes good = scope.Encode();
  const auto parsed = Scope::Parse(good);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().Encode(), good);
  EXPECT_EQ(parsed.value().used, scope.used);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(Scope::Parse(ByteSpan(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Scope::Parse(longer).ok());
  Bytes format = good;
  format[0] = 2;
  EXPECT_FALSE(Scope::Parse(format).ok());

  scope.used.resize(policy::kUsedMax);
  EXPECT_TRUE(Scope::Parse(scope.Encode()).ok());
  scope.used.resize(policy::kUsedMax + 1);
  EXPECT_FALSE(Scope::Parse(scope.Encode()).ok());
}

}  // namespace
}  // namespace passport::policy_test
