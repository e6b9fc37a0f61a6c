// What passportd answers the enclave, on its way through the host.
#include "untrusted/enclave/platform_answers.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "untrusted/net/asio.h"

namespace passport::host::enclave {
namespace {

struct Answers {
  Answers() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    const int size = 200'000;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    reader = std::make_unique<PlatformAnswers>(
        io, ends[1],
        [this](ByteSpan answer) {
          if (full) return false;
          taken.push_back(ToBytes(answer));
          return true;
        },
        metrics);
  }
  ~Answers() { close(ends[0]); }
  void Send(std::size_t size, std::uint8_t filled) {
    const Bytes record(size, filled);
    EXPECT_EQ(send(ends[0], record.data(), size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
  }

  net::asio::io_context io;
  metrics::Registry metrics;
  int ends[2];
  std::vector<Bytes> taken;
  bool full = false;
  std::unique_ptr<PlatformAnswers> reader;
};

TEST(PlatformAnswers, AreHandedOverWholeAndInOrder) {
  Answers answers;
  answers.Send(1, 1);
  answers.Send(kPlatformAnswerBytesMax, 2);
  answers.io.poll();
  EXPECT_EQ(answers.taken, (std::vector<Bytes>{Bytes(1, 1), Bytes(kPlatformAnswerBytesMax, 2)}));
  answers.Send(3, 3);
  answers.io.poll();
  EXPECT_EQ(answers.taken.size(), 3u);
}

TEST(PlatformAnswers, ThatAreTooLongOrFindNoRoomAreDropped) {
  Answers answers;
  answers.Send(kPlatformAnswerBytesMax + 1, 1);
  answers.full = true;
  answers.Send(10, 2);
  answers.io.poll();
  EXPECT_TRUE(answers.taken.empty());
  EXPECT_NE(answers.metrics.Text().find("passport_platform_answers_dropped_total 2\n"), std::string::npos);
  answers.full = false;
  answers.Send(10, 3);
  answers.io.poll();
  EXPECT_EQ(answers.taken.size(), 1u);
}

TEST(PlatformAnswers, EndWithPassportdAndNothingElseDoes) {
  Answers answers;
  close(std::exchange(answers.ends[0], -1));
  answers.io.poll();
  EXPECT_TRUE(answers.taken.empty());
}

}  // namespace
}  // namespace passport::host::enclave
