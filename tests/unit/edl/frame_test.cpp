// The record header: it comes back as it was, and every byte of it is checked.
#include "edl/base/frame.h"

#include <gtest/gtest.h>

#include <random>

namespace passport {
namespace {

constexpr std::uint32_t kSchema = 0xa1b2c3d4;

FrameHeader Response() {
  return {.kind = FrameKind::kResponse,
          .call_id = 7,
          .seq = 0x1122334455667788,
          .schema = kSchema,
          .status = Status::kBusy,
          .more_follows = true};
}

bool Same(const FrameHeader& a, const FrameHeader& b) {
  return a.kind == b.kind && a.call_id == b.call_id && a.seq == b.seq && a.schema == b.schema &&
         a.status == b.status && a.more_follows == b.more_follows;
}

FrameError ErrorOf(ByteSpan record) {
  const auto frame = ParseFrame(record, kSchema);
  EXPECT_FALSE(frame.ok());
  return frame.ok() ? FrameError{} : frame.error();
}

TEST(Frame, HasTheStatedBytes) {
  EXPECT_EQ(ToHex(EncodeFrame(Response(), AsBytes("ab"))),
            "54454531"  // TEE1
            "0100"      // version
            "02"        // response
            "01"        // more follows
            "0700"      // call
            "0700"      // kBusy
            "00000000"
            "8877665544332211"
            "02000000"  // body length
            "d4c3b2a1"
            "6162");
}

TEST(Frame, ComesBackAsItWas) {
  std::mt19937_64 random(1);
  const FrameHeader headers[] = {
      Response(),
      {.kind = FrameKind::kRequest, .call_id = 0xffff, .seq = 1, .schema = kSchema},
      {.kind = FrameKind::kReady, .schema = kSchema}};
  for (const FrameHeader& header : headers) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, random() % 1000, kFrameBodyBytesMax}) {
      const Bytes body(size, static_cast<std::uint8_t>(random()));
      const Bytes record = EncodeFrame(header, body);
      const auto frame = ParseFrame(record, kSchema);
      ASSERT_TRUE(frame.ok());
      EXPECT_TRUE(Same(frame.value().header, header));
      EXPECT_TRUE(Equal(frame.value().body, body));
    }
  }
}

TEST(Frame, SizeOfTheRecordIsBounded) {
  EXPECT_EQ(ErrorOf({}), FrameError::kLength);
  EXPECT_EQ(ErrorOf(Bytes(kFrameHeaderBytes - 1)), FrameError::kLength);
  Bytes record = EncodeFrame(Response(), Bytes(kFrameBodyBytesMax));
  ASSERT_EQ(record.size(), kRecordBytesMax);
  record.push_back(0);
  EXPECT_EQ(ErrorOf(record), FrameError::kLength);
  record.resize(kRecordBytesMax - 1);
  EXPECT_EQ(ErrorOf(record), FrameError::kLength);
}

struct Mutation {
  std::size_t offset;
  std::uint8_t value;
  FrameError error;
};

// One row per field, and one per rule that ties a field to the kind.
TEST(Frame, EachFieldHasItsError) {
  const Mutation kMutations[] = {
      {0, 't', FrameError::kMagic},   {3, '2', FrameError::kMagic},      {4, 0, FrameError::kVersion},
      {4, 2, FrameError::kVersion},   {5, 1, FrameError::kVersion},      {6, 0, FrameError::kKind},
      {6, 5, FrameError::kKind},      {6, 1, FrameError::kFlags},        {6, 3, FrameError::kKind},
      {6, 4, FrameError::kFlags},     {7, 2, FrameError::kFlags},        {7, 0x81, FrameError::kFlags},
      {8, 0, FrameError::kCall},      {10, 11, FrameError::kStatus},     {11, 1, FrameError::kStatus},
      {12, 1, FrameError::kReserved}, {15, 0x80, FrameError::kReserved}, {24, 1, FrameError::kLength},
      {24, 3, FrameError::kLength},   {27, 1, FrameError::kLength},      {28, 0, FrameError::kSchema},
      {31, 0, FrameError::kSchema}};
  const Bytes good = EncodeFrame(Response(), AsBytes("ab"));
  for (const Mutation& mutation : kMutations) {
    Bytes record = good;
    ASSERT_NE(record[mutation.offset], mutation.value);
    record[mutation.offset] = mutation.value;
    EXPECT_EQ(ErrorOf(record), mutation.error) << mutation.offset;
  }
}

TEST(Frame, OnlyRequestsAndResponsesHaveCallAndSequence) {
  const Bytes request =
      EncodeFrame({.kind = FrameKind::kRequest, .call_id = 1, .seq = 1, .schema = kSchema}, {});
  const Bytes ready = EncodeFrame({.kind = FrameKind::kReady, .schema = kSchema}, {});
  const auto with = [](Bytes record, std::size_t offset, std::uint8_t value) {
    record[offset] = value;
    return record;
  };
  EXPECT_EQ(ErrorOf(with(request, 8, 0)), FrameError::kCall);
  EXPECT_EQ(ErrorOf(with(request, 16, 0)), FrameError::kSequence);
  EXPECT_EQ(ErrorOf(with(request, 10, 1)), FrameError::kStatus);
  EXPECT_EQ(ErrorOf(with(ready, 8, 1)), FrameError::kCall);
  EXPECT_EQ(ErrorOf(with(ready, 16, 1)), FrameError::kSequence);
  EXPECT_EQ(ErrorOf(with(ready, 10, 1)), FrameError::kStatus);
}

TEST(Frame, HeadersThatBreakTheRulesAreABug) {
  EXPECT_DEATH(EncodeFrame({.kind = FrameKind::kRequest, .call_id = 1, .seq = 0}, {}), "");
  EXPECT_DEATH(EncodeFrame({.kind = FrameKind::kRequest, .call_id = 1, .seq = 1, .more_follows = true}, {}),
               "");
  EXPECT_DEATH(EncodeFrame(Response(), Bytes(kFrameBodyBytesMax + 1)), "");
}

TEST(HostStatus, ShowsTheHostNoMoreThanTheBoundaryCodes) {
  for (std::uint16_t code = 0; code < 1000; ++code) {
    const Status seen = HostStatus(static_cast<Status>(code));
    EXPECT_LE(static_cast<std::uint16_t>(seen), static_cast<std::uint16_t>(Status::kInternal));
    EXPECT_EQ(seen == Status::kOk, code == 0);
  }
  EXPECT_EQ(HostStatus(Status::kDenied), Status::kDenied);
  EXPECT_EQ(HostStatus(Status::kJsonSyntax), Status::kBadFormat);
  EXPECT_EQ(HostStatus(Status::kUnseal), Status::kCrypto);
  EXPECT_EQ(HostStatus(Status::kPeerReplay), Status::kInternal);
}

}  // namespace
}  // namespace passport
