// Requests, calls with any body, faults of hosts, links and disks, in any order, on three honest nodes,
// beside a model of what may come of it (model.h). Afterwards the network is whole again and signs for every
// account that it has acknowledged.
#include "edl/base/codec.h"
#include "tests/fuzz/history.h"
#include "tests/fuzz/live_network.h"
#include "tests/fuzz_network/judge.h"
#include "tests/fuzz_network/model.h"
#include "tests/sim/world.h"

using namespace passport;
using fuzz::Asked;
using fuzz::NodeState;
using fuzz::Question;

namespace {

constexpr std::size_t kOperationsMax = 40;
constexpr std::size_t kRegistrationsMax = 2;  // of one input: each makes a key
constexpr std::size_t kRecordsMax = 150;
constexpr std::uint64_t kRepairMs = 120'000;
constexpr PartyIndex kAll[] = {sim::kOne, sim::kTwo, sim::kThree};
constexpr edl::Call kCalls[] = {edl::Call::kHello,         edl::Call::kProvision, edl::Call::kResume,
                                edl::Call::kClientRequest, edl::Call::kPeerUp,    edl::Call::kPeerDown,
                                edl::Call::kPeerFrame,     edl::Call::kFetched,   edl::Call::kTick,
                                edl::Call::kAdmin,         edl::Call::kAttest,    edl::Call::kStatus};

using Disk = std::map<RecordId, Bytes>;

class Universe {
 public:
  Universe();
  bool worn() { return network_.Disk(sim::kOne).size() > kRecordsMax; }
  void Run(Reader& in);

 private:
  void Step(Reader& in);
  void Ask(Asked what, PartyIndex gateway, const std::string& username, std::uint8_t message);
  void CheckReplies();
  void CheckReply(const Question& question, const std::string& body);
  void CheckPhases();
  void Kill(PartyIndex node);
  void Start(PartyIndex node);
  void ChangeDisk(PartyIndex node, std::uint8_t how);
  void Refresh(PartyIndex leader);
  void MakeTrouble(PartyIndex node, Reader& in);
  void Restore();
  void CheckSigns(const std::string& username);
  std::string NameOf(std::uint8_t number) const;

  sim::Network network_{sim::Options{.seed = 7}};
  crypto::SeededRng rng_{7};
  std::string alice_;
  sim::Client client_;
  fuzz::Judge judge_{network_, PartyIndex{}};
  fuzz::Model model_;
  std::map<std::uint64_t, Question> open_;
  std::map<PartyIndex, Disk> left_;  // what each enclave left on its disk, whatever a host did to it since
  std::map<PartyIndex, Disk> snapshot_;  // an older one
  std::size_t inputs_ = 0;
  std::size_t registrations_ = 0;
  std::size_t frames_ = 0;
  std::set<PartyIndex> troubled_;
  std::map<std::size_t, std::uint8_t> frame_faults_;  // by number of the frame from now
};

Universe::Universe() : client_(fuzz::FormWithAlice(network_, rng_, alice_)) {
  const Question registered{Asked::kRegister, sim::kOne, 0, "alice", {}, false};
  model_.OnQuestion(registered);
  model_.Judge(registered, "done", "");
  model_.LearnAddress("alice", alice_);
  judge_.CheckLog();
}

std::string Universe::NameOf(std::uint8_t number) const {
  return number % 3 == 0 ? "alice" : "user " + std::to_string(inputs_) + " " + std::to_string(number % 3);
}

void Universe::Ask(Asked what, PartyIndex gateway, const std::string& username, std::uint8_t message) {
  if (!network_.up(gateway) || (what == Asked::kRegister && ++registrations_ > kRegistrationsMax)) return;
  const Question question{what,     gateway,           model_.StartOf(gateway),
                          username, Bytes(1, message), model_.IsAcknowledged(username)};
  client::DeveloperClient& developer = *client_.developer;
  const client::Request request = what == Asked::kRegister ? developer.Register(username)
                                  : what == Asked::kAddresses
                                      ? developer.Addresses(username)
                                      : developer.PersonalSign(username, question.message);
  model_.OnQuestion(question);
  const bool refused = model_.StateOf(gateway) == NodeState::kRefused;
  if (refused) return;  // a request is out of phase there, which MakeTrouble tries
  open_.emplace(network_.Send(gateway, request), question);
}

void Universe::CheckReply(const Question& question, const std::string& body) {
  fuzz::CheckReply(body);
  std::string result;
  const bool error = body.find("\"error\"") != std::string::npos;
  if (!error && question.what == Asked::kRegister) {
    result = "done";
  } else if (!error) {
    result = question.what == Asked::kSign ? sim::Recover(question.message, sim::ResultText(body))
                                           : sim::Address(body);
    if (!result.starts_with("0x")) fuzz::Violated("a result that is none: " + body);
  }
  const std::string wrong = model_.Judge(question, result, error ? sim::ErrorName(body) : "");
  if (!wrong.empty()) fuzz::Violated(wrong + ": " + body);
}

void Universe::CheckReplies() {
  for (auto one = open_.begin(); one != open_.end();) {
    const auto body = network_.Reply(one->first);
    if (body) CheckReply(one->second, *body);
    one = body ? open_.erase(one) : std::next(one);
  }
}

// Whoever was refused stays so, whatever it is told.
void Universe::CheckPhases() {
  for (const PartyIndex node : kAll) {
    const NodeState state = network_.up(node)
                                ? (network_.Serving(node) ? NodeState::kServing : NodeState::kRefused)
                                : NodeState::kDown;
    if (state != model_.StateOf(node))
      fuzz::Violated("node " + std::to_string(node.value) + " is in another phase than it may be");
  }
}

void Universe::Kill(PartyIndex node) {
  if (!network_.up(node)) return;
  CheckReplies();  // later ones would be of a process that is gone
  if (network_.Serving(node)) left_[node] = network_.Disk(node);
  network_.Kill(node);
  model_.OnKill(node);
}

void Universe::Start(PartyIndex node) {
  if (network_.up(node)) return;
  const Disk& disk = network_.Disk(node);
  const bool whole = disk == left_[node] || disk == snapshot_[node];
  if (whole && disk != left_[node]) model_.OnOlderDisk(node);
  network_.Start(node);
  model_.OnStart(node, whole);
}

// What a host may do to a disk while the enclave is down.
void Universe::ChangeDisk(PartyIndex node, std::uint8_t how) {
  Disk& disk = network_.Disk(node);
  if (how % 8 == 0) {
    if (network_.up(node) && network_.Serving(node)) snapshot_[node] = disk;
    return;
  }
  if (network_.up(node) || snapshot_[node].empty()) return;
  const auto entry = std::next(disk.begin(), static_cast<std::ptrdiff_t>(how / 8 % disk.size()));
  switch (how % 8) {
    case 1:  // at most one node goes on from an older disk: the network promises no more (rules.md 6)
      if (node == sim::kThree) disk = snapshot_[node];
      return;
    case 2:
      disk.erase(entry);
      return;
    case 3:
      entry->second[how % entry->second.size()] ^= 1;
      return;
    case 4:
      if (snapshot_[node].contains(entry->first)) entry->second = snapshot_[node].at(entry->first);
      return;
    case 5:
      entry->second = disk.begin()->second;
      return;
    default:
      disk = left_[node];
  }
}

void Universe::Refresh(PartyIndex leader) {
  if (!network_.up(leader) || !network_.Serving(leader)) return;
  core::AdminStatement order;
  order.network = network_.manifest().network_id;
  order.node = order.signer = leader;
  order.number = network_.unix_ms();
  order.expires_unix_ms = order.number + 600'000;
  order.kind = core::AdminKind::kRefresh;
  order.signature = network_.operators().at(leader).Sign(order.SignedHash());
  static_cast<void>(network_.Admin(leader, order));
}

// A hostile host's call. Its node is started again in the end: what a host did to itself, it does not undo.
void Universe::MakeTrouble(PartyIndex node, Reader& in) {
  const edl::Call call = kCalls[in.U8() % std::size(kCalls)];
  Bytes body = ToBytes(in.Var(256));
  if (!network_.up(node) || in.failed()) return;
  const bool has_token =
      call == edl::Call::kClientRequest || call == edl::Call::kAttest || call == edl::Call::kStatus;
  if (has_token && body.size() >= 8) body[7] |= 0x80;  // none of the model's
  network_.CallRaw(node, call, body);
  troubled_.insert(node);
}

void Universe::Step(Reader& in) {
  const std::uint8_t operation = in.U8();
  const PartyIndex node = kAll[operation / 16 % 3];
  switch (operation % 16) {
    case 0:
    case 1:
      return Ask(Asked::kSign, node, NameOf(in.U8()), operation);
    case 2:
      return Ask(Asked::kRegister, node, NameOf(in.U8()), 0);
    case 3:
      return Ask(Asked::kAddresses, node, NameOf(in.U8()), 0);
    case 4:
    case 5:
      return network_.Run(in.U8() * std::uint64_t{8});
    case 6:
      return Kill(node);
    case 7:
      return Start(node);
    case 8:
      return ChangeDisk(node, in.U8());
    case 9:
      return network_.Cut(node, kAll[node.value % 3]);
    case 10:
      return network_.Hang(node, operation < 128);
    case 11:
      frame_faults_[frames_ + in.U8()] = operation;
      return;
    case 12:
      return MakeTrouble(node, in);
    case 13:
      return Refresh(node);
    case 14:
      return network_.LimitResumes(node, in.U8());
    default:
      if (network_.up(node)) network_.AnswerFetch(node, network_.Disk(node).begin()->first);
  }
}

void Universe::Restore() {
  frame_faults_.clear();
  network_.tap = nullptr;
  for (const PartyIndex node : kAll) {
    network_.Hang(node, false);
    network_.LimitResumes(node, std::nullopt);
    if (model_.StateOf(node) == NodeState::kRefused || troubled_.contains(node)) Kill(node);
    if (network_.up(node)) continue;
    if (network_.Disk(node) != snapshot_[node]) network_.Disk(node) = left_[node];
    Start(node);
  }
  std::uint64_t next = 0;  // health is not asked for after every frame
  const bool whole = network_.RunUntil(
      [&] {
        if (network_.now_ms() < next) return false;
        next = network_.now_ms() + 50;
        return sim::Whole(network_);
      },
      kRepairMs);
  if (!whole)
    fuzz::Violated("not whole again: " + network_.Health(sim::kOne) + network_.Health(sim::kTwo) +
                   network_.Health(sim::kThree));
}

void Universe::CheckSigns(const std::string& username) {
  for (int attempt = 0; attempt < 3; ++attempt) {  // a registration may still be on its way
    const Bytes message(1, 0x5a);
    const std::string body =
        network_.Ask(sim::kOne, client_.developer->PersonalSign(username, message), 60'000);
    if (body.empty()) fuzz::Violated("no answer");
    CheckReply({Asked::kSign, sim::kOne, model_.StartOf(sim::kOne), username, message, true}, body);
    if (body.find("\"error\"") == std::string::npos) return;
    if (attempt == 2) fuzz::Violated("does not sign for " + username + ": " + body);
    network_.Run(2'000);
  }
}

void Universe::Run(Reader& in) {
  ++inputs_;
  registrations_ = 0;
  troubled_.clear();
  for (const PartyIndex node : kAll) snapshot_[node] = network_.Disk(node);
  network_.tap = [this](PartyIndex, PartyIndex, Bytes& frame) {
    const auto fault = frame_faults_.find(frames_++);
    if (fault == frame_faults_.end()) return true;
    if (fault->second < 128) return false;
    if (!frame.empty()) frame[fault->second % frame.size()] ^= 1;
    return true;
  };
  for (std::size_t step = 0; step < kOperationsMax && in.remaining() > 0; ++step) {
    Step(in);
    judge_.CheckLog();
    CheckReplies();
    CheckPhases();
  }
  Restore();
  judge_.CheckLog();
  CheckReplies();
  open_.clear();
  for (const std::string& username : model_.Acknowledged()) {
    if (username == "alice" || username.starts_with("user " + std::to_string(inputs_) + " "))
      CheckSigns(username);
  }
  judge_.CheckLog();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<Universe> universe;
  static fuzz::History history;
  if (universe == nullptr || universe->worn()) {
    universe = std::make_unique<Universe>();
    history.Clear();
  }
  history.Add({data, size});
  Reader in({data, size});
  universe->Run(in);
  return 0;
}
