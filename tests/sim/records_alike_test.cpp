// Swapped, replayed, cut, changed, foreign, older and newer records: whatever a host does to one of any kind,
// at a start or while the enclave runs, it sees the same refusal.
#include <gtest/gtest.h>

#include "tests/sim/store_fixture.h"

namespace passport::sim {
namespace {

using sealing::RecordHeader;
using sealing::Sealer;

// What can be done to the record at `id` of a disk. Attackers here have sealed anything that old enclaves,
// newer ones, other nodes and other root keys can seal.
struct Attack {
  std::string name;
  std::function<Bytes(const RecordId& id, const Disk& disk)> make;
};

// The same record as another sealer would have left it.
Bytes SealedBy(
    PartyIndex party, const Sealing& keys, const RecordId& id, const Disk& disk,
    const std::function<void(RecordHeader&)>& change = [](RecordHeader&) {}) {
  const Bytes& blob = disk.at(id);
  RecordHeader header = sealing::PeekHeader(blob).value();
  const auto record = Sealer(SealingKeysOf(kThree, kOldKeys)).Unseal(header.type, id, blob);
  change(header);
  crypto::SeededRng rng(std::uint64_t{5});
  return Sealer(SealingKeysOf(party, keys)).Seal(header, record.value().plaintext.Expose(), rng);
}

// One bit in the first and in the last byte of every field.
void AddFlips(std::vector<Attack>& out) {
  // By offset in SEAL1 (sealing/blob.h).
  constexpr std::pair<const char*, std::array<std::size_t, 2>> kFields[] = {
      {"magic", {0, 3}},       {"format", {4, 4}},         {"algorithm", {5, 5}},
      {"policy", {6, 6}},      {"source mask", {7, 7}},    {"svn", {8, 11}},
      {"key epoch", {12, 15}}, {"key id", {16, 47}},       {"type", {48, 49}},
      {"id", {50, 81}},        {"version", {82, 89}},      {"head counter", {90, 97}},
      {"size", {98, 101}},     {"commitment", {102, 133}}, {"nonce", {134, 157}}};
  for (const auto& [name, bytes] : kFields) {
    for (const std::size_t at : bytes) {
      const auto flip = [at](const RecordId& id, const Disk& disk) {
        Bytes blob = disk.at(id);
        blob[at] ^= 1;
        return blob;
      };
      out.push_back({std::string(name) + " byte " + std::to_string(at), flip});
    }
  }
}

std::vector<Attack> MakeAttacks() {
  std::vector<Attack> out;
  AddFlips(out);
  const auto resize = [&out](const char* name, const std::function<std::size_t(std::size_t)>& size_of) {
    out.push_back({name, [size_of](const RecordId& id, const Disk& disk) {
                     Bytes blob = disk.at(id);
                     blob.resize(size_of(blob.size()));
                     return blob;
                   }});
  };
  resize("one byte short", [](std::size_t size) { return size - 1; });
  resize("one byte long", [](std::size_t size) { return size + 1; });
  resize("header only", [](std::size_t) { return sealing::kSealHeaderBytes; });
  resize("empty", [](std::size_t) { return std::size_t{0}; });
  const auto flip_back = [&out](const char* name, std::size_t from_end) {
    out.push_back({name, [from_end](const RecordId& id, const Disk& disk) {
                     Bytes blob = disk.at(id);
                     blob[blob.size() - from_end] ^= 0x80;
                     return blob;
                   }});
  };
  flip_back("ciphertext", 17);
  flip_back("tag", 1);
  out.push_back({"swapped", [](const RecordId& id, const Disk& disk) {
                   const auto next = std::next(disk.find(id));
                   return next == disk.end() ? disk.begin()->second : next->second;
                 }});
  const auto sealed = [&out](
                          const char* name, PartyIndex party, const Sealing& keys,
                          const std::function<void(RecordHeader&)>& change = [](RecordHeader&) {}) {
    out.push_back({name, [party, keys, change](const RecordId& id, const Disk& disk) {
                     return SealedBy(party, keys, id, disk, change);
                   }});
  };
  sealed("the same again", kThree, kOldKeys);  // by a copy of this enclave that somebody runs elsewhere
  sealed("replayed", kThree, kOldKeys, [](RecordHeader& header) { --header.version; });
  sealed("of a later version", kThree, kOldKeys, [](RecordHeader& header) { ++header.version; });
  sealed("older svn", kThree, {.svn = 1, .key_epoch = 1});
  sealed("newer svn", kThree, {.svn = 3, .key_epoch = 1});
  sealed("another root key", kThree, {.svn = 2, .key_epoch = 2});
  sealed("of another node", kOne, kOldKeys);
  sealed("for one image", kThree, kOldKeys,
         [](RecordHeader& header) { header.policy = sealing::SealPolicy::kUnique; });
  return out;
}

class RecordsAlike : public StoreTest {
 protected:
  // All that the host can see of what came of one lie: events, verdict, health.
  std::string Outcome() {
    std::string out = std::to_string(network.last_verdict());
    for (const Network::LogEntry& entry : network.log())
      out += ' ' + std::to_string(entry.code) + ':' + std::to_string(entry.value);
    return out + network.Health(kThree);
  }
  std::string OutcomeOfStart(const Disk& disk) {
    network.Kill(kThree);
    network.Disk(kThree) = disk;
    network.log().clear();
    network.Start(kThree);
    std::string enclave = network.Enclave(kThree);
    constexpr std::string_view kBoot = R"("boot":")";
    enclave.erase(enclave.find(kBoot) + kBoot.size(), 32);  // of each start another one
    return Outcome() + enclave;
  }
  void ExpectAlikeAtStart(const std::string& what, const Disk& disk) {
    const std::string outcome = OutcomeOfStart(disk);
    EXPECT_FALSE(network.Serving(kThree)) << what;
    if (first_.empty()) first_ = outcome;
    EXPECT_EQ(outcome, first_) << what;
  }
  std::string first_;
};

TEST_F(RecordsAlike, AtAStartEveryLieAboutEveryKindIsRefusedInOneWay) {
  network.Kill(kThree);
  const Disk good = network.Disk(kThree);
  std::set<policy::RecordKind> kinds;
  for (const auto& [id, blob] : good) {
    kinds.insert(policy::KindOf(id));
    const std::string kind = "kind " + std::to_string(id.bytes[0]) + ": ";
    for (const Attack& attack : MakeAttacks()) {
      // A head that is whole and this enclave's is another store's: that is for counter and peers to see.
      if (id == sealing::kHeadRecordId && attack.name == "the same again") continue;
      Disk disk = good;
      disk[id] = attack.make(id, good);
      ExpectAlikeAtStart(kind + attack.name, disk);
    }
    Disk disk = good;
    disk.erase(id);
    ExpectAlikeAtStart(kind + "missing", disk);
  }
  EXPECT_GE(kinds.size(), 7u);
  EXPECT_NE(first_.find(std::to_string(static_cast<unsigned>(Status::kRollback))), std::string::npos);
  Disk disk = good;
  disk[policy::MakeRecordId(policy::RecordKind::kScope, {})] = good.rbegin()->second;
  ExpectAlikeAtStart("one more", disk);
  network.Kill(kThree);
  network.Disk(kThree) = good;
}

TEST_F(RecordsAlike, WhileItRunsEveryLieAboutEveryKindIsRefusedInOneWay) {
  const Disk good = network.Disk(kThree);
  const std::string health = network.Health(kThree);
  std::string first;
  for (const auto& [id, blob] : good) {
    if (id == sealing::kHeadRecordId) continue;  // never asked for
    for (const Attack& attack : MakeAttacks()) {
      network.log().clear();
      network.Disk(kThree)[id] = attack.make(id, good);
      network.AnswerFetch(kThree, id);
      if (first.empty()) first = Outcome();
      EXPECT_EQ(Outcome(), first) << "kind " << unsigned{id.bytes[0]} << ": " << attack.name;
      network.Disk(kThree).erase(id);
      network.log().clear();
      network.AnswerFetch(kThree, id);
      EXPECT_EQ(Outcome(), first) << "kind " << unsigned{id.bytes[0]} << ": missing";
      network.Disk(kThree)[id] = blob;
    }
  }
  EXPECT_NE(first.find(std::to_string(static_cast<unsigned>(Event::kRecordRefused)) + ':' +
                       std::to_string(static_cast<unsigned>(Status::kRollback))),
            std::string::npos);
  EXPECT_EQ(network.Health(kThree), health);
}

}  // namespace
}  // namespace passport::sim
