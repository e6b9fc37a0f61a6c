// The setup of a pair, over bytes: both nodes agree, and whatever is altered on the way ends it at a known
// place for a known reason.
#include <functional>

#include "tests/unit/ot/copies.h"
#include "tests/unit/ot/fixtures.h"
#include "trusted/mul/pair_state.h"

namespace passport::ot {
namespace {

using protocol::AbortReason;

constexpr PartyIndex kLower{2};
constexpr PartyIndex kHigher{5};

SetupRoster Roster() {
  SetupRoster roster{Context("manifest"), 4, {kLower, 0, {}}, {kHigher, 1, {}}};
  roster.lower.boot.bytes.fill(0x11);
  roster.higher.boot.bytes.fill(0x22);
  return roster;
}

static_assert(!std::is_copy_constructible_v<AwaitingReply> && !std::is_copy_constructible_v<AwaitingFinish> &&
              !std::is_copy_constructible_v<AwaitingConfirm> && !std::is_copy_constructible_v<PairSetup>);

using Mutation = std::function<void(Bytes&)>;
constexpr std::size_t kNoMessage = 9;

// Where and why a run with one altered message ended.
struct Ending {
  int step = 0;  // the call that aborted: 2 RespondHigher, 3 FinishLower, 4 FinishHigher, 5 ConfirmLower
  AbortReason reason = AbortReason::kMalformed;
  std::optional<PartyIndex> culprit;
};

// One honest run, whose states are kept so that it can be taken up again at any message.
class SetupRun {
 public:
  explicit SetupRun(std::uint64_t seed, SetupRoster roster = Roster())
      : rng_(seed), roster_(roster), start_(StartLower(roster, rng_)) {
    messages_[0] = start_.out.Encode();
    auto responded = RespondHigher(roster_, SetupHello::Parse(messages_[0]).value(), rng_).value();
    messages_[1] = responded.out.Encode();
    responded_ = std::make_unique<AwaitingFinish>(std::move(responded.next));
    auto finished = FinishLower(Copy(start_.next), SetupReply::Parse(messages_[1]).value(), rng_).value();
    messages_[2] = finished.out.Encode();
    finished_ = std::make_unique<AwaitingConfirm>(std::move(finished.next));
    auto higher = FinishHigher(Copy(*responded_), SetupFinish::Parse(messages_[2]).value()).value();
    messages_[3] = higher.out.Encode();
    higher_ = std::make_unique<PairSetup>(std::move(higher.next));
    lower_ = std::make_unique<PairSetup>(
        ConfirmLower(Copy(*finished_), SetupConfirm::Parse(messages_[3]).value()).value());
  }

  const PairSetup& lower() const { return *lower_; }
  const PairSetup& higher() const { return *higher_; }
  const Bytes& message(std::size_t i) const { return messages_[i]; }

  // How the run ends if that message arrives altered; the steps before it are the honest ones.
  Ending RunWith(std::size_t altered, const Mutation& mutate) {
    const auto pass = [&](std::size_t i, Bytes bytes) {
      if (i == altered) mutate(bytes);
      return bytes;
    };
    AwaitingFinish higher = Copy(*responded_);
    AwaitingConfirm lower = Copy(*finished_);
    Bytes finish = messages_[2];
    if (altered <= 1) {
      Bytes reply = messages_[1];
      if (altered == 0) {
        auto responded = RespondHigher(roster_, SetupHello::Parse(pass(0, messages_[0])).value(), rng_);
        if (!responded.ok()) return {2, responded.error().reason, responded.error().culprit};
        reply = responded.value().out.Encode();
        higher = std::move(responded.value().next);
      }
      auto finished = FinishLower(Copy(start_.next), SetupReply::Parse(pass(1, reply)).value(), rng_);
      if (!finished.ok()) return {3, finished.error().reason, finished.error().culprit};
      lower = std::move(finished.value().next);
      finish = finished.value().out.Encode();
    }
    auto confirmed = FinishHigher(std::move(higher), SetupFinish::Parse(pass(2, finish)).value());
    if (!confirmed.ok()) return {4, confirmed.error().reason, confirmed.error().culprit};
    const Bytes confirm = pass(3, confirmed.value().out.Encode());
    const auto done = ConfirmLower(std::move(lower), SetupConfirm::Parse(confirm).value());
    if (!done.ok()) return {5, done.error().reason, done.error().culprit};
    return {};
  }

 private:
  crypto::SeededRng rng_;
  SetupRoster roster_;
  protocol::Advance<AwaitingReply, SetupHello> start_;
  std::unique_ptr<AwaitingFinish> responded_;
  std::unique_ptr<AwaitingConfirm> finished_;
  std::unique_ptr<PairSetup> lower_;
  std::unique_ptr<PairSetup> higher_;
  std::array<Bytes, 4> messages_;
};

// The run that all tests start from: a setup is the slowest thing here. Nothing about a run is kept between
// calls of RunWith but the randomness of the altered ones.
class PairSetupTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { shared_run = std::make_unique<SetupRun>(1); }
  static void TearDownTestSuite() { shared_run.reset(); }
  SetupRun& run = *shared_run;

 private:
  static inline std::unique_ptr<SetupRun> shared_run;
};

void ExpectDirection(const SenderSeeds& alice, const ReceiverSeeds& bob) {
  for (std::size_t tree = 0; tree < kTrees; ++tree) {
    const unsigned missing = (alice.ExposeDelta()[tree / 2] >> (4 * (tree % 2))) & 15u;
    for (unsigned leaf = 0; leaf < kLeaves; ++leaf) {
      if (leaf == missing) continue;
      EXPECT_EQ(alice.ExposeLeaves()[tree][leaf], bob.Expose()[tree][leaf]);
    }
  }
}

TEST_F(PairSetupTest, BothNodes_AgreeOnEverythingAndMultiplyBothWays) {
  EXPECT_EQ(run.lower().id, MakeSetupId(Roster()));
  EXPECT_EQ(run.lower().id, run.higher().id);
  EXPECT_EQ(run.lower().zero_seed.Expose(), run.higher().zero_seed.Expose());
  EXPECT_EQ(run.lower().ctx_as_alice, run.higher().ctx_as_bob);
  EXPECT_EQ(run.lower().ctx_as_bob, run.higher().ctx_as_alice);
  EXPECT_EQ(run.lower().ctx_as_alice, PairContext(run.lower().id, kLower, kHigher));
  EXPECT_NE(run.lower().ctx_as_alice, run.lower().ctx_as_bob);
  EXPECT_NE(run.lower().as_alice.ExposeDelta(), run.higher().as_alice.ExposeDelta());
  ExpectDirection(run.lower().as_alice, run.higher().as_bob);
  ExpectDirection(run.higher().as_alice, run.lower().as_bob);

  const mul::PairState lower(Copy(run.lower()));
  const mul::PairState higher(Copy(run.higher()));
  crypto::SeededRng rng(2);
  const auto multiply = [&rng](const mul::PairState& alice, const mul::PairState& bob) {
    const Hash32 ssid = Context("session");
    const mul::Shares inputs = RandomInputs(rng);
    auto started = mul::StartBob(bob.setup.as_bob, bob.gadget_as_bob, ssid, rng);
    const auto answer = mul::RespondAlice(alice.setup.as_alice, alice.gadget_as_alice, ssid, inputs,
                                          started.message, kBob, rng);
    ASSERT_TRUE(answer.ok());
    const auto d = mul::FinishBob(std::move(started.state), bob.setup.as_bob, bob.gadget_as_bob, ssid,
                                  answer.value().message, kAlice);
    ASSERT_TRUE(d.ok());
    ExpectProduct(inputs, started.b, answer.value().c, d.value());
  };
  multiply(lower, higher);
  multiply(higher, lower);
}

TEST_F(PairSetupTest, SecondSetup_SharesNothingWithTheFirst) {
  SetupRoster next = Roster();
  ++next.attempt;
  const SetupRun other(4, next);
  EXPECT_NE(run.lower().id, other.lower().id);
  EXPECT_NE(run.lower().as_alice.ExposeDelta(), other.lower().as_alice.ExposeDelta());
  EXPECT_NE(run.lower().zero_seed.Expose(), other.lower().zero_seed.Expose());
}

TEST(PairSetup, SetupId_DependsOnEveryPartOfTheRoster) {
  const std::vector<std::function<void(SetupRoster&)>> changes = {
      [](SetupRoster& r) { r.manifest_hash[0] ^= 1; },
      [](SetupRoster& r) { r.attempt ^= 1u << 31; },
      [](SetupRoster& r) { r.lower.party.value = 1; },
      [](SetupRoster& r) { r.higher.party.value = 6; },
      [](SetupRoster& r) { r.lower.worker = 1; },
      [](SetupRoster& r) { r.higher.worker = 0; },
      [](SetupRoster& r) { r.lower.boot.bytes[15] ^= 1; },
      [](SetupRoster& r) { r.higher.boot.bytes[0] ^= 1; },
      [](SetupRoster& r) { std::swap(r.lower.boot, r.higher.boot); }};
  std::vector<SetupId> ids = {MakeSetupId(Roster())};
  for (const auto& change : changes) {
    SetupRoster roster = Roster();
    change(roster);
    ids.push_back(MakeSetupId(roster));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST_F(PairSetupTest, Messages_HaveExactlyOneEncoding) {
  ExpectExactSize(SetupHello::Parse(run.message(0)).value());
  ExpectExactSize(SetupReply::Parse(run.message(1)).value());
  ExpectExactSize(SetupFinish::Parse(run.message(2)).value());
  ExpectExactSize(SetupConfirm::Parse(run.message(3)).value());
}

TEST_F(PairSetupTest, BadPointAnywhere_EndsTheSetupInTheStepThatUsesIt) {
  struct Row {
    std::size_t message;
    std::size_t at;
    int step;
    PartyIndex culprit;
  };
  for (const Row& row : {Row{0, 64, 2, kLower}, Row{0, SetupHello::kSize - 33, 2, kLower},
                         Row{1, 64, 3, kHigher}, Row{1, SetupReply::kSize - 33, 3, kHigher},
                         Row{2, 32, 4, kLower}, Row{2, BaseOtSenderMessage::kSize - 33, 4, kLower}}) {
    const Ending ending = run.RunWith(row.message, [&row](Bytes& bytes) {
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(row.at), 33, std::uint8_t{0});
    });
    EXPECT_EQ(ending.step, row.step) << row.message << " " << row.at;
    EXPECT_EQ(ending.reason, AbortReason::kMalformed) << row.message << " " << row.at;
    EXPECT_EQ(ending.culprit, row.culprit) << row.message << " " << row.at;
  }
}

// One row of the table of altered fields: offset in the message, and where the run must end.
struct AlteredField {
  const char* field;
  std::size_t message;
  std::size_t offset;
  int step;
  PartyIndex culprit;
};

constexpr std::size_t kSender = BaseOtSenderMessage::kSize;
constexpr std::size_t kTreeBytes = 160;
// A flipped bit of a nonce, a seed part, a sum or a digest never goes unnoticed.
const AlteredField kAltered[] = {
    {"hello zero part", 0, 5, 5, kHigher},
    {"hello nonce", 0, 40, 3, kHigher},
    {"reply zero part", 1, 31, 5, kHigher},
    {"reply sender nonce", 1, 32, 3, kHigher},
    {"reply pprf sum", 1, 32 + kSender + 96, 3, kHigher},
    {"reply pprf digest", 1, 32 + kSender + 31 * kTreeBytes + 159, 3, kHigher},
    {"reply receiver nonce", 1, 32 + kSender + PprfMessage::kSize, 4, kLower},
    {"finish nonce", 2, 0, 4, kLower},
    {"finish pprf sum", 2, kSender + 4 * kTreeBytes + 100, 4, kLower},
    {"finish pprf digest", 2, kSender + 31 * kTreeBytes + 130, 4, kLower},
    {"confirm first byte", 3, 0, 5, kHigher},
    {"confirm last byte", 3, 31, 5, kHigher},
};

TEST_F(PairSetupTest, EveryAlteredField_EndsTheSetupAtAKnownPlace) {
  ASSERT_EQ(run.RunWith(kNoMessage, [](Bytes&) {}).step, 0);
  for (const AlteredField& row : kAltered) {
    const Ending ending = run.RunWith(row.message, [&row](Bytes& bytes) { bytes[row.offset] ^= 1; });
    EXPECT_EQ(ending.step, row.step) << row.field;
    EXPECT_EQ(ending.reason, AbortReason::kBaseOt) << row.field;
    EXPECT_EQ(ending.culprit, row.culprit) << row.field;
  }
}

// Fields of which a node uses one of two by its secret choice: the altered one is noticed either by the PPRF
// check, or, if it was not chosen, by the transcript in the confirmation. It never goes through.
TEST_F(PairSetupTest, AlteredFieldOfOneBranch_EndsTheSetupWhicheverWasChosen) {
  const auto other_point = [](std::size_t offset) {
    return [offset](Bytes& bytes) {
      const auto point = curve::MulBase(curve::Scalar::FromU64(77))->Encode();
      std::copy(point.begin(), point.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    };
  };
  const auto flip = [](std::size_t offset) { return [offset](Bytes& bytes) { bytes[offset] ^= 4; }; };
  std::array<int, 6> ended_at{};
  for (std::size_t branch = 0; branch < 2; ++branch) {
    const Ending points = run.RunWith(1, other_point(64 + 33 * (2 * 50 + branch)));
    const Ending levels = run.RunWith(1, flip(32 + kSender + 9 * kTreeBytes + 32 + 16 * branch));
    for (const Ending& ending : {points, levels}) {
      EXPECT_TRUE(ending.step == 3 || ending.step == 5);
      EXPECT_EQ(ending.reason, AbortReason::kBaseOt);
      EXPECT_EQ(ending.culprit, kHigher);
      ++ended_at[static_cast<std::size_t>(ending.step)];
    }
    const Ending finish = run.RunWith(2, flip(kSender + 9 * kTreeBytes + 32 + 16 * branch));
    EXPECT_EQ(finish.reason, AbortReason::kBaseOt);
    EXPECT_EQ(finish.culprit, finish.step == 4 ? kLower : kHigher);
    ++ended_at[static_cast<std::size_t>(finish.step)];
    // The receiver's points are in the pads of both branches.
    EXPECT_EQ(run.RunWith(0, other_point(64 + 33 * (2 * 127 + branch))).step, 3);
    EXPECT_EQ(run.RunWith(1, other_point(SetupReply::kSize - 66 + 33 * branch)).step, 4);
  }
  EXPECT_EQ(ended_at[3], 2);
  EXPECT_EQ(ended_at[4], 1);
  EXPECT_EQ(ended_at[5], 3);
}

TEST(PairSetup, DifferentRosters_DoNotMeet) {
  SetupRoster other = Roster();
  ++other.attempt;
  crypto::SeededRng rng(9);
  auto lower = StartLower(Roster(), rng);
  auto higher = RespondHigher(other, std::move(lower.out), rng);
  ASSERT_TRUE(higher.ok());
  EXPECT_TRUE(Aborts(FinishLower(std::move(lower.next), std::move(higher.value().out), rng),
                     AbortReason::kBaseOt, kHigher));
}

TEST_F(PairSetupTest, FixedSeed_GivesTheRecordedTranscript) {
  const Hash32 trace = crypto::HashSha256({run.message(0), run.message(1), run.message(2), run.message(3)});
  EXPECT_EQ(ToHex(trace), "9899bdd137e56bfff4a65426bacade5b5fcf7680919b00787727757c6e38d98d");
}

}  // namespace
}  // namespace passport::ot
