// The bytes of replica messages and registers: what does not parse.
#include <gtest/gtest.h>

#include "tests/unit/replica/single.h"

namespace passport::replica {
namespace {

Register Sample() {
  Single s;
  Register out;
  const Version one = s.After(Record(1), {}, 1);
  out.committed = s.Certified(Record(1), one, {PartyIndex{1}, PartyIndex{3}});
  out.promised = {4, PartyIndex{2}};
  out.tentative = Tentative{{3, PartyIndex{2}}, s.After(Record(1), one, 2), Append(2)};
  return out;
}

std::vector<Message> Samples() {
  const Register r = Sample();
  const RecordId id = Record(1);
  const Ballot ballot{4, PartyIndex{2}};
  return {Prepare{id, ballot, 1},
          Promise{id, ballot, true, ballot, {}, r.committed, r.tentative},
          Accept{id, ballot, {}, r.tentative->version, r.tentative->evidence},
          Accepted{id, ballot, AcceptVerdict::kBehind, ballot, 3, {}},
          Learn{id, r.committed},
          Query{id, 1},
          QueryReply{id, true, r.committed, r.tentative}};
}

TEST(ReplicaMessages, EveryPrefixAndEveryExtensionIsRefused) {
  for (const Message& message : Samples()) {
    const Bytes bytes = EncodeMessage(message);
    ASSERT_TRUE(ParseMessage(bytes).ok()) << message.index();
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(ParseMessage(ByteSpan(bytes).first(size)).ok()) << message.index() << " " << size;
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(ParseMessage(longer).ok()) << message.index();
  }
}

TEST(ReplicaMessages, UnknownKindsAreRefused) {
  for (const std::uint8_t kind : Bytes{0, 8, 255}) {
    Bytes bytes = EncodeMessage(Samples()[0]);
    bytes[0] = kind;
    EXPECT_EQ(ParseMessage(bytes).error(), Status::kMalformed);
  }
}

TEST(ReplicaMessages, AnUnknownVerdictIsRefused) {
  Bytes bytes = EncodeMessage(Samples()[3]);
  bytes[1 + 32 + 10] = 4;
  EXPECT_FALSE(ParseMessage(bytes).ok());
}

TEST(ReplicaMessages, ACertificateNamesItsPartiesOnceInOrder) {
  Writer out;
  out.U32(2).U16(3).Raw(ByteArray<64>{}).U16(3).Raw(ByteArray<64>{});
  Reader twice(out.bytes());
  static_cast<void>(ReadCertificate(twice));
  EXPECT_TRUE(twice.failed());
  Writer nobody;
  nobody.U32(1).U16(0).Raw(ByteArray<64>{});
  Reader zero(nobody.bytes());
  static_cast<void>(ReadCertificate(zero));
  EXPECT_TRUE(zero.failed());
}

TEST(ReplicaMessages, ValuesOverTheLimitAreRefused) {
  Accept accept = std::get<Accept>(Samples()[2]);
  accept.version.value.resize(kValueBytesMax);
  EXPECT_TRUE(ParseMessage(EncodeMessage(accept)).ok());
  accept.version.value.resize(kValueBytesMax + 1);
  EXPECT_FALSE(ParseMessage(EncodeMessage(accept)).ok());
}

TEST(ReplicaRegister, ReadsWhatItWrote) {
  const Register before = Sample();
  const auto after = Register::Parse(before.Encode());
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after.value().promised, before.promised);
  EXPECT_EQ(after.value().committed.version, before.committed.version);
  EXPECT_EQ(after.value().committed.certificate, before.committed.certificate);
  EXPECT_EQ(after.value().tentative->version, before.tentative->version);
  EXPECT_EQ(after.value().Encode(), before.Encode());
}

// Found by fuzz_replica: what is tentative is above what is committed.
TEST(ReplicaRegister, DoesNotReadATentativeVersionThatIsNotNew) {
  Register value = Sample();
  value.tentative->version.number = value.committed.version.number;
  EXPECT_FALSE(Register::Parse(value.Encode()).ok());
}

TEST(ReplicaVersion, ItsHashNamesRecordNumberHistoryAndValue) {
  Version version{2, {}, Bytes{1, 2, 3}};
  const Hash32 hash = version.HashFor(Record(1));
  EXPECT_NE(version.HashFor(Record(2)), hash);
  Version other = version;
  ++other.number;
  EXPECT_NE(other.HashFor(Record(1)), hash);
  other = version;
  other.previous[0] = 1;
  EXPECT_NE(other.HashFor(Record(1)), hash);
  other = version;
  other.value.push_back(0);
  EXPECT_NE(other.HashFor(Record(1)), hash);
}

}  // namespace
}  // namespace passport::replica
