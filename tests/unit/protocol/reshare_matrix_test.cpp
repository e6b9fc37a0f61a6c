// Resharing with one message changed in one field: the victim's exact verdict, for keys of both curves.
#include "tests/unit/protocol/reshare_verdicts.h"
#include "trusted/curve/ed25519.h"

namespace passport::test::reshare_matrix {
namespace {

using protocol::Abort;
using protocol::AbortReason;

constexpr PartyIndex kLiar{1};
constexpr PartyIndex kOther{2};
constexpr PartyIndex kVictim{4};  // joins
constexpr std::uint64_t kSeed = 400;

// The fields of a round's message, with what the victim says when one of the liar's message to him alone has
// changed, with t' = 2.
template <curve::Group G>
Fields FieldsOf(int round) {
  constexpr bool kEdwards = std::is_same_v<G, curve::Ed25519>;
  constexpr FieldType kPointType = kEdwards ? FieldType::kEdwardsPoint : FieldType::kPoint;
  constexpr FieldType kScalarType = kEdwards ? FieldType::kLittleScalar : FieldType::kScalar;
  Fields out;
  std::size_t offset = 0;
  const auto add = [&](const char* name, std::size_t size, FieldType type, AbortReason reason, bool blames,
                       const char* array = "") {
    out.push_back({name, offset, size, type, reason, blames, array});
    offset += size;
  };
  add("version", 1, FieldType::kFixed, AbortReason::kMalformed, true);
  add("round", 1, FieldType::kFixed, AbortReason::kMalformed, true);
  add("from", 2, FieldType::kOpaque, AbortReason::kWrongSession, false);
  add("context", 32, FieldType::kOpaque, AbortReason::kWrongSession, false);
  if (round == 1) {
    add("commitment", 32, FieldType::kOpaque, AbortReason::kEquivocation, false);
    add("nonce", 32, FieldType::kOpaque, AbortReason::kEquivocation, false);
    return out;
  }
  add("coefficient count", 2, FieldType::kFixed, AbortReason::kMalformed, true);
  add("coefficient 0", G::kPointSize, kPointType, AbortReason::kCommitment, true, "coefficient");
  add("coefficient 1", G::kPointSize, kPointType, AbortReason::kCommitment, true, "coefficient");
  add("chain code", 32, FieldType::kOpaque, AbortReason::kMalformed, true);
  add("salt", 32, FieldType::kOpaque, AbortReason::kCommitment, true);
  add("proof count", 2, FieldType::kFixed, AbortReason::kMalformed, true);
  for (const auto& [nonce, response] :
       {std::pair{"proof 0 nonce", "proof 0 response"}, {"proof 1 nonce", "proof 1 response"}}) {
    add(nonce, G::kPointSize, kPointType, AbortReason::kProof, true);
    add(response, G::kScalarSize, kScalarType, AbortReason::kProof, true);
  }
  add("echo", 32, FieldType::kOpaque, AbortReason::kEquivocation, false);
  add("share", G::kScalarSize, kScalarType, AbortReason::kShare, true);
  return out;
}

template <class G>
class ReshareMatrix : public testing::Test {
 protected:
  using Run = ReshareRunOf<G>;

  void Check(int round, const Mutation& mutation, const Abort& expected) {
    ReshareScriptOf<G> script;
    script.tamper = [&](const Route& route, Bytes& message) {
      if (route == Route{round, kLiar, kVictim}) message = mutation.message;
    };
    const Run run = RunReshare(from_, proposal_, kSeed, script);
    const std::string what = "round " + std::to_string(round) + ", " + mutation.name;
    ExpectAbort(run, kVictim, expected, what);
    ExpectHarmless(run, kLiar, what);
  }

  const Bytes& Honest(int round) const { return honest_.wire.sent({round, kLiar, kVictim}); }

  static CommitteeOf<G> Generated() {
    dkg::Proposal proposal = MakeProposal(2, 3);
    proposal.curve = G::kCurve;
    return MakeCommittee<G>(proposal, kSeed);
  }
  static reshare::Proposal ProposalWith(const CommitteeOf<G>& from, std::uint8_t digest) {
    reshare::Proposal out = MakeReshareProposal(from, {{1}, {2}}, 2, 4, {{1}, {2}, {4}});
    out.digest.fill(digest);
    return out;
  }

  const CommitteeOf<G> from_ = Generated();
  const reshare::Proposal proposal_ = ProposalWith(from_, 1);
  const Run honest_ = RunReshare(from_, proposal_, kSeed);
  const Run other_session_ = RunReshare(from_, ProposalWith(from_, 2), kSeed + 1);
};

using Groups = testing::Types<curve::Secp256k1, curve::Ed25519>;
TYPED_TEST_SUITE(ReshareMatrix, Groups);

TYPED_TEST(ReshareMatrix, EveryChangedFieldGivesItsVerdict) {
  ASSERT_EQ(this->honest_.Activated().shares.size(), 3u);
  for (const int round : {1, 2}) {
    const Fields fields = FieldsOf<TypeParam>(round);
    const Sources sources{this->Honest(round), this->honest_.wire.sent({round, kOther, kVictim}),
                          this->other_session_.wire.sent({round, kLiar, kVictim})};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::optional<PartyIndex> blamed = fields[i].blames ? std::optional(kLiar) : std::nullopt;
      for (const Mutation& mutation : MutationsOf(fields, i, sources)) {
        // A dealer that commits to nothing contradicts the proposal in his own message.
        const bool is_malformed = !mutation.decodes || mutation.name == "commitment: zero";
        this->Check(round, mutation,
                    is_malformed ? Abort{AbortReason::kMalformed, kLiar} : Abort{fields[i].reason, blamed});
      }
    }
  }
}

TYPED_TEST(ReshareMatrix, FieldsCoverTheWholeMessage) {
  for (const int round : {1, 2}) ExpectTiles(FieldsOf<TypeParam>(round), this->Honest(round).size());
}

TYPED_TEST(ReshareMatrix, MessagesOfAnotherSizeRoundPeerReceiverOrSessionHaveTheirVerdict) {
  for (const int round : {1, 2}) {
    for (const Mutation& mutation : WrongSizesOf(this->Honest(round))) {
      this->Check(round, mutation, {AbortReason::kMalformed, kLiar});
    }
    this->Check(round, {"another round's", this->Honest(3 - round), false}, {AbortReason::kMalformed, kLiar});
    this->Check(round, {"another peer's", this->honest_.wire.sent({round, kOther, kVictim}), true},
                {AbortReason::kWrongSession, {}});
    this->Check(round, {"another session's", this->other_session_.wire.sent({round, kLiar, kVictim}), true},
                {AbortReason::kWrongSession, {}});
  }
  // Of round 2, the share alone tells receivers apart.
  this->Check(2, {"another receiver's", this->honest_.wire.sent({2, kLiar, kOther}), true},
              {AbortReason::kShare, kLiar});
}

// The confirmation: a notice that has changed is dropped or counts for nothing, and blames nobody.
TEST(ReshareNotice, EveryChangedFieldActivatesNothingAndBlamesNobody) {
  const Committee from = MakeCommittee(2, 3, kSeed);
  const auto proposal = [&from](std::uint8_t digest) {
    reshare::Proposal out = MakeReshareProposal(from, {{1}, {2}}, 2, 3, {{1}, {2}});
    out.digest.fill(digest);
    return out;
  };
  const Route route{3, kLiar, kOther};
  const ReshareRun honest = RunReshare(from, proposal(1), kSeed);
  ASSERT_EQ(honest.Activated().shares.size(), 2u);
  const Sources sources{honest.wire.sent(route), honest.wire.sent({3, kOther, kLiar}),
                        RunReshare(from, proposal(2), kSeed).wire.sent(route)};
  const Fields fields = {{"version", 0, 1, FieldType::kFixed, {}, false},
                         {"key", 1, 32, FieldType::kOpaque, {}, false},
                         {"epoch", 33, 8, FieldType::kOpaque, {}, false},
                         {"confirmation count", 41, 2, FieldType::kFixed, {}, false},
                         {"party", 43, 2, FieldType::kOpaque, {}, false},
                         {"signature", 45, 64, FieldType::kOpaque, {}, false},
                         {"vote count", 109, 2, FieldType::kFixed, {}, false}};
  ExpectTiles(fields, sources.honest.size());
  std::vector<Mutation> mutations = WrongSizesOf(sources.honest);
  mutations.push_back({"another peer's", sources.other_peer, true});
  mutations.push_back({"another session's", sources.other_session, true});
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (Mutation& mutation : MutationsOf(fields, i, sources)) mutations.push_back(std::move(mutation));
  }
  for (const Mutation& mutation : mutations) {
    ReshareScript script;
    script.tamper = [&](const Route& at, Bytes& message) {
      if (at == route) message = mutation.message;
    };
    const ReshareRun run = RunReshare(from, proposal(1), kSeed, script);
    EXPECT_FALSE(run.Activated().shares.contains(kOther)) << mutation.name;
    EXPECT_TRUE(run.aborts.empty()) << mutation.name;
  }
}

}  // namespace
}  // namespace passport::test::reshare_matrix
