#include "bench/micro/harness.h"

namespace passport::bench {
namespace {

template <class Message>
Bytes EncodeOf(const Message& message) {
  return message.Encode();
}
Bytes EncodeOf(const dkg::Opening& message) { return ToBytes(message.EncodeSecret().Expose()); }

// The bytes of one round on their way.
template <class Message>
class Mail {
 public:
  void Send(PartyIndex from, const protocol::Outbox<Message>& out) {
    for (const auto& [to, message] : out) letters_[to][from] = EncodeOf(message);
  }
  void SendAll(PartyIndex from, const std::vector<PartyIndex>& parties, const Message& message) {
    const Bytes bytes = EncodeOf(message);
    for (const PartyIndex to : parties) {
      if (to != from) letters_[to][from] = bytes;
    }
  }
  protocol::Inbox<Message> Open(PartyIndex to) const {
    protocol::Inbox<Message> inbox;
    for (const auto& [from, bytes] : letters_.at(to)) inbox.emplace(from, Message::Parse(bytes).value());
    return inbox;
  }

 private:
  std::map<PartyIndex, std::map<PartyIndex, Bytes>> letters_;
};

}  // namespace

SigningBench::SigningBench(std::uint16_t t, std::uint16_t n) : cluster_(t, n, 1) {
  for (std::uint16_t party = 1; party <= t; ++party) quorum_.push_back({party});
  for (const PartyIndex party : quorum_) peers_.emplace(party, cluster_.PeersOf(party));
}

std::vector<sign::Presignature> SigningBench::Presign() {
  const Hash32 ssid = test::MakeRunSsid(cluster_, quorum_, ++runs_);
  std::vector<sign::AwaitingCommitments> started;
  Mail<sign::NonceCommitment> round_1;
  for (const PartyIndex self : quorum_) {
    auto step = sign::Start({self, quorum_, ssid, cluster_.share(self), {}}, peers_.at(self), rng_).value();
    round_1.Send(self, step.out);
    started.push_back(std::move(step.next));
  }
  std::vector<sign::AwaitingMultiplications> multiplied;
  Mail<sign::Multiplication> round_2;
  for (std::size_t i = 0; i < quorum_.size(); ++i) {
    auto step =
        sign::Multiply(std::move(started[i]), peers_.at(quorum_[i]), round_1.Open(quorum_[i]), rng_).value();
    round_2.Send(quorum_[i], step.out);
    multiplied.push_back(std::move(step.next));
  }
  std::vector<sign::Presignature> out;
  for (std::size_t i = 0; i < quorum_.size(); ++i) {
    out.push_back(
        sign::Presign(std::move(multiplied[i]), peers_.at(quorum_[i]), round_2.Open(quorum_[i]), rng_)
            .value());
  }
  return out;
}

void SigningBench::Finish(std::vector<sign::Presignature> presignatures) {
  const Digest digest = test::MakeDigest(1);
  std::vector<sign::Signing> signings;
  Mail<sign::SignatureShare> round_3;
  for (std::size_t i = 0; i < quorum_.size(); ++i) {
    signings.push_back(sign::Online(std::move(presignatures[i]), digest));
    round_3.SendAll(quorum_[i], quorum_, signings[i].out);
  }
  for (std::size_t i = 0; i < quorum_.size(); ++i) {
    auto shares = round_3.Open(quorum_[i]);
    shares.emplace(quorum_[i], signings[i].out);
    benchmark::DoNotOptimize(sign::Combine(signings[i].combination, digest, shares).value());
  }
}

KeygenBench::KeygenBench(std::uint16_t t, std::uint16_t n)
    : proposal_(test::MakeProposal(t, n)), roster_(test::MakeRoster(n)) {
  for (const PartyIndex party : proposal_.dealers) node_keys_.emplace(party, test::NodeKey(party));
}

void KeygenBench::Run() {
  const std::vector<PartyIndex>& dealers = proposal_.dealers;
  std::vector<dkg::AwaitingCommitments> committed;
  Mail<dkg::Commitment> round_1;
  for (const PartyIndex self : dealers) {
    auto step = dkg::Start(proposal_, self, rng_).value();
    round_1.SendAll(self, dealers, step.out);
    committed.push_back(std::move(step.next));
  }
  std::vector<dkg::AwaitingOpenings> opened;
  Mail<dkg::Opening> round_2;
  for (std::size_t i = 0; i < dealers.size(); ++i) {
    auto step = dkg::Open(std::move(committed[i]), round_1.Open(dealers[i]), rng_).value();
    round_2.Send(dealers[i], step.out);
    opened.push_back(std::move(step.next));
  }
  std::vector<dkg::AwaitingConfirmations> confirmed;
  Mail<dkg::Confirmation> round_3;
  for (std::size_t i = 0; i < dealers.size(); ++i) {
    auto step =
        dkg::Confirm(std::move(opened[i]), round_2.Open(dealers[i]), node_keys_.at(dealers[i]), rng_).value();
    round_3.SendAll(dealers[i], dealers, step.out);
    confirmed.push_back(std::move(step.next));
  }
  for (std::size_t i = 0; i < dealers.size(); ++i) {
    benchmark::DoNotOptimize(
        dkg::Finish(std::move(confirmed[i]), round_3.Open(dealers[i]), roster_, dealers.size()).value());
  }
}

PairBench::PairBench() {
  roster_.lower.party = {1};
  roster_.higher.party = {2};
}

void PairBench::Run() {
  ++roster_.attempt;
  auto hello = ot::StartLower(roster_, rng_);
  auto reply = ot::RespondHigher(roster_, ot::SetupHello::Parse(hello.out.Encode()).value(), rng_).value();
  auto finish =
      ot::FinishLower(std::move(hello.next), ot::SetupReply::Parse(reply.out.Encode()).value(), rng_).value();
  auto confirm =
      ot::FinishHigher(std::move(reply.next), ot::SetupFinish::Parse(finish.out.Encode()).value()).value();
  const auto last = ot::SetupConfirm::Parse(confirm.out.Encode()).value();
  const mul::PairState higher(std::move(confirm.next));
  const mul::PairState lower(ot::ConfirmLower(std::move(finish.next), last).value());
  benchmark::DoNotOptimize(lower.setup.id);
}

}  // namespace passport::bench
