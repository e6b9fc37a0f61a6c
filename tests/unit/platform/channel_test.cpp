// Whole records over a seqpacket pair, and what else can come.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trusted/platform/channel.h"
#include "trusted/platform/libraries.h"

namespace passport::platform {
namespace {

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    constexpr int kRoom = 1 << 20;
    PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_) == 0);
    for (const int end : ends_) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof kRoom);
  }
  ~ChannelTest() override {
    close(ends_[0]);
    if (ends_[1] >= 0) close(ends_[1]);
  }
  void CloseOther() {
    close(ends_[1]);
    ends_[1] = -1;
  }
  int ends_[2];
};

TEST_F(ChannelTest, CarriesRecordsWholeAndInOrder) {
  Channel sender(ends_[0]);
  Channel receiver(ends_[1]);
  const Bytes largest(kRecordBytesMax, 7);
  ASSERT_TRUE(sender.Send(AsBytes("a")).ok());
  ASSERT_TRUE(sender.Send(largest).ok());
  EXPECT_EQ(AsText(receiver.Receive().value()), "a");
  EXPECT_TRUE(Equal(receiver.Receive().value(), largest));
}

TEST_F(ChannelTest, ReportsARecordOverTheLimit) {
  Channel receiver(ends_[1]);
  const Bytes too_long(kRecordBytesMax + 1);
  ASSERT_EQ(send(ends_[0], too_long.data(), too_long.size(), 0), static_cast<ssize_t>(too_long.size()));
  EXPECT_EQ(receiver.Receive().error(), ChannelError::kTooLong);
}

TEST_F(ChannelTest, SendsNoRecordOverTheLimitAndNoEmptyOne) {
  Channel sender(ends_[0]);
  EXPECT_EQ(sender.Send(Bytes(kRecordBytesMax + 1)).error(), ChannelError::kTooLong);
  EXPECT_EQ(sender.Send({}).error(), ChannelError::kTooLong);
}

TEST_F(ChannelTest, TakesAnEmptyRecordForTheEnd) {
  Channel receiver(ends_[1]);
  ASSERT_EQ(send(ends_[0], "", 0, 0), 0);
  EXPECT_EQ(receiver.Receive().error(), ChannelError::kClosed);
}

TEST_F(ChannelTest, SeesTheOtherEndGo) {
  Channel channel(ends_[0]);
  CloseOther();
  EXPECT_EQ(channel.Receive().error(), ChannelError::kClosed);
  EXPECT_EQ(channel.Send(AsBytes("a")).error(), ChannelError::kClosed);
}

TEST_F(ChannelTest, SeesTheOtherEndGoWithoutReading) {
  Channel channel(ends_[0]);
  ASSERT_TRUE(channel.Send(AsBytes("unread")).ok());
  CloseOther();
  EXPECT_EQ(channel.Receive().error(), ChannelError::kClosed);
}

TEST_F(ChannelTest, IsBrokenOnWhatIsNoSocket) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  Channel channel(pipe_ends[0]);
  EXPECT_EQ(channel.Receive().error(), ChannelError::kBroken);
  EXPECT_EQ(channel.Send(AsBytes("a")).error(), ChannelError::kBroken);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Libraries, AnswerTheirKnownQuestionsTwice) {
  EXPECT_TRUE(StartLibraries().ok());
  EXPECT_TRUE(StartLibraries().ok());
}

}  // namespace
}  // namespace passport::platform
