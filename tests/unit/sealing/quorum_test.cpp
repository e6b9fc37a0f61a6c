#include "sealing/quorum.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/sealing/fixture.h"

namespace passport::sealing {
namespace {

using crypto::SecretKey32;

constexpr PartyIndex kHolders[] = {{2}, {3}, {5}, {9}};
constexpr KeyVersion kMaker{4, 3};

SecretKey32 SecretOf(PartyIndex holder) {
  return SecretKey32(golden::Numbered<32>(static_cast<std::uint8_t>(holder.value * 16)));
}
SecretKey32 CollectorSecret() { return SecretKey32(golden::Numbered<32>(0xf3)); }
Hash32 Purpose() { return golden::Numbered<32>(0x11); }

// Three of four.
NewQuorumKey Make(std::uint64_t seed = 1, const KeyVersion& maker = kMaker) {
  crypto::SeededRng rng(seed);
  std::map<PartyIndex, crypto::X25519PublicKey> holders;
  for (const PartyIndex holder : kHolders) holders[holder] = crypto::PublicX25519(SecretOf(holder));
  return MakeQuorumKey(golden::Numbered<32>(0x33), maker, 3, holders, rng).value();
}

// What an honest holder sends to the collector.
Bytes HandedOver(const QuorumKey& key, PartyIndex holder, const Hash32& purpose = Purpose()) {
  crypto::SeededRng rng(std::uint64_t{holder.value} + 100);
  const SecretKey32 share = OpenQuorumShare(key, holder, SecretOf(holder)).value();
  return HandOverShare(key, holder, share, crypto::PublicX25519(CollectorSecret()), purpose, rng).value();
}

Status Taken(QuorumCollector& collector, PartyIndex holder, ByteSpan sealed) {
  const auto taken = collector.Take(holder, sealed, CollectorSecret());
  return taken.ok() ? Status::kOk : taken.error();
}

Bytes SealedRecord(const QuorumSealer& sealer) {
  crypto::SeededRng rng(std::uint64_t{8});
  return sealer.Seal(GoldenRecord(), AsBytes(std::string_view("a share")), rng);
}

Status FailureOf(const QuorumSealer& sealer, const RecordHeader& record, ByteSpan blob) {
  const auto unsealed = sealer.Unseal(record.type, record.id, blob);
  return unsealed.ok() ? Status::kOk : unsealed.error();
}

TEST(Quorum, AnyThreeOfFourOpenWhatItSealed) {
  const NewQuorumKey made = Make();
  const Bytes blob = SealedRecord(made.sealer);
  for (const PartyIndex absent : kHolders) {
    QuorumCollector collector(made.key, Purpose());
    for (const PartyIndex holder : kHolders) {
      if (holder == absent) continue;
      EXPECT_EQ(collector.Finish().error(), Status::kQuorumFew);
      EXPECT_EQ(Taken(collector, holder, HandedOver(made.key, holder)), Status::kOk);
    }
    EXPECT_EQ(collector.missing(), 0u);
    const auto sealer = collector.Finish();
    ASSERT_TRUE(sealer.ok());
    const auto record = sealer.value().Unseal(GoldenRecord().type, GoldenRecord().id, blob);
    ASSERT_TRUE(record.ok());
    EXPECT_EQ(AsText(record.value().plaintext.Expose()), "a share");
    EXPECT_EQ(record.value().version, GoldenRecord().version);
    EXPECT_EQ(record.value().keys, kMaker);
  }
}

TEST(Quorum, AFourthShareIsTakenAndChangesNothing) {
  const NewQuorumKey made = Make();
  QuorumCollector collector(made.key, Purpose());
  for (const PartyIndex holder : kHolders)
    EXPECT_EQ(Taken(collector, holder, HandedOver(made.key, holder)), Status::kOk);
  EXPECT_EQ(FailureOf(collector.Finish().value(), GoldenRecord(), SealedRecord(made.sealer)), Status::kOk);
}

// Each is refused, with its reason, and three good shares open afterwards all the same.
TEST(Quorum, NoBadShareSpoilsTheGoodOnes) {
  const NewQuorumKey made = Make();
  const NewQuorumKey other = Make(2);
  const NewQuorumKey other_epoch = Make(1, {5, 3});
  QuorumCollector collector(made.key, Purpose());
  const auto refused = [&](PartyIndex holder, ByteSpan sealed) { return Taken(collector, holder, sealed); };
  ASSERT_EQ(refused(kHolders[0], HandedOver(made.key, kHolders[0])), Status::kOk);

  EXPECT_EQ(refused(kHolders[0], HandedOver(made.key, kHolders[0])), Status::kPeerReplay) << "twice";
  EXPECT_EQ(refused(kHolders[1], HandedOver(made.key, kHolders[0])), Status::kDecrypt) << "another's share";
  EXPECT_EQ(refused(kHolders[1], HandedOver(other.key, kHolders[1])), Status::kDecrypt) << "of another key";
  EXPECT_EQ(refused(kHolders[1], HandedOver(other_epoch.key, kHolders[1])), Status::kDecrypt) << "epoch";
  EXPECT_EQ(refused(kHolders[1], HandedOver(made.key, kHolders[1], golden::Numbered<32>(0x12))),
            Status::kDecrypt)
      << "replayed from another restore";
  EXPECT_EQ(refused(kHolders[1], made.key.shares.at(kHolders[1]).sealed), Status::kDecrypt) << "not for us";
  EXPECT_EQ(refused({7}, HandedOver(made.key, kHolders[1])), Status::kNotFound) << "no holder";
  EXPECT_EQ(refused(kHolders[1], {}), Status::kDecrypt) << "nothing";
  crypto::SeededRng rng(std::uint64_t{3});
  const auto forged = HandOverShare(made.key, kHolders[1], rng.Key(), crypto::PublicX25519(CollectorSecret()),
                                    Purpose(), rng);
  EXPECT_EQ(refused(kHolders[1], forged.value()), Status::kQuorumShare) << "made up";
  Bytes changed = HandedOver(made.key, kHolders[1]);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    changed[i] ^= 1;
    EXPECT_EQ(refused(kHolders[1], changed), Status::kDecrypt) << i;
    changed[i] ^= 1;
  }

  EXPECT_EQ(collector.missing(), 2u);
  ASSERT_EQ(refused(kHolders[1], HandedOver(made.key, kHolders[1])), Status::kOk);
  EXPECT_EQ(collector.Finish().error(), Status::kQuorumFew) << "one too few";
  ASSERT_EQ(refused(kHolders[3], HandedOver(made.key, kHolders[3])), Status::kOk);
  EXPECT_EQ(FailureOf(collector.Finish().value(), GoldenRecord(), SealedRecord(made.sealer)), Status::kOk);
}

TEST(Quorum, AMakerWhoseSharesDoNotMakeTheKeyIsFoundOut) {
  NewQuorumKey made = Make();
  made.key.commitment[0] ^= 1;
  QuorumCollector collector(made.key, Purpose());
  for (const PartyIndex holder : {kHolders[0], kHolders[1], kHolders[2]})
    ASSERT_EQ(Taken(collector, holder, HandedOver(made.key, holder)), Status::kOk);
  EXPECT_EQ(collector.Finish().error(), Status::kQuorumShare);
}

TEST(Quorum, AHolderOpensHisOwnShareOnly) {
  const NewQuorumKey made = Make();
  EXPECT_TRUE(OpenQuorumShare(made.key, kHolders[0], SecretOf(kHolders[0])).ok());
  EXPECT_EQ(OpenQuorumShare(made.key, kHolders[0], SecretOf(kHolders[1])).error(), Status::kDecrypt);
  EXPECT_EQ(OpenQuorumShare(made.key, {7}, SecretOf(kHolders[1])).error(), Status::kNotFound);
  QuorumKey changed = made.key;
  changed.shares[kHolders[0]].commitment[5] ^= 1;
  EXPECT_EQ(OpenQuorumShare(changed, kHolders[0], SecretOf(kHolders[0])).error(), Status::kQuorumShare);
  for (const auto& change : std::vector<std::function<void(QuorumKey&)>>{
           [](QuorumKey& key) { key.context[0] ^= 1; }, [](QuorumKey& key) { key.id[0] ^= 1; },
           [](QuorumKey& key) { ++key.maker.key_epoch; }, [](QuorumKey& key) { ++key.maker.svn; },
           [](QuorumKey& key) { --key.k; }}) {
    changed = made.key;
    change(changed);
    EXPECT_EQ(OpenQuorumShare(changed, kHolders[0], SecretOf(kHolders[0])).error(), Status::kDecrypt);
  }
}

TEST(Quorum, ItsRecordsAndTheOthersAreNotMistakenForEachOther) {
  const NewQuorumKey made = Make();
  const Bytes blob = SealedRecord(made.sealer);
  EXPECT_EQ(GoldenSealer().Unseal(GoldenRecord().type, GoldenRecord().id, blob).error(), Status::kUnseal);
  EXPECT_EQ(FailureOf(made.sealer, GoldenRecord(), golden::ReadGolden("seal1-v1.bin")), Status::kUnseal);
  EXPECT_EQ(FailureOf(Make(2).sealer, GoldenRecord(), blob), Status::kUnseal);
  EXPECT_EQ(FailureOf(Make(1, {5, 3}).sealer, GoldenRecord(), blob), Status::kUnseal);
  RecordHeader other = GoldenRecord();
  other.id.bytes[3] ^= 1;
  EXPECT_EQ(FailureOf(made.sealer, other, blob), Status::kUnseal);
  for (std::size_t i = 0; i < blob.size(); ++i) {
    Bytes changed = blob;
    changed[i] ^= 1;
    EXPECT_EQ(FailureOf(made.sealer, GoldenRecord(), changed), Status::kUnseal) << i;
  }
}

// Blobs that only somebody with the very keys could make: the policy and the source mask count all the same.
TEST(Quorum, APolicyOpensNothingOfAnotherUnderOneKey) {
  crypto::SeededRng rng(std::uint64_t{9});
  BlobHeader header;
  header.policy = SealPolicy::kQuorum;
  header.svn = 3;
  header.type = GoldenRecord().type;
  header.id = GoldenRecord().id;
  const SecretKey32 key(golden::Numbered<32>(0x40));  // the product key of GoldenSealer
  const QuorumSealer quorum(key.Clone(), {0, 3});
  EXPECT_EQ(FailureOf(quorum, GoldenRecord(), SealBlob(key, header, {}, rng)), Status::kOk);
  header.source_mask = kSourceKeyfile;
  const Bytes masked = SealBlob(key, header, {}, rng);
  EXPECT_EQ(FailureOf(quorum, GoldenRecord(), masked), Status::kUnseal);
  EXPECT_EQ(GoldenSealer().Unseal(header.type, header.id, masked).error(), Status::kUnseal);
  header.policy = SealPolicy::kProduct;
  const Bytes product = SealBlob(key, header, {}, rng);
  EXPECT_TRUE(GoldenSealer().Unseal(header.type, header.id, product).ok());
  EXPECT_EQ(FailureOf(quorum, GoldenRecord(), product), Status::kUnseal);
}

TEST(Quorum, Make_RefusesNumbersAndKeysThatProtectNothing) {
  crypto::SeededRng rng(std::uint64_t{4});
  std::map<PartyIndex, crypto::X25519PublicKey> holders;
  for (const PartyIndex holder : kHolders) holders[holder] = crypto::PublicX25519(SecretOf(holder));
  const auto failure = [&](std::uint8_t k) {
    const auto made = MakeQuorumKey({}, kMaker, k, holders, rng);
    return made.ok() ? Status::kOk : made.error();
  };
  EXPECT_EQ(failure(0), Status::kLimit);
  EXPECT_EQ(failure(1), Status::kLimit);
  EXPECT_EQ(failure(2), Status::kOk);
  EXPECT_EQ(failure(4), Status::kOk);
  EXPECT_EQ(failure(5), Status::kLimit);
  holders[kHolders[2]] = {};
  EXPECT_EQ(failure(2), Status::kBadKey);
  holders.clear();
  for (std::uint16_t i = 1; i <= 65; ++i) holders[{i}] = crypto::PublicX25519(SecretOf({i}));
  EXPECT_EQ(failure(2), Status::kLimit);
}

TEST(Quorum, Golden_FirstFormatIsReadForEver) {
  golden::WriteMissing("quorum-key-v1.bin", Make().key.Encode());
  golden::WriteMissing("seal1-quorum-v1.bin", SealedRecord(Make().sealer));
  const Bytes encoded = golden::ReadGolden("quorum-key-v1.bin");
  const auto key = QuorumKey::Parse(encoded);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key.value().Encode(), encoded);
  EXPECT_LE(encoded.size(), kQuorumKeyBytesMax);
  const Bytes blob = golden::ReadGolden("seal1-quorum-v1.bin");
  QuorumCollector collector(key.value(), Purpose());
  for (const PartyIndex holder : {kHolders[3], kHolders[0], kHolders[2]})
    ASSERT_EQ(Taken(collector, holder, HandedOver(key.value(), holder)), Status::kOk);
  EXPECT_EQ(FailureOf(collector.Finish().value(), GoldenRecord(), blob), Status::kOk);
}

TEST(Quorum, Parse_RefusesWhatEncodeDoesNotMake) {
  const Bytes encoded = Make().key.Encode();
  EXPECT_EQ(QuorumKey::Parse(encoded).value(), Make().key);
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_EQ(QuorumKey::Parse(ByteSpan(encoded).first(size)).error(), Status::kMalformed) << size;
  Bytes longer = encoded;
  longer.push_back(0);
  EXPECT_EQ(QuorumKey::Parse(longer).error(), Status::kMalformed);
  QuorumKey bad = Make().key;
  for (const std::uint8_t k : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{5}}) {
    bad.k = k;
    EXPECT_EQ(QuorumKey::Parse(bad.Encode()).error(), Status::kMalformed);
  }
}

}  // namespace
}  // namespace passport::sealing
