#include "sealing/head.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/sealing/fixture.h"

namespace passport::sealing {
namespace {

RecordId IdOf(std::uint8_t number) {
  RecordId id;
  id.bytes[0] = 2;
  id.bytes[31] = number;
  return id;
}

// A store as an honest host keeps it, and the enclave's index over it.
class Store {
 public:
  Store() : sealer_(GoldenSealer()), index_(sealer_.IndexKey({0, 3})), rng_(std::uint64_t{1}) {}

  void Write(std::uint8_t number, std::uint64_t version) {
    RecordHeader record;
    record.type = 7;
    record.id = IdOf(number);
    record.version = version;
    blobs_[record.id] = sealer_.Seal(record, AsBytes("content"), rng_);
    index_.Put(record.id, version, blobs_[record.id]);
  }
  void Remove(std::uint8_t number) {
    blobs_.erase(IdOf(number));
    index_.Drop(IdOf(number));
  }
  Head MakeHead() const { return {5, 2, index_.count(), index_.hash(), Hash32{}}; }

  // A start over these blobs with this head: kOk if nothing is wrong.
  Status Restart(const Head& head, const std::map<RecordId, Bytes>& blobs) const {
    RecordIndex index(sealer_.IndexKey({0, 3}));
    for (const auto& [id, blob] : blobs)
      if (const auto loaded = index.Load(id, blob); !loaded.ok()) return loaded.error();
    const auto verified = index.VerifyLoaded(head);
    return verified.ok() ? Status::kOk : verified.error();
  }

  std::map<RecordId, Bytes> blobs_;
  Sealer sealer_;
  RecordIndex index_;
  crypto::SeededRng rng_;
};

TEST(Head, Golden_FirstFormatIsReadForEver) {
  const auto head = UnsealHead(GoldenSealer(), golden::ReadGolden("head-v1.bin"));
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head.value().keys, (KeyVersion{0, 3}));
  EXPECT_EQ(head.value().head.counter, 9u);
  EXPECT_EQ(head.value().head.boot_counter, 2u);
  RecordIndex index(GoldenSealer().IndexKey(head.value().keys));
  ASSERT_TRUE(index.Load(GoldenRecord().id, golden::ReadGolden("seal1-v1.bin")).ok());
  EXPECT_TRUE(index.VerifyLoaded(head.value().head).ok());
}

TEST(Head, Seal_RoundTrips) {
  crypto::SeededRng rng(std::uint64_t{1});
  Head head{7, 3, 2, golden::Numbered<32>(1), golden::Numbered<32>(2), {4, 5}, 9};
  const Bytes blob = SealHead(GoldenSealer(), head, rng);
  EXPECT_EQ(UnsealHead(GoldenSealer(), blob).value().head, head);
  head.nv_counter.reset();
  EXPECT_EQ(Head::Parse(head.Encode()).value(), head);
}

TEST(Head, Unseal_RefusesARecordInItsPlace) {
  crypto::SeededRng rng(std::uint64_t{1});
  const Sealer sealer = GoldenSealer();
  EXPECT_EQ(UnsealHead(sealer, golden::ReadGolden("seal1-v1.bin")).error(), Status::kUnseal);
  const RecordHeader header{SealPolicy::kProduct, kHeadRecordType, kHeadRecordId, 8, 8};
  const Head other_counter{7, 0, 0, {}, {}};
  EXPECT_EQ(UnsealHead(sealer, sealer.Seal(header, other_counter.Encode(), rng)).error(), Status::kUnseal);
  EXPECT_EQ(UnsealHead(sealer, sealer.Seal(header, AsBytes("short"), rng)).error(), Status::kUnseal);
  RecordHeader unique = header;
  unique.policy = SealPolicy::kUnique;
  const Head head{8, 0, 0, {}, {}};
  EXPECT_TRUE(UnsealHead(sealer, sealer.Seal(header, head.Encode(), rng)).ok());
  EXPECT_EQ(UnsealHead(sealer, sealer.Seal(unique, head.Encode(), rng)).error(), Status::kUnseal);
}

TEST(Head, Parse_RefusesEveryOtherLengthAndVersion) {
  Bytes encoded = Head{}.Encode();
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_EQ(Head::Parse(ByteSpan(encoded).first(size)).error(), Status::kMalformed);
  for (const std::uint8_t format : std::initializer_list<std::uint8_t>{0, 1, 3}) {
    encoded[0] = format;
    EXPECT_EQ(Head::Parse(encoded).error(), Status::kMalformed);
  }
  encoded[0] = 2;
  ASSERT_TRUE(Head::Parse(encoded).ok());
  encoded.back() = 1;  // a counter's value without a counter
  EXPECT_EQ(Head::Parse(encoded).error(), Status::kMalformed);
}

TEST(Head, Golden_SecondFormatIsReadForEver) {
  const auto head = UnsealHead(GoldenSealer(), golden::ReadGolden("head-v2.bin"));
  ASSERT_TRUE(head.ok());
  const Hash32 records_hash =
      UnsealHead(GoldenSealer(), golden::ReadGolden("head-v1.bin")).value().head.records_hash;
  Hash32 manifest_hash;
  manifest_hash.fill(0x77);
  EXPECT_EQ(head.value().head, (Head{10, 3, 1, records_hash, manifest_hash, {0, 2}, 41}));
}

TEST(Head, Counter_OneAheadIsACrashAndEverythingElseIsRefused) {
  const auto judge = [](std::optional<std::uint64_t> in_head, std::optional<std::uint64_t> now) {
    const auto judged = JudgeCounter(in_head, now);
    return judged.ok() ? Status::kOk : judged.error();
  };
  EXPECT_EQ(judge({}, {}), Status::kOk);
  EXPECT_EQ(judge({}, 7), Status::kOk);  // the first start with a counter
  EXPECT_EQ(judge(7, 7), Status::kOk);
  EXPECT_EQ(judge(8, 7), Status::kOk);
  EXPECT_EQ(judge(6, 7), Status::kCounterRollback);
  EXPECT_EQ(judge(0, 7), Status::kCounterRollback);
  EXPECT_EQ(judge(9, 7), Status::kCounterForeign);
  EXPECT_EQ(judge(UINT64_MAX, 0), Status::kCounterForeign);
  EXPECT_EQ(judge(0, UINT64_MAX), Status::kCounterRollback);
  EXPECT_EQ(judge(7, {}), Status::kCounterMissing);
}

TEST(RecordIndex, Restart_AcceptsTheStoreAsItWas) {
  Store store;
  EXPECT_EQ(store.Restart(store.MakeHead(), {}), Status::kOk);
  for (std::uint8_t i = 1; i <= 5; ++i) store.Write(i, 1);
  store.Write(3, 2);
  store.Remove(4);
  EXPECT_EQ(store.Restart(store.MakeHead(), store.blobs_), Status::kOk);
}

TEST(RecordIndex, Restart_SeesWhatTheHostChanged) {
  Store store;
  for (std::uint8_t i = 1; i <= 3; ++i) store.Write(i, 1);
  const auto before = store.blobs_;
  store.Write(2, 2);
  store.Write(4, 1);
  const Head head = store.MakeHead();

  auto missing = store.blobs_;
  missing.erase(IdOf(1));
  EXPECT_EQ(store.Restart(head, missing), Status::kRollback);

  auto older = store.blobs_;
  older[IdOf(2)] = before.at(IdOf(2));
  EXPECT_EQ(store.Restart(head, older), Status::kRollback);

  auto swapped = store.blobs_;
  std::swap(swapped[IdOf(1)], swapped[IdOf(3)]);
  EXPECT_EQ(store.Restart(head, swapped), Status::kRollback);

  Store elsewhere;
  elsewhere.Write(9, 1);
  auto extra = store.blobs_;
  extra[IdOf(9)] = elsewhere.blobs_.at(IdOf(9));
  EXPECT_EQ(store.Restart(head, extra), Status::kRollback);

  auto replaced = missing;
  replaced[IdOf(9)] = elsewhere.blobs_.at(IdOf(9));
  EXPECT_EQ(store.Restart(head, replaced), Status::kRollback);

  auto garbage = store.blobs_;
  garbage[IdOf(1)] = ToBytes("garbage");
  EXPECT_EQ(store.Restart(head, garbage), Status::kRollback);

  auto touched = store.blobs_;
  touched[IdOf(1)].back() ^= 1;
  EXPECT_EQ(store.Restart(head, touched), Status::kRollback);

  EXPECT_EQ(store.Restart(head, before), Status::kRollback);
  EXPECT_EQ(store.Restart(head, store.blobs_), Status::kOk);
}

TEST(RecordIndex, Restart_RefusesAnOlderHeadForNewerRecords) {
  Store store;
  store.Write(1, 1);
  const Head old_head = store.MakeHead();
  store.Write(1, 2);
  EXPECT_EQ(store.Restart(old_head, store.blobs_), Status::kRollback);
}

TEST(RecordIndex, Load_TakesARecordOnceAndNeverTheHead) {
  Store store;
  store.Write(1, 1);
  RecordIndex index(store.sealer_.IndexKey({0, 3}));
  EXPECT_TRUE(index.Load(IdOf(1), store.blobs_.at(IdOf(1))).ok());
  EXPECT_EQ(index.Load(IdOf(1), store.blobs_.at(IdOf(1))).error(), Status::kRollback);
  const Bytes head = SealHead(store.sealer_, store.MakeHead(), store.rng_);
  EXPECT_EQ(index.Load(kHeadRecordId, head).error(), Status::kRollback);
}

TEST(RecordIndex, Hash_DependsOnTheSetAndNotOnItsHistory) {
  Store store;
  store.Write(1, 1);
  const Hash32 one = store.index_.hash();
  store.Write(2, 1);
  const Hash32 two = store.index_.hash();
  EXPECT_NE(one, two);
  store.Write(3, 1);
  store.Remove(3);
  EXPECT_EQ(store.index_.hash(), two);
  store.Remove(2);
  EXPECT_EQ(store.index_.hash(), one);
  store.Remove(2);  // not there: nothing happens
  store.Remove(1);
  EXPECT_EQ(store.index_.hash(), Hash32{});
  EXPECT_EQ(store.index_.count(), 0u);
}

TEST(RecordIndex, Hash_NeedsItsKey) {
  Store store;
  store.Write(1, 1);
  const Hash32 before = store.index_.hash();
  store.index_.Rekey(store.sealer_.IndexKey({0, 2}));
  EXPECT_NE(store.index_.hash(), before);
  store.index_.Rekey(store.sealer_.IndexKey({0, 3}));
  EXPECT_EQ(store.index_.hash(), before);
}

TEST(RecordIndex, Put_ChecksThatVersionsNeverFall) {
  Store store;
  store.Write(1, 2);
  store.Write(1, 2);  // sealed again under another key
  EXPECT_EQ(store.index_.Find(IdOf(1))->version, 2u);
  EXPECT_DEATH(store.Write(1, 1), "");
}

TEST(RecordIndex, Fetch_BelievesTheIndexAndNotTheHost) {
  Store store;
  store.Write(1, 1);
  const Bytes older = store.blobs_.at(IdOf(1));
  store.Write(1, 2);
  store.Write(2, 1);
  const RecordIndex& index = store.index_;
  EXPECT_TRUE(index.CheckFetched(IdOf(1), store.blobs_.at(IdOf(1))).ok());
  EXPECT_EQ(index.CheckFetched(IdOf(1), older).error(), Status::kRollback);
  EXPECT_EQ(index.CheckFetched(IdOf(1), store.blobs_.at(IdOf(2))).error(), Status::kRollback);
  EXPECT_EQ(index.CheckFetched(IdOf(1), std::nullopt).error(), Status::kRollback);
  EXPECT_EQ(index.CheckFetched(IdOf(3), std::nullopt).error(), Status::kNotFound);
  EXPECT_EQ(index.CheckFetched(IdOf(3), older).error(), Status::kNotFound);
  EXPECT_EQ(index.Find(IdOf(3)), nullptr);
}

}  // namespace
}  // namespace passport::sealing
