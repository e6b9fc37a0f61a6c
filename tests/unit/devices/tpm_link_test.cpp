// The link to a TPM, with a TPM that answers whatever the test wants.
#include "trusted/devices/tpm_link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

namespace passport::devices {
namespace {

// One end is the link's, the other the test's.
class Link : public testing::Test {
 protected:
  Link() {
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    PASSPORT_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    ours_ = process::Descriptor(ends[0]);
    tpm_ = process::Descriptor(ends[1]);
    link_.emplace(ours_.get());
  }
  TSS2_RC Transmit(const Bytes& command) {
    return Tss2_Tcti_Transmit(link_->context(), command.size(), command.data());
  }
  TSS2_RC Receive(Bytes& answer) {
    std::size_t size = answer.size();
    const TSS2_RC code = Tss2_Tcti_Receive(link_->context(), &size, answer.data(), TSS2_TCTI_TIMEOUT_BLOCK);
    if (code == TSS2_RC_SUCCESS) answer.resize(size);
    return code;
  }
  void Answer(const Bytes& bytes) {
    ASSERT_EQ(write(tpm_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // A response of so many bytes that says so.
  static Bytes Response(std::size_t size) {
    Bytes out(size, 0x77);
    for (std::size_t i = 2; i < 6; ++i) out[i] = static_cast<std::uint8_t>(size >> 8 * (5 - i));
    return out;
  }

  process::Descriptor ours_;
  process::Descriptor tpm_;
  std::optional<TpmLink> link_;
};

TEST_F(Link, CarriesCommandAndResponse) {
  const Bytes command = Response(12);
  EXPECT_EQ(Transmit(command), TSS2_RC_SUCCESS);
  Bytes taken(64);
  ASSERT_EQ(read(tpm_.get(), taken.data(), taken.size()), 12);
  taken.resize(12);
  EXPECT_EQ(taken, command);
  // In two pieces, as a stream may deliver it.
  const Bytes response = Response(100);
  Answer(Bytes(response.begin(), response.begin() + 7));
  Answer(Bytes(response.begin() + 7, response.end()));
  Bytes answer(4096);
  EXPECT_EQ(Receive(answer), TSS2_RC_SUCCESS);
  EXPECT_EQ(answer, response);
  EXPECT_FALSE(link_->lost());
}

TEST_F(Link, TellsTheSizeFirst_AndKeepsTheAnswer) {
  Answer(Response(50));
  std::size_t size = 0;
  EXPECT_EQ(Tss2_Tcti_Receive(link_->context(), &size, nullptr, TSS2_TCTI_TIMEOUT_BLOCK), TSS2_RC_SUCCESS);
  EXPECT_EQ(size, 50U);
  Bytes small(49);
  EXPECT_EQ(Receive(small), TSS2_TCTI_RC_INSUFFICIENT_BUFFER);
  Bytes answer(50);
  EXPECT_EQ(Receive(answer), TSS2_RC_SUCCESS);
  EXPECT_EQ(answer, Response(50));
}

TEST_F(Link, OfATpmThatSaysAnotherSize_IsLost) {
  for (const std::size_t claimed : {std::size_t{0}, std::size_t{9}, std::size_t{49}}) {
    TpmLink link(ours_.get());
    Bytes response = Response(50);
    response[5] = static_cast<std::uint8_t>(claimed);
    Answer(response);
    std::size_t size = 0;
    EXPECT_EQ(Tss2_Tcti_Receive(link.context(), &size, nullptr, TSS2_TCTI_TIMEOUT_BLOCK),
              TSS2_TCTI_RC_IO_ERROR);
    EXPECT_TRUE(link.lost());
  }
}

TEST_F(Link, OfATpmThatPromisesTooMuch_IsLost) {
  Bytes response(4096, 0x77);
  response[2] = response[3] = 0;
  response[4] = 0x10;
  response[5] = 0x01;  // 4097
  Answer(response);
  Bytes answer(8192);
  EXPECT_EQ(Receive(answer), TSS2_TCTI_RC_IO_ERROR);
  EXPECT_TRUE(link_->lost());
}

TEST_F(Link, OfATpmThatIsGone_SendsNothingMore) {
  tpm_.Close();
  Bytes answer(64);
  EXPECT_EQ(Receive(answer), TSS2_TCTI_RC_IO_ERROR);
  EXPECT_TRUE(link_->lost());
  EXPECT_EQ(Transmit(Response(12)), TSS2_TCTI_RC_IO_ERROR);
}

TEST(LinkNames, ThatCannotBeReached_SayWhatIsWrong) {
  for (const auto& [name, why] : {std::pair<std::string, std::string>{"", "no such kind of TPM"},
                                  {"mssim:host=localhost", "no such kind of TPM"},
                                  {"swtpm:path=", "E"},
                                  {"swtpm:path=" + std::string(200, 'x'), "ENAMETOOLONG"},
                                  {"swtpm:path=no-such-socket", "ENOENT"},
                                  {"swtpm:host=localhost", "EINVAL"},
                                  {"swtpm:host=localhost,port=0", "EINVAL"},
                                  {"swtpm:host=localhost,port=99999", "EINVAL"},
                                  {"device:no-such-device", "ENOENT"}}) {
    const auto link = TpmLink::Open(name);
    ASSERT_FALSE(link.ok()) << name;
    EXPECT_NE(link.error().find("cannot reach the TPM " + name + ": " + why), std::string::npos)
        << link.error();
    EXPECT_NE(link.error().find("correct --tpm2"), std::string::npos);
  }
}

}  // namespace
}  // namespace passport::devices
