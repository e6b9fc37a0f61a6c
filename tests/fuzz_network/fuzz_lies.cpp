// Node 3 lies: what its core says is changed, dropped, repeated or made up, in every kind of message and in
// open sessions. The others blame nobody but it, give no share without a decision, sign meanwhile, and are
// whole again when it stops.
#include "edl/base/codec.h"
#include "tests/fuzz/history.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz_network/judge.h"
#include "tests/golden/message_forms.h"
#include "tests/sim/world.h"

using namespace passport;
using core::PeerMessage;
using sim::kOne;
using sim::kThree;
using sim::kTwo;

namespace {

constexpr std::size_t kOperationsMax = 24;
constexpr std::size_t kRecordsMax = 150;

// One change of a message, as the input has it.
struct Change {
  std::uint8_t how = 0;
  std::uint16_t at = 0;
  std::uint8_t value = 0;

  static Change Read(Reader& in) { return {in.U8(), in.U16(), in.U8()}; }
  void Apply(Bytes& body) const;
};

void Change::Apply(Bytes& body) const {
  if (body.empty()) return body.push_back(value);
  const std::size_t place = at % body.size();
  const auto here = body.begin() + static_cast<std::ptrdiff_t>(place);
  switch (how % 6) {
    case 0:
      *here ^= static_cast<std::uint8_t>(value | 1);
      return;
    case 1:
      return body.resize(place);
    case 2:
      body.insert(here, value % 40 + 1u, value);
      return;
    case 3: {
      const Bytes& edge = fuzz::EdgeValues()[value % fuzz::EdgeValues().size()];
      std::copy_n(edge.begin(), std::min(edge.size(), body.size() - place), here);
      return;
    }
    case 4:  // a count or a number that is off by one, or at its end
      *here = static_cast<std::uint8_t>(value % 3 == 0 ? 0xff : *here + value % 3 - 1);
      return;
    default:
      std::reverse(here, body.end());
  }
}

class Liar {
 public:
  Liar() : world_({.seed = 6, .relayed = true}), judge_(world_.network, kThree) { judge_.CheckLog(); }
  bool worn() { return network().Disk(kOne).size() > kRecordsMax; }
  void Run(Reader& in);

 private:
  struct Lie {
    core::MessageKind kind;
    PartyIndex to;
    Change change;
    std::uint8_t what;
  };

  sim::Network& network() { return world_.network; }
  void Step(Reader& in);
  void Ask(PartyIndex gateway, std::uint8_t message);
  bool OnMessage(PartyIndex from, PartyIndex to, PeerMessage& message);
  void Forge(PartyIndex to, core::MessageKind kind, const Change& change, ByteSpan made_up);
  void Refresh(PartyIndex leader);
  void Finish();
  bool LinkedTo(PartyIndex to);

  sim::World world_;
  fuzz::Judge judge_;
  std::vector<Lie> lies_;
  std::map<core::MessageKind, PeerMessage> seen_;  // the last of each kind
  std::vector<std::pair<std::uint64_t, Bytes>> asked_;
  std::size_t accounts_ = 0;
  bool registered_ = false;
  bool refreshed_ = false;
};

bool Liar::OnMessage(PartyIndex from, PartyIndex to, PeerMessage& message) {
  const auto lie = std::ranges::find_if(
      lies_, [&](const Lie& one) { return from == kThree && one.to == to && one.kind == message.kind; });
  const auto old = seen_.find(message.kind);
  bool delivered = true;
  PeerMessage honest = message;
  if (lie != lies_.end()) {
    switch (lie->what % 8) {
      case 0:
        delivered = false;
        break;
      case 1:  // an old one instead
        if (old != seen_.end()) message = old->second;
        break;
      case 2:
        lie->change.Apply(message.body);
        message.request.bytes[lie->change.at % 16] ^= lie->change.value;
        break;
      default:
        lie->change.Apply(message.body);
    }
    lies_.erase(lie);
  }
  seen_.insert_or_assign(honest.kind, honest);
  return delivered;
}

bool Liar::LinkedTo(PartyIndex to) {
  const auto theirs = network().LinksOf(to);
  return std::ranges::any_of(network().LinksOf(kThree),
                             [&](std::uint64_t link) { return std::ranges::count(theirs, link) > 0; });
}

void Liar::Forge(PartyIndex to, core::MessageKind kind, const Change& change, ByteSpan made_up) {
  const auto old = seen_.find(kind);
  PeerMessage message(kind, {}, ToBytes(made_up));
  if (made_up.empty() && old != seen_.end()) {
    message = old->second;
    change.Apply(message.body);
  }
  if (change.value % 2 == 0) message.request.bytes[0] = 3;  // which it may lead
  if (LinkedTo(to) && sim::PeerFlag(network(), to, kThree, "connected")) network().Forge(kThree, to, message);
}

void Liar::Ask(PartyIndex gateway, std::uint8_t message) {
  const Bytes text(1, message);
  asked_.emplace_back(network().Send(gateway, world_.client.developer->PersonalSign("alice", text)), text);
}

void Liar::Refresh(PartyIndex leader) {
  network().Run(20);
  core::AdminStatement order;
  order.network = network().manifest().network_id;
  order.node = order.signer = leader;
  order.number = ++world_.statements;  // as World::Forgive counts
  order.expires_unix_ms = network().unix_ms() + 600'000;
  order.kind = core::AdminKind::kRefresh;
  order.signature = network().operators().at(leader).Sign(order.SignedHash());
  static_cast<void>(network().Admin(leader, order));
}

void Liar::Step(Reader& in) {
  const std::uint8_t operation = in.U8();
  const PartyIndex node{static_cast<std::uint16_t>(operation / 16 % 3 + 1)};
  const PartyIndex honest{static_cast<std::uint16_t>(operation / 16 % 2 + 1)};
  const auto forms = golden::MessageForms();
  switch (operation % 8) {
    case 0:
      return Ask(node, in.U8());
    case 1:
      return network().Run(in.U8() * std::uint64_t{8});
    case 2:
    case 3: {
      const core::MessageKind kind = forms[in.U8() % forms.size()].kind;
      const std::uint8_t what = in.U8();
      lies_.push_back({kind, honest, Change::Read(in), what});
      return;
    }
    case 4:
    case 5: {
      const core::MessageKind kind = forms[in.U8() % forms.size()].kind;
      const Change change = Change::Read(in);
      return Forge(honest, kind, change, in.Var(128));
    }
    case 6:
      if (std::exchange(registered_, true)) return;
      network().Send(node, world_.client.developer->Register("lied to " + std::to_string(++accounts_)));
      return;
    default:
      if (operation / 16 % 4 == 3) return network().Cut(honest, kThree);
      if (!std::exchange(refreshed_, true)) Refresh(node);
  }
}

// The honest two sign although the third one lies; whatever was asked at them is answered, and rightly.
void Liar::Finish() {
  if (!world_.Signs(kOne, "meanwhile"))
    fuzz::Violated("two honest nodes do not sign: " + world_.SignReply(kOne));
  network().core_tap = nullptr;
  lies_.clear();
  const bool answered = network().RunUntil(
      [&] {
        return std::ranges::all_of(asked_,
                                   [&](const auto& one) { return network().Reply(one.first).has_value(); });
      },
      60'000);
  if (!answered) fuzz::Violated("a request has no answer");
  for (const auto& [token, text] : asked_) {
    const std::string body = *network().Reply(token);
    fuzz::CheckReply(body);
    const std::string signature = sim::ResultText(body);
    if (!signature.empty() && sim::Recover(text, signature) != world_.address)
      fuzz::Violated("a wrong signature: " + body);
  }
  asked_.clear();
  judge_.CheckLog();
}

void Liar::Run(Reader& in) {
  registered_ = refreshed_ = false;
  network().core_tap = [this](PartyIndex from, PartyIndex to, PeerMessage& message) {
    return OnMessage(from, to, message);
  };
  for (std::size_t step = 0; step < kOperationsMax && in.remaining() > 0; ++step) {
    Step(in);
    judge_.CheckLog();
  }
  network().Run(200);
  Finish();
  world_.Forgive();
  network().RunUntil([this] { return sim::Whole(network()); }, 60'000);
  judge_.CheckLog();
  if (!world_.Restore()) fuzz::Violated("not whole again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ::testing::GTEST_FLAG(throw_on_failure) = true;
  static std::unique_ptr<Liar> liar;
  static fuzz::History history;
  if (liar == nullptr || liar->worn()) {
    liar = std::make_unique<Liar>();
    history.Clear();
  }
  history.Add({data, size});
  Reader in({data, size});
  liar->Run(in);
  return 0;
}
