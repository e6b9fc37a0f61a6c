// The stream of a backup: whole, in order and of one key, or not at all.
#include "sealing/backup.h"

#include <gtest/gtest.h>

#include "edl/base/codec.h"
#include "tests/unit/sealing/fixture.h"

namespace passport::sealing {
namespace {

using Records = std::vector<std::pair<RecordId, Bytes>>;

constexpr KeyVersion kBackupMaker{4, 3};

QuorumSealer SealerOf(std::uint8_t key) {
  return {crypto::SecretKey32(golden::Numbered<32>(key)), kBackupMaker};
}

RecordId NumberedId(std::uint32_t number) {
  RecordId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return id;
}

Records Sized(const std::vector<std::size_t>& sizes) {
  Records out;
  for (const std::size_t size : sizes) {
    const auto number = static_cast<std::uint32_t>(out.size() + 1);
    out.emplace_back(NumberedId(number), Bytes(size, static_cast<std::uint8_t>(number)));
  }
  return out;
}

std::vector<Bytes> Chunks(const Records& records, std::uint8_t key = 1) {
  crypto::SeededRng rng(std::uint64_t{7});
  BackupWriter writer(SealerOf(key), 99);
  std::vector<Bytes> out;
  for (const auto& [id, plaintext] : records) {
    for (Bytes& chunk : writer.Add(id, plaintext, rng)) out.push_back(std::move(chunk));
  }
  out.push_back(writer.Finish(rng));
  EXPECT_EQ(writer.chunks(), out.size());
  return out;
}

Status Taken(BackupReader& reader, ByteSpan chunk, Records* out = nullptr) {
  auto taken = reader.Take(chunk);
  if (!taken.ok()) return taken.error();
  for (const BackupRecord& record : taken.value()) {
    if (out != nullptr) out->emplace_back(record.id, ToBytes(record.plaintext.Expose()));
  }
  return Status::kOk;
}

TEST(Backup, GivesBackEveryRecordWhateverItsSize) {
  const std::vector<std::vector<std::size_t>> cases = {{},
                                                       {0},
                                                       {1},
                                                       {kBackupPartBytesMax - 36},
                                                       {kBackupPartBytesMax - 35},
                                                       {kBackupPartBytesMax - 36, 0},
                                                       {kBackupPartBytesMax - 40, 5, 0, 7},
                                                       {kSealPlaintextBytesMax, 3, kSealPlaintextBytesMax},
                                                       std::vector<std::size_t>(3'000, 50)};
  for (const auto& sizes : cases) {
    const Records records = Sized(sizes);
    BackupReader reader(SealerOf(1));
    Records back;
    for (const Bytes& chunk : Chunks(records)) {
      EXPECT_LE(chunk.size(), kBackupChunkBytesMax);
      EXPECT_FALSE(reader.complete());
      EXPECT_EQ(Taken(reader, chunk, &back), Status::kOk);
    }
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(reader.head_counter(), 99u);
    EXPECT_EQ(back, records);
  }
}

TEST(Backup, WithoutItsEndIsNotComplete) {
  const auto chunks = Chunks(Sized({20'000, 20'000}));
  ASSERT_EQ(chunks.size(), 3u);
  BackupReader reader(SealerOf(1));
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) EXPECT_EQ(Taken(reader, chunks[i]), Status::kOk);
  EXPECT_FALSE(reader.complete());
}

TEST(Backup, AnyOtherChunkIsRefusedAndSpoilsNothing) {
  const Records records = Sized({20'000, 20'000});
  const auto chunks = Chunks(records);
  const auto others = Chunks(records, 2);
  BackupReader reader(SealerOf(1));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    for (std::size_t j = 0; j < chunks.size(); ++j) {
      EXPECT_EQ(Taken(reader, others[j]), Status::kUnseal);
      if (i == j) continue;
      EXPECT_EQ(Taken(reader, chunks[j]), Status::kUnseal) << i << " " << j;
    }
    Bytes changed = chunks[i];
    for (std::size_t at = 0; at < changed.size(); at += 97) {
      changed[at] ^= 1;
      EXPECT_EQ(Taken(reader, changed), Status::kUnseal) << at;
      changed[at] ^= 1;
    }
    EXPECT_EQ(Taken(reader, ByteSpan(changed).first(changed.size() - 1)), Status::kUnseal);
    EXPECT_EQ(Taken(reader, {}), Status::kUnseal);
    EXPECT_EQ(Taken(reader, chunks[i]), Status::kOk);
  }
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(Taken(reader, chunks.back()), Status::kUnseal);
}

// Under the right key, but not what a BackupWriter makes.
class BackupStream : public testing::Test {
 protected:
  static Bytes Record(std::uint32_t number, std::uint32_t size, std::size_t given) {
    return Writer().Raw(NumberedId(number).bytes).U32(size).Raw(Bytes(given, 1)).Take();
  }
  static Status Read(const Bytes& stream, std::uint8_t last = 1) {
    Bytes part = {last};
    Append(part, stream);
    crypto::SeededRng rng(std::uint64_t{8});
    BackupReader reader(SealerOf(1));
    RecordHeader header;
    header.type = kBackupRecordType;
    header.version = 1;
    const Status status = Taken(reader, SealerOf(1).Seal(header, part, rng));
    EXPECT_EQ(reader.complete(), status == Status::kOk && last == 1);
    if (status != Status::kOk) {
      EXPECT_EQ(Taken(reader, Chunks({}).front()), Status::kUnseal);
    }
    return status;
  }
};

TEST_F(BackupStream, OfAnotherFormIsRefusedForGood) {
  Bytes two = Record(1, 3, 3);
  Append(two, Record(2, 0, 0));
  EXPECT_EQ(Read(two), Status::kOk);
  EXPECT_EQ(Read({}), Status::kOk);
  EXPECT_EQ(Read(Record(1, 3, 2), 0), Status::kOk);  // goes on in the next
  EXPECT_EQ(Read(Record(1, 3, 2)), Status::kMalformed);
  EXPECT_EQ(Read(Record(1, 3, 4)), Status::kMalformed);
  EXPECT_EQ(Read(two, 2), Status::kMalformed);
  EXPECT_EQ(Read(Record(1, kSealPlaintextBytesMax + 1, 0), 0), Status::kMalformed);
  for (const std::uint32_t second : {0u, 1u}) {
    Bytes falling = Record(1, 1, 1);
    Append(falling, Record(second, 1, 1));
    EXPECT_EQ(Read(falling), Status::kMalformed);
  }
}

}  // namespace
}  // namespace passport::sealing
