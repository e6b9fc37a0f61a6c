// Signing with one message changed in one field: the victim's exact verdict. The victim's states of an honest
// run are kept and taken up again, so that only its own part is computed for each change.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test::sign_matrix {
namespace {

using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kVictim{2};
constexpr PartyIndex kOther{3};
constexpr std::uint64_t kSeed = 300;
const Parties kQuorum{{1}, {2}, {3}};

const Fields kHeader = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"to", 4, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"ssid", 6, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"setup id", 38, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
};

// The tables of dkls23.md 6.5 and 10.2, as the victim of a change to one message sees it with t = 3. The
// commitment is echoed, so that a party who alone sees another one stops with equivocation and blames nobody.
const Fields kRound1 =
    Join({kHeader,
          {{"commitment", 70, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
           {"n_B", 102, 32, FieldType::kOpaque, AbortReason::kExtensionCheck, true}},
          ArrayOf({"u", 134, 80, FieldType::kOpaque, AbortReason::kExtensionCheck, true}, 32, 1),
          {{"x~", 2694, 16, FieldType::kOpaque, AbortReason::kExtensionCheck, true},
           {"h", 2710, 32, FieldType::kOpaque, AbortReason::kExtensionCheck, true}}});
const Fields kRound2 =
    Join({kHeader,
          {{"R_i", 70, 33, FieldType::kPoint, AbortReason::kCommitment, true},
           {"salt", 103, 32, FieldType::kOpaque, AbortReason::kCommitment, true},
           {"pk_i", 135, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true},
           {"echo", 168, 32, FieldType::kOpaque, AbortReason::kEquivocation, false},
           {"n_A", 200, 32, FieldType::kOpaque, AbortReason::kMultiplicationCheck, true}},
          ArrayOf({"a~", 232, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true}, 1248, 2),
          {{"eta", 40168, 32, FieldType::kScalar, AbortReason::kMultiplicationCheck, true},
           {"mu", 40200, 32, FieldType::kOpaque, AbortReason::kMultiplicationCheck, true},
           {"Gamma^u", 40232, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true, "Gamma"},
           {"Gamma^v", 40265, 33, FieldType::kPoint, AbortReason::kConsistencyCheck, true, "Gamma"},
           {"psi", 40298, 32, FieldType::kScalar, AbortReason::kBadSignature, false}}});
const Fields kRound3 = {
    {"version", 0, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"round", 1, 1, FieldType::kFixed, AbortReason::kMalformed, true},
    {"from", 2, 2, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"ssid", 4, 32, FieldType::kOpaque, AbortReason::kWrongSession, false},
    {"u_i", 36, 32, FieldType::kScalar, AbortReason::kBadSignature, false, "share"},
    {"w_i", 68, 32, FieldType::kScalar, AbortReason::kBadSignature, false, "share"},
};
const std::map<int, Fields> kFields{{1, kRound1}, {2, kRound2}, {3, kRound3}};

// Copies for a test that goes on from one state in many ways; in the product a state is spent once.
mul::Shares Copy(const mul::Shares& shares) { return {shares[0].Clone(), shares[1].Clone()}; }

sign::Inputs Copy(const sign::Inputs& inputs) {
  return {Copy(inputs.nonce_and_key), inputs.nonce_point, inputs.public_share};
}

std::map<PartyIndex, sign::AsBob> Copy(const std::map<PartyIndex, sign::AsBob>& states) {
  std::map<PartyIndex, sign::AsBob> out;
  for (const auto& [peer, bob] : states) {
    out.emplace(peer, sign::AsBob{{bob.multiplication.choices.Clone(), bob.multiplication.nonce},
                                  bob.factor.Clone()});
  }
  return out;
}

sign::AwaitingCommitments Copy(const sign::AwaitingCommitments& state) {
  return {state.session, Copy(state.inputs), state.salt, state.commitment, Copy(state.as_bob)};
}

sign::AwaitingMultiplications Copy(const sign::AwaitingMultiplications& state) {
  return {state.session,     Copy(state.inputs), state.blinding.Clone(), Copy(state.products),
          state.commitments, state.echo,         Copy(state.as_bob)};
}

// A round takes its state by value: whatever it says, the state is gone.
static_assert(!std::is_copy_constructible_v<sign::AwaitingCommitments>);
static_assert(!std::is_copy_constructible_v<sign::AwaitingMultiplications>);
static_assert(!std::is_invocable_v<decltype(sign::Multiply), sign::AwaitingCommitments&, const sign::Peers&,
                                   const protocol::Inbox<sign::NonceCommitment>&, crypto::Rng&>);
static_assert(
    !std::is_invocable_v<decltype(sign::Presign), sign::AwaitingMultiplications&, const sign::Peers&,
                         const protocol::Inbox<sign::Multiplication>&, crypto::Rng&>);

// An honest run, and the victim's states in it.
class Kept {
 public:
  explicit Kept(std::uint64_t seed) : run_(RunSign(cluster_, kQuorum, seed, Script())) {}

  const SignRun& run() const { return run_; }
  const Bytes& Sent(int round, PartyIndex from, PartyIndex to) const {
    return run_.wire.sent({round, from, to});
  }

  // What the victim says if the liar's message of that round is this one and all else is honest. Nothing: a
  // signature came out.
  std::optional<Abort> Verdict(int round, const Bytes& message) const {
    crypto::SeededRng rng(7);
    auto state = Copy(*multiplied_);
    if (round == 1) {
      const auto inbox = Inbox<sign::NonceCommitment>(1, message);
      if (!inbox.ok()) return inbox.error();
      auto step = sign::Multiply(Copy(*started_), cluster_.PeersOf(kVictim), inbox.value(), rng);
      if (!step.ok()) return step.error();
      state = std::move(step).value().next;
    }
    const auto inbox = Inbox<sign::Multiplication>(2, round == 2 ? message : Sent(2, kLiar, kVictim));
    if (!inbox.ok()) return inbox.error();
    auto outcome = sign::Presign(std::move(state), cluster_.PeersOf(kVictim), inbox.value(), rng);
    if (!outcome.ok()) return outcome.error();
    auto shares = Inbox<sign::SignatureShare>(3, round == 3 ? message : Sent(3, kLiar, kVictim));
    if (!shares.ok()) return shares.error();
    const sign::Signing signing = sign::Online(std::move(outcome).value(), MakeDigest(1));
    shares.value().emplace(kVictim, signing.out);
    const auto signature = sign::Combine(signing.combination, MakeDigest(1), shares.value());
    if (!signature.ok()) return signature.error();
    return std::nullopt;
  }

 private:
  SignScript Script() {
    SignScript script;
    script.after_start = [this](PartyIndex self, sign::AwaitingCommitments& state, auto&) {
      if (self == kVictim) started_ = std::make_unique<sign::AwaitingCommitments>(Copy(state));
    };
    script.after_multiply = [this](PartyIndex self, sign::AwaitingMultiplications& state, auto&) {
      if (self == kVictim) multiplied_ = std::make_unique<sign::AwaitingMultiplications>(Copy(state));
    };
    return script;
  }

  template <class Message>
  protocol::Outcome<protocol::Inbox<Message>> Inbox(int round, const Bytes& from_liar) const {
    Wire wire{{}};
    wire.Send({round, kLiar, kVictim}, from_liar);
    wire.Send({round, kOther, kVictim}, Sent(round, kOther, kVictim));
    return wire.Receive<Message>(round, kVictim, kQuorum);
  }

  const Cluster cluster_{3, 3, 1};
  std::unique_ptr<sign::AwaitingCommitments> started_;
  std::unique_ptr<sign::AwaitingMultiplications> multiplied_;
  SignRun run_;
};

class SignMatrix : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    honest = std::make_unique<Kept>(kSeed);
    other_session = std::make_unique<Kept>(kSeed + 1);
  }
  static void TearDownTestSuite() {
    honest.reset();
    other_session.reset();
  }

  void Expect(const Mutation& mutation, const Abort& expected) const {
    const std::optional<Abort> verdict = honest->Verdict(GetParam(), mutation.message);
    ASSERT_TRUE(verdict.has_value()) << mutation.name << ": signed";
    EXPECT_EQ(Describe(*verdict), Describe(expected)) << "round " << GetParam() << ", " << mutation.name;
  }

  const Bytes& Honest() const { return honest->Sent(GetParam(), kLiar, kVictim); }

  static inline std::unique_ptr<Kept> honest;
  static inline std::unique_ptr<Kept> other_session;
};

TEST_P(SignMatrix, MessageThatIsNotChangedSigns) {
  EXPECT_EQ(honest->run().signatures.size(), 3u);
  if (GetParam() > 1) {
    EXPECT_FALSE(honest->Verdict(GetParam(), Honest()).has_value());
  }
}

TEST_P(SignMatrix, FieldsCoverTheWholeMessage) { ExpectTiles(kFields.at(GetParam()), Honest().size()); }

TEST_P(SignMatrix, EveryChangedFieldGivesItsVerdict) {
  const Fields& fields = kFields.at(GetParam());
  const Sources sources{Honest(), honest->Sent(GetParam(), kOther, kVictim),
                        other_session->Sent(GetParam(), kLiar, kVictim)};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].tried) continue;
    const std::optional<PartyIndex> blamed = fields[i].blames ? std::optional(kLiar) : std::nullopt;
    for (const Mutation& mutation : MutationsOf(fields, i, sources)) {
      Expect(mutation,
             mutation.decodes ? Abort{fields[i].reason, blamed} : Abort{AbortReason::kMalformed, kLiar});
    }
  }
}

TEST_P(SignMatrix, MessageOfAnotherSizeIsMalformed) {
  for (const Mutation& mutation : WrongSizesOf(Honest())) Expect(mutation, {AbortReason::kMalformed, kLiar});
}

TEST_P(SignMatrix, WholeMessageOfAnotherPeerReceiverOrSessionIsAWrongSession) {
  const int round = GetParam();
  const Abort expected{AbortReason::kWrongSession, {}};
  Expect({"another peer's message", honest->Sent(round, kOther, kVictim), true}, expected);
  Expect({"another session's message", other_session->Sent(round, kLiar, kVictim), true}, expected);
  if (round == 3) return;
  Expect({"another receiver's message", honest->Sent(round, kLiar, kOther), true}, expected);
  Expect({"the victim's own message", honest->Sent(round, kVictim, kLiar), true}, expected);
}

TEST_P(SignMatrix, MessageOfAnotherRoundIsMalformed) {
  for (const int other : {1, 2, 3}) {
    if (other == GetParam()) continue;
    Expect({"a message of round " + std::to_string(other), honest->Sent(other, kLiar, kVictim), false},
           {AbortReason::kMalformed, kLiar});
  }
}

INSTANTIATE_TEST_SUITE_P(Rounds, SignMatrix, testing::Values(1, 2, 3));

}  // namespace
}  // namespace passport::test::sign_matrix
