#include "sealing/sealer.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/sealing/fixture.h"
#include "trusted/launcher/keys.h"

namespace passport::sealing {
namespace {

constexpr std::string_view kContent = "a record of the first format";

Bytes SealWith(const Sealer& sealer, const RecordHeader& record, std::uint64_t seed = 1) {
  crypto::SeededRng rng(seed);
  return sealer.Seal(record, AsBytes(kContent), rng);
}

Status FailureOf(const Sealer& sealer, const RecordHeader& record, ByteSpan blob) {
  const auto unsealed = sealer.Unseal(record.type, record.id, blob);
  return unsealed.ok() ? Status::kOk : unsealed.error();
}

TEST(Sealer, Golden_FirstFormatIsReadForEver) {
  const Bytes blob = golden::ReadGolden("seal1-v1.bin");
  const auto unsealed = GoldenSealer().Unseal(GoldenRecord().type, GoldenRecord().id, blob);
  ASSERT_TRUE(unsealed.ok());
  EXPECT_EQ(AsText(unsealed.value().plaintext.Expose()), kContent);
  EXPECT_EQ(unsealed.value().version, GoldenRecord().version);
  EXPECT_EQ(unsealed.value().head_counter, 9u);
  EXPECT_EQ(unsealed.value().keys, (KeyVersion{0, 3}));
}

TEST(Sealer, Seal_WritesWhatAnIndependentImplementationWrites) {
  Bytes script = ToBytes(golden::Numbered<32>(0x10));
  Append(script, golden::Numbered<24>(0x60));
  ScriptedRng rng(script);
  EXPECT_EQ(GoldenSealer().Seal(GoldenRecord(), AsBytes(kContent), rng), golden::ReadGolden("seal1-v1.bin"));
}

TEST(Sealer, Unseal_RefusesEveryFlippedBitOfEveryByte) {
  const Sealer sealer = GoldenSealer();
  const Bytes blob = SealWith(sealer, GoldenRecord());
  ASSERT_EQ(FailureOf(sealer, GoldenRecord(), blob), Status::kOk);
  for (std::size_t i = 0; i < blob.size() * 8; ++i) {
    Bytes changed = blob;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ (1u << (i % 8)));
    EXPECT_EQ(FailureOf(sealer, GoldenRecord(), changed), Status::kUnseal) << "bit " << i;
  }
}

TEST(Sealer, Unseal_RefusesEveryOtherLength) {
  const Sealer sealer = GoldenSealer();
  Bytes blob = SealWith(sealer, GoldenRecord());
  for (std::size_t size = 0; size < blob.size(); ++size)
    EXPECT_EQ(FailureOf(sealer, GoldenRecord(), ByteSpan(blob).first(size)), Status::kUnseal) << size;
  blob.push_back(0);
  EXPECT_EQ(FailureOf(sealer, GoldenRecord(), blob), Status::kUnseal);
}

TEST(Sealer, Unseal_RefusesAnotherRowOrType) {
  const Sealer sealer = GoldenSealer();
  const Bytes blob = SealWith(sealer, GoldenRecord());
  RecordHeader other_row = GoldenRecord();
  other_row.id.bytes[31] ^= 1;
  EXPECT_EQ(FailureOf(sealer, other_row, blob), Status::kUnseal);
  RecordHeader other_type = GoldenRecord();
  other_type.type = 8;
  EXPECT_EQ(FailureOf(sealer, other_type, blob), Status::kUnseal);
}

TEST(Sealer, Unseal_RefusesForeignKeys) {
  const Bytes blob = SealWith(GoldenSealer(), GoldenRecord());
  EXPECT_EQ(FailureOf(Sealer(KeysFor(0x20, 0x41, 3)), GoldenRecord(), blob), Status::kUnseal);
  EXPECT_EQ(FailureOf(Sealer(KeysFor(0x21, 0x40, 3)), GoldenRecord(), blob), Status::kOk);  // PRODUCT record
}

TEST(Sealer, Unseal_RefusesAnotherKeySourceOrEpoch) {
  const Bytes blob = SealWith(GoldenSealer(), GoldenRecord());
  SealingKeys other_source = KeysFor(0x20, 0x40, 3);
  other_source.source_mask = kSourceTpm2;
  EXPECT_EQ(FailureOf(Sealer(std::move(other_source)), GoldenRecord(), blob), Status::kUnseal);
  SealingKeys other_epoch = KeysFor(0x20, 0x40, 3);
  other_epoch.key_epoch = 1;
  EXPECT_EQ(FailureOf(Sealer(std::move(other_epoch)), GoldenRecord(), blob), Status::kUnseal);
}

TEST(Sealer, Unique_RecordsOpenInTheSameImageOnly) {
  RecordHeader record = GoldenRecord();
  record.policy = SealPolicy::kUnique;
  const Bytes blob = SealWith(GoldenSealer(), record);
  EXPECT_EQ(FailureOf(GoldenSealer(), record, blob), Status::kOk);
  EXPECT_EQ(FailureOf(Sealer(KeysFor(0x21, 0x40, 3)), record, blob), Status::kUnseal);
  EXPECT_EQ(FailureOf(Sealer(KeysFor(0x20, 0x40, 4)), record, blob), Status::kUnseal);
}

// The sealer that the launcher would make for a lower security version of the same product.
Sealer Older(std::uint32_t svn) {
  SealingKeys keys = KeysFor(0x20, 0x40, 3);
  keys.product = LowerSvnKey(keys.product, 3 - svn);
  keys.svn = svn;
  return Sealer(std::move(keys));
}

TEST(Sealer, Svn_HigherReadsLowerAndNeverTheOtherWay) {
  for (std::uint32_t writer = 0; writer <= 3; ++writer) {
    const Bytes blob = SealWith(Older(writer), GoldenRecord());
    for (std::uint32_t reader = 0; reader <= 3; ++reader) {
      EXPECT_EQ(FailureOf(Older(reader), GoldenRecord(), blob),
                reader >= writer ? Status::kOk : Status::kUnseal)
          << writer << ' ' << reader;
    }
  }
  EXPECT_EQ(GoldenSealer()
                .Unseal(GoldenRecord().type, GoldenRecord().id, SealWith(Older(1), GoldenRecord()))
                .value()
                .keys.svn,
            1u);
}

TEST(Sealer, SvnChain_IsTheOneThatTheLauncherStartsOn) {
  const crypto::SecretKey32 root(golden::Numbered<32>(0x99));
  for (const std::uint32_t svn : {0u, 1u, 7u})
    EXPECT_EQ(LowerSvnKey(launcher::DeriveProductKey(root, {.svn = 9}), 9 - svn).Expose(),
              launcher::DeriveProductKey(root, {.svn = svn}).Expose());
}

TEST(Sealer, IndexKey_IsTheSameForEveryVersionThatMayKnowIt) {
  EXPECT_EQ(GoldenSealer().IndexKey({0, 1}).Expose(), Older(1).IndexKey({0, 1}).Expose());
  EXPECT_NE(GoldenSealer().IndexKey({0, 1}).Expose(), GoldenSealer().IndexKey({0, 2}).Expose());
}

// The sealer of a node whose root key has been replaced: with the old keys while records are sealed again.
Sealer Replaced(std::uint32_t epoch, bool with_old) {
  SealingKeys keys = KeysFor(0x21, 0x41, 3);
  keys.key_epoch = epoch;
  keys.source_mask = kSourceKeyfile | kSourceTpm2;
  if (with_old) {
    keys.previous.emplace();
    keys.previous->unique = crypto::SecretKey32(golden::Numbered<32>(0x20));
    keys.previous->product = crypto::SecretKey32(golden::Numbered<32>(0x40));
  }
  return Sealer(std::move(keys));
}

TEST(Sealer, PreviousKeys_OpenOldRecordsAndSealNone) {
  RecordHeader unique = GoldenRecord();
  unique.policy = SealPolicy::kUnique;
  for (const RecordHeader& record : {GoldenRecord(), unique}) {
    const Bytes old_blob = SealWith(GoldenSealer(), record);
    const Bytes new_blob = SealWith(Replaced(1, true), record);
    EXPECT_EQ(FailureOf(Replaced(1, true), record, old_blob), Status::kOk);
    EXPECT_EQ(FailureOf(Replaced(1, true), record, new_blob), Status::kOk);
    EXPECT_EQ(FailureOf(Replaced(1, false), record, old_blob), Status::kUnseal);
    EXPECT_EQ(FailureOf(Replaced(1, false), record, new_blob), Status::kOk);
    EXPECT_EQ(FailureOf(GoldenSealer(), record, new_blob), Status::kUnseal);
    EXPECT_EQ(Replaced(1, true).Unseal(record.type, record.id, old_blob).value().keys, (KeyVersion{0, 3}));
    EXPECT_EQ(Replaced(1, true).Unseal(record.type, record.id, new_blob).value().keys, (KeyVersion{1, 3}));
  }
}

TEST(Sealer, PreviousKeys_ReadLowerVersionsToo) {
  const Bytes blob = SealWith(Older(1), GoldenRecord());
  EXPECT_EQ(FailureOf(Replaced(1, true), GoldenRecord(), blob), Status::kOk);
  EXPECT_EQ(Replaced(1, true).IndexKey({0, 1}).Expose(), Older(1).IndexKey({0, 1}).Expose());
  EXPECT_NE(Replaced(1, true).IndexKey({1, 1}).Expose(), Older(1).IndexKey({0, 1}).Expose());
}

TEST(Sealer, PreviousKeys_AreOfALowerEpoch) {
  EXPECT_DEATH(Replaced(0, true), "");
  EXPECT_FALSE(Replaced(1, true).Opens({2, 3}));
  EXPECT_FALSE(Replaced(2, true).Opens({1, 3}));
  EXPECT_FALSE(Replaced(1, true).Opens({0, 4}));
  EXPECT_TRUE((KeyVersion{1, 2}).IsOlderThan({1, 3}));
  EXPECT_TRUE((KeyVersion{0, 3}).IsOlderThan({1, 3}));
  EXPECT_FALSE((KeyVersion{1, 3}).IsOlderThan({1, 3}));
}

TEST(Sealer, Seal_NeverRepeatsAKeyIdOrNonce) {
  const Sealer sealer = GoldenSealer();
  crypto::SeededRng rng(std::uint64_t{5});
  std::set<Bytes> key_ids, nonces;
  for (int i = 0; i < 100; ++i) {
    const Bytes blob = sealer.Seal(GoldenRecord(), AsBytes(kContent), rng);
    key_ids.insert(ToBytes(ByteSpan(blob).subspan(16, 32)));
    nonces.insert(ToBytes(ByteSpan(blob).subspan(134, 24)));
  }
  EXPECT_EQ(key_ids.size(), 100u);
  EXPECT_EQ(nonces.size(), 100u);
}

TEST(Sealer, Seal_TakesEverySizeUpToItsLimit) {
  const Sealer sealer = GoldenSealer();
  crypto::SeededRng rng(std::uint64_t{6});
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kSealPlaintextBytesMax}) {
    const Bytes content(size, 0x5a);
    const Bytes blob = sealer.Seal(GoldenRecord(), content, rng);
    EXPECT_EQ(blob.size(), size + kSealOverheadBytes);
    EXPECT_TRUE(Equal(sealer.Unseal(GoldenRecord().type, GoldenRecord().id, blob).value().plaintext.Expose(),
                      content));
  }
  EXPECT_DEATH((void)sealer.Seal(GoldenRecord(), Bytes(kSealPlaintextBytesMax + 1), rng), "");
}

TEST(Sealer, PeekHeader_ReadsWhatIsClaimed) {
  EXPECT_EQ(PeekHeader(golden::ReadGolden("seal1-v1.bin")).value(), GoldenRecord());
  EXPECT_EQ(PeekHeader({}).error(), Status::kUnseal);
}

}  // namespace
}  // namespace passport::sealing
