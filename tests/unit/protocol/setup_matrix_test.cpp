// A pair setup with one message changed in one field: the verdict of whoever receives it
// (dkls23.md 3.3, 3.4). What Alice says to another point or correction depends on her choice bit, which the
// test looks up.
#include <gtest/gtest.h>

#include "tests/unit/ot/copies.h"
#include "tests/unit/ot/whole.h"
#include "tests/unit/protocol/mutation.h"

namespace passport::test::setup_matrix {
namespace {

using ot::BaseOtReceiver;
using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLower{2};
constexpr PartyIndex kHigher{5};
constexpr std::size_t kPoints = 2 * ot::kBaseOts;
constexpr std::size_t kBaseOtSize = 32 + 33 * kPoints;

enum Message { kHello, kReply, kFinish, kConfirm };

Fields BaseOtFields(const std::string& name, std::size_t offset) {
  return Join({{{name + " nonce", offset, 32, FieldType::kOpaque, AbortReason::kBaseOt, true}},
               ArrayOf({name + " point", offset + 32, 33, FieldType::kPoint, AbortReason::kBaseOt, true},
                       kPoints, offset + 1)});
}

// Six corrections of 16 bytes, the sum and the digest, for each of the 32 trees.
Fields PprfFields(std::size_t offset) {
  Fields out;
  for (std::size_t tree = 0; tree < ot::kTrees; ++tree) {
    const std::string name = "tree " + std::to_string(tree);
    const std::size_t at = offset + 160 * tree;
    for (std::size_t i = 0; i < 6; ++i) {
      out.emplace_back(name + " correction " + std::to_string(i), at + 16 * i, std::size_t{16},
                       FieldType::kOpaque, AbortReason::kBaseOt, true, name);
    }
    out.emplace_back(name + " sum", at + 96, std::size_t{32}, FieldType::kOpaque, AbortReason::kBaseOt, true);
    out.emplace_back(name + " digest", at + 128, std::size_t{32}, FieldType::kOpaque, AbortReason::kBaseOt,
                     true);
  }
  return out;
}

Fields FieldsOf(Message message) {
  const Fields zero_part{{"zero part", 0, 32, FieldType::kOpaque, AbortReason::kBaseOt, true}};
  switch (message) {
    case kHello:
      return Join({zero_part, BaseOtFields("receiver", 32)});
    case kReply:
      return Join({zero_part, BaseOtFields("sender", 32), PprfFields(32 + kBaseOtSize),
                   BaseOtFields("receiver", 32 + kBaseOtSize + 5120)});
    case kFinish:
      return Join({BaseOtFields("sender", 0), PprfFields(kBaseOtSize)});
    case kConfirm:
      return {{"transcript", 0, 32, FieldType::kOpaque, AbortReason::kBaseOt, true}};
  }
  return {};
}

ot::SetupRoster Roster() {
  ot::SetupRoster roster{Hash32{1}, 4, {kLower, 0, {}}, {kHigher, 0, {}}};
  roster.lower.boot.bytes.fill(0x11);
  roster.higher.boot.bytes.fill(0x22);
  return roster;
}

// An honest setup, and the states of both sides before each message.
class KeptSetup {
 public:
  explicit KeptSetup(std::uint64_t seed)
      : rng_(seed), start_(ot::StartLower(Roster(), rng_)), sent_{start_.out.Encode(), {}, {}, {}} {
    auto respond = ot::RespondHigher(Roster(), ot::SetupHello::Parse(sent_[kHello]).value(), rng_).value();
    sent_[kReply] = respond.out.Encode();
    higher_ = std::make_unique<ot::AwaitingFinish>(std::move(respond.next));
    auto finish =
        ot::FinishLower(ot::Copy(start_.next), ot::SetupReply::Parse(sent_[kReply]).value(), rng_).value();
    sent_[kFinish] = finish.out.Encode();
    lower_ = std::make_unique<ot::AwaitingConfirm>(std::move(finish.next));
    auto confirm =
        ot::FinishHigher(ot::Copy(*higher_), ot::SetupFinish::Parse(sent_[kFinish]).value()).value();
    sent_[kConfirm] = confirm.out.Encode();
    seeds_of_higher_ = confirm.next.as_alice.ExposeLeaves();
  }

  const Bytes& sent(Message message) const { return sent_[message]; }
  const BaseOtReceiver& AliceOf(Message message) const {
    return message == kReply ? start_.next.receiver : higher_->receiver;
  }

  // What the receiver of the message says if all else is honest. Nothing: it has accepted.
  std::optional<Abort> Verdict(Message which, const Bytes& message) {
    if (which == kHello) {
      auto hello = ot::SetupHello::Parse(message);
      if (!hello.ok()) return Abort{AbortReason::kMalformed, kLower};
      return AbortOf(ot::RespondHigher(Roster(), std::move(hello).value(), rng_));
    }
    if (which == kReply) {
      auto reply = ot::SetupReply::Parse(message);
      if (!reply.ok()) return Abort{AbortReason::kMalformed, kHigher};
      auto finish = ot::FinishLower(ot::Copy(start_.next), std::move(reply).value(), rng_);
      if (!finish.ok()) return finish.error();
      // The higher node confirms what it has said itself, unless it stops before.
      const auto confirm = ot::FinishHigher(ot::Copy(*higher_), std::move(finish.value().out));
      return AbortOf(ot::ConfirmLower(
          std::move(finish.value().next),
          confirm.ok() ? confirm.value().out : ot::SetupConfirm::Parse(sent_[kConfirm]).value()));
    }
    if (which == kFinish) {
      auto finish = ot::SetupFinish::Parse(message);
      if (!finish.ok()) return Abort{AbortReason::kMalformed, kLower};
      const auto done = ot::FinishHigher(ot::Copy(*higher_), std::move(finish).value());
      if (!done.ok()) return done.error();
      EXPECT_EQ(done.value().next.as_alice.ExposeLeaves(), seeds_of_higher_) << "accepted something else";
      return std::nullopt;
    }
    const auto confirm = ot::SetupConfirm::Parse(message);
    if (!confirm.ok()) return Abort{AbortReason::kMalformed, kHigher};
    return AbortOf(ot::ConfirmLower(ot::Copy(*lower_), confirm.value()));
  }

 private:
  template <class T>
  static std::optional<Abort> AbortOf(const protocol::Outcome<T>& outcome) {
    if (outcome.ok()) return std::nullopt;
    return outcome.error();
  }

  crypto::SeededRng rng_;
  protocol::Advance<ot::AwaitingReply, ot::SetupHello> start_;
  std::array<Bytes, 4> sent_;
  std::unique_ptr<ot::AwaitingFinish> higher_;
  std::unique_ptr<ot::AwaitingConfirm> lower_;
  ot::SeedTable seeds_of_higher_{};
};

class SetupMatrix : public testing::TestWithParam<Message> {
 protected:
  static void SetUpTestSuite() {
    honest = std::make_unique<KeptSetup>(1);
    other_session = std::make_unique<KeptSetup>(2);
  }
  static void TearDownTestSuite() {
    honest.reset();
    other_session.reset();
  }

  static PartyIndex Sender() { return GetParam() == kHello || GetParam() == kFinish ? kLower : kHigher; }

  void Expect(const Mutation& mutation, const std::optional<Abort>& expected) const {
    const std::optional<Abort> verdict = honest->Verdict(GetParam(), mutation.message);
    ASSERT_EQ(verdict.has_value(), expected.has_value()) << mutation.name;
    if (verdict) {
      EXPECT_EQ(Describe(*verdict), Describe(*expected)) << mutation.name;
    }
  }

  // Whether Alice takes no notice of this field: it belongs to the branch that she has not chosen.
  static bool IsIdle(const Field& field) {
    const auto ends_with = [&](const std::string& name) {
      return field.name.find(name) != std::string::npos;
    };
    const auto choice = [](std::size_t bit) {
      return (honest->AliceOf(GetParam()).choices.Expose()[bit / 8] >> (bit % 8)) & 1u;
    };
    const std::size_t base = GetParam() == kReply ? 32 : 0;
    if (ends_with("sender point")) {
      const std::size_t point = (field.offset - base - 32) / 33;
      return choice(point / 2) != point % 2;
    }
    if (ends_with("correction")) {
      const std::size_t at = field.offset - base - kBaseOtSize;
      const std::size_t correction = at % 160 / 16;
      return choice(ot::kTreeDepth * (at / 160) + 1 + correction / 2) != correction % 2;
    }
    return false;
  }

  // Bob cannot notice another point or nonce of Alice's; the higher node, who only ever is the first to
  // accept, not one that it has not chosen. Everything else ends the setup, at the latest in the
  // confirmation.
  static std::optional<Abort> Expected(const Field& field, bool decodes) {
    if (!decodes) return Abort{AbortReason::kMalformed, Sender()};
    if (GetParam() == kHello || (GetParam() == kFinish && IsIdle(field))) return std::nullopt;
    return Abort{AbortReason::kBaseOt, Sender()};
  }

  static inline std::unique_ptr<KeptSetup> honest;
  static inline std::unique_ptr<KeptSetup> other_session;
};

TEST_P(SetupMatrix, FieldsCoverTheWholeMessage) {
  ExpectTiles(FieldsOf(GetParam()), honest->sent(GetParam()).size());
}

// A setup costs too much to try every change of every point. Of the first pair and the first tree each field
// is tried, and a few others: one change that decodes, and of the first ones those that do not, which stop at
// once.
TEST_P(SetupMatrix, ChangedFieldGivesItsVerdict) {
  const Fields fields = FieldsOf(GetParam());
  const Sources sources{honest->sent(GetParam()), other_session->sent(GetParam()),
                        other_session->sent(GetParam())};
  EXPECT_FALSE(honest->Verdict(GetParam(), sources.honest).has_value());
  crypto::SeededRng rng(GetParam());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& name = fields[i].name;
    const bool is_first = name.ends_with("part") || name.ends_with("nonce") || name == "transcript" ||
                          name.ends_with("point 0") || name.ends_with("point 1") ||
                          name.starts_with("tree 0 ");
    const bool is_drawn = fields[i].tried && rng.Array<1>()[0] % 64 == 0;
    if (!is_first && !is_drawn) continue;
    // Before a point of hers, Alice finishes the other direction.
    std::size_t malformed = GetParam() == kReply && name.starts_with("receiver") ? 2 : is_first ? 100 : 0;
    std::size_t decoded = 1;
    for (const Mutation& mutation : MutationsOf(fields, i, sources)) {
      std::size_t& left = mutation.decodes ? decoded : malformed;
      if (left == 0) continue;
      --left;
      Expect(mutation, Expected(fields[i], mutation.decodes));
    }
  }
}

TEST_P(SetupMatrix, MessageOfAnotherSizeIsMalformed) {
  for (const Mutation& mutation : WrongSizesOf(honest->sent(GetParam()))) {
    Expect(mutation, Abort{AbortReason::kMalformed, Sender()});
  }
}

TEST_P(SetupMatrix, MessageOfAnotherPartIsMalformed) {
  for (const Message other : {kHello, kReply, kFinish, kConfirm}) {
    if (other == GetParam()) continue;
    Expect({"message " + std::to_string(other), honest->sent(other), false},
           Abort{AbortReason::kMalformed, Sender()});
  }
}

TEST_P(SetupMatrix, MessageOfAnotherSetupDoesNotFit) {
  if (GetParam() == kHello) return;  // begins a setup of its own
  Expect({"another session's message", other_session->sent(GetParam()), true},
         Abort{AbortReason::kBaseOt, Sender()});
}

INSTANTIATE_TEST_SUITE_P(Messages, SetupMatrix, testing::Values(kHello, kReply, kFinish, kConfirm));

// Every field of a tree's correction, without the base OTs around it.
TEST(PprfMatrix, EveryChangedFieldIsNoticedUnlessItBelongsToTheOtherBranch) {
  crypto::SeededRng rng(3);
  const Hash32 context{5};
  const BaseOtReceiver alice = ot::StartBaseOt(context, rng);
  const ot::BaseOtSent bob = ot::AnswerBaseOt(context, alice.message, kLower, rng).value();
  const ot::ChosenPads pads = ot::FinishBaseOt(context, alice, bob.message, kHigher).value();
  const ot::PprfBuilt built = ot::BuildPprf(context, bob.pads);
  ot::SenderPads other_pads;
  for (auto& pair : other_pads.ExposeMutable()) pair = {rng.Array<16>(), rng.Array<16>()};
  const Bytes other = ot::BuildPprf(context, other_pads).message.Encode();
  const Sources sources{built.message.Encode(), other, other};
  const Fields fields = PprfFields(0);
  ExpectTiles(fields, sources.honest.size());
  for (std::size_t i = 0; i < fields.size(); i += i < 16 || i + 16 > fields.size() ? 1u : 13u) {
    const std::size_t correction = i % 8;
    const std::size_t bit = ot::kTreeDepth * (i / 8) + 1 + correction / 2;
    const bool is_idle =
        correction < 6 && ((alice.choices.Expose()[bit / 8] >> (bit % 8)) & 1u) != correction % 2;
    for (const Mutation& mutation : MutationsOf(fields, i, sources)) {
      if (mutation.name.find("exchanged") != std::string::npos) continue;  // two branches at once
      const auto outcome = ot::EvaluatePprf(context, pads.Clone(), alice.choices.Clone(),
                                            ot::PprfMessage::Parse(mutation.message).value(), kHigher);
      EXPECT_EQ(outcome.ok(), is_idle) << mutation.name;
      if (outcome.ok()) continue;
      EXPECT_EQ(Describe(outcome.error()), Describe({AbortReason::kBaseOt, kHigher})) << mutation.name;
    }
  }
}

}  // namespace
}  // namespace passport::test::setup_matrix
