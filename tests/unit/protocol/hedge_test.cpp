// A generator that fails or repeats (dkls23.md 10.1, 44): runs still differ in all that they draw.
#include <gtest/gtest.h>

#include "tests/unit/protocol/mutation.h"
#include "tests/unit/protocol/sign_network.h"

namespace passport::test::hedge {
namespace {

using curve::Scalar;
using protocol::AbortReason;

const Parties kQuorum{{1}, {2}};
constexpr std::uint8_t kDrawn = 0x5a;

// Gives the same byte for ever.
class BrokenRng final : public crypto::Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, kDrawn); }
};

using Started = protocol::Advance<sign::AwaitingCommitments, protocol::Outbox<sign::NonceCommitment>>;
using Multiplied = protocol::Advance<sign::AwaitingMultiplications, protocol::Outbox<sign::Multiplication>>;

class Hedge : public testing::Test {
 protected:
  Hedge() : cluster_(2, 2, 44) {}

  Started Start(PartyIndex self, crypto::Rng& rng, const Hash32& ssid, std::uint64_t number = 0) {
    const sign::SessionInput input{self, kQuorum, ssid, cluster_.share(self), {}, number};
    return sign::Start(input, cluster_.PeersOf(self), rng).value();
  }
  // Node 1's second round, with a broken generator, on a first message that node 2 has drawn with this seed.
  Multiplied Multiply(std::uint64_t seed) {
    crypto::SeededRng other(seed);
    const Started two = Start({2}, other, Hash32{1});
    Started one = Start({1}, broken_, Hash32{1});
    return sign::Multiply(std::move(one.next), cluster_.PeersOf({1}), {{{2}, two.out.at({1})}}, broken_)
        .value();
  }

  Cluster cluster_;
  BrokenRng broken_;
};

// All that a run draws in round 1 and shows.
std::vector<Bytes> Drawn(const Started& started) {
  const sign::NonceCommitment& sent = started.out.at({2});
  return {ToBytes(started.next.inputs.nonce_point.Encode()), ToBytes(started.next.salt),
          ToBytes(sent.extension.nonce), ToBytes(sent.extension.u[0])};
}

TEST_F(Hedge, ABrokenGeneratorGivesTwoRunsDifferentNonces) {
  const auto first = Drawn(Start({1}, broken_, Hash32{1}));
  const auto other_run = Drawn(Start({1}, broken_, Hash32{2}));
  const auto next_of_the_same_id = Drawn(Start({1}, broken_, Hash32{1}, 1));
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_NE(first[i], other_run[i]) << i;
    EXPECT_NE(first[i], next_of_the_same_id[i]) << i;
  }
  EXPECT_EQ(first, Drawn(Start({1}, broken_, Hash32{1}))) << "nothing else is drawn from";
}

TEST_F(Hedge, AGoodGeneratorStillCounts) {
  crypto::SeededRng one(1);
  crypto::SeededRng two(2);
  EXPECT_NE(Drawn(Start({1}, one, Hash32{1})), Drawn(Start({1}, two, Hash32{1})));
}

// Two copies of an enclave, each told another first message: with one n_A, the sum of their corrections would
// give the inputs away wherever the peer has chosen differently.
TEST_F(Hedge, ACopiedEnclaveAnswersTwoFirstMessagesWithDifferentRandomness) {
  const Multiplied a = Multiply(1);
  const Multiplied b = Multiply(2);
  const Multiplied again = Multiply(1);
  EXPECT_NE(a.out.at({2}).multiply.nonce, b.out.at({2}).multiply.nonce);
  EXPECT_NE(a.next.blinding.Expose().Encode(), b.next.blinding.Expose().Encode());
  EXPECT_EQ(a.out.at({2}).Encode(), again.out.at({2}).Encode());
}

// Who knows the coin that merges checks 5 and 6 can have an error in R make up for one in pk.
TEST_F(Hedge, ACoinThatTheGeneratorGivesAwayMergesNoTwoErrors) {
  ByteArray<16> coin;
  coin.fill(kDrawn);
  const curve::Point error = *curve::MulBase(Scalar::FromU64(9));
  const auto shift = [&](curve::Point& point, const Scalar& by) {
    point = *curve::Add(point, curve::MulVar(by, error));
  };
  crypto::SeededRng other(1);
  Started one = Start({1}, broken_, Hash32{1});
  Started two = Start({2}, other, Hash32{1});
  shift(two.next.inputs.nonce_point, Scalar::FromCoin(coin));
  shift(two.next.inputs.public_share, Scalar::FromU64(1).Negate());
  two.next.commitment = proof::Commit(crypto::tag::kSgCom, Hash32{1}, {2}, two.next.salt,
                                      {two.next.inputs.nonce_point.Encode()});
  two.out.at({1}).commitment = two.next.commitment;
  Multiplied from_one =
      sign::Multiply(std::move(one.next), cluster_.PeersOf({1}), {{{2}, two.out.at({1})}}, broken_).value();
  const Multiplied from_two =
      sign::Multiply(std::move(two.next), cluster_.PeersOf({2}), {{{1}, one.out.at({2})}}, other).value();
  const auto made =
      sign::Presign(std::move(from_one.next), cluster_.PeersOf({1}), {{{2}, from_two.out.at({1})}}, broken_);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(Describe(made.error()), Describe({AbortReason::kConsistencyCheck, PartyIndex{2}}));
}

}  // namespace
}  // namespace passport::test::hedge
