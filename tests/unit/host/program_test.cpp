// The program passport-host, started as passportd starts it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <memory>
#include <semaphore>

#include "tests/unit/host/fake_enclave.h"
#include "tests/unit/host/raw_client.h"
#include "tests/unit/host/temp_folder.h"
#include "untrusted/store/records.h"

namespace passport::host {
namespace {

// A running passport-host. `enclave_fd` becomes its descriptor 3; -1 leaves that closed.
class Program {
 public:
  Program(int enclave_fd, std::vector<std::string> arguments) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) std::abort();
    std::vector<char*> argv;
    arguments.insert(arguments.begin(), PASSPORT_HOST_PROGRAM);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
      if (enclave_fd >= 0) {
        const int copy = fcntl(enclave_fd, F_DUPFD, 10);
        dup2(copy, 3);
        close(copy);
      } else {
        close(3);
      }
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(out[1]);
    if (enclave_fd >= 0) close(enclave_fd);
    out_ = out[0];
  }
  ~Program() {
    if (!ended_) Kill();
    close(out_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string ReadLine() {
    std::string line;
    for (char c = 0; read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::uint16_t AwaitReady() {
    const std::string line = ReadLine();
    EXPECT_TRUE(line.starts_with("ready api=")) << line;
    return line.size() > 10 ? static_cast<std::uint16_t>(std::stoi(line.substr(10))) : std::uint16_t{0};
  }
  void Signal(int number) { kill(pid_, number); }
  // The exit code, or minus the signal.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  void Kill() {
    Signal(SIGKILL);
    Wait();
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  bool ended_ = false;
};

std::vector<std::string> Arguments(const TempFolder& temp) {
  return {"--data-dir", temp.File("data"), "--api-port", "0"};
}

TEST(Program, Sigterm_EndsItOrderly) {
  const TempFolder temp;
  FakeEnclave fake;
  Program program(fake.host_fd(), Arguments(temp));
  fake.Start();
  RawClient client(program.AwaitReady());
  EXPECT_TRUE(client.connected());
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

TEST(Program, Sigterm_BlockedByWhoeverStartedItStillEndsIt) {
  const TempFolder temp;
  FakeEnclave fake;
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  sigprocmask(SIG_SETMASK, &blocked, &before);
  Program program(fake.host_fd(), Arguments(temp));
  sigprocmask(SIG_SETMASK, &before, nullptr);
  fake.Start();
  program.AwaitReady();
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

TEST(Program, Enclave_EndingEndsItWithAFailure) {
  const TempFolder temp;
  FakeEnclave fake;
  Program program(fake.host_fd(), Arguments(temp));
  fake.Start();
  program.AwaitReady();
  fake.Stop();
  EXPECT_EQ(program.Wait(), 1);
}

TEST(Program, Sighup_ReadsTheManifestAgain) {
  const TempFolder temp;
  FakeEnclave fake;
  std::binary_semaphore given(0);
  fake.on_provision = [&](const edl::ProvisionCall& call, edl::Effects& effects) {
    effects.Verdict(0);
    if (call.kind == edl::ProvisionKind::kManifest && AsText(call.data) == "new") given.release();
    return Status::kOk;
  };
  std::vector<std::string> arguments = Arguments(temp);
  arguments.insert(arguments.end(), {"--manifest", temp.File("manifest")});
  Program program(fake.host_fd(), arguments);
  fake.Start();
  program.AwaitReady();
  std::ofstream(temp.File("manifest")) << "new";
  program.Signal(SIGHUP);
  EXPECT_TRUE(given.try_acquire_for(std::chrono::seconds(20)));
}

TEST(Program, Kill_LosesNoRecordWhoseReplyAClientHas) {
  const TempFolder temp;
  FakeEnclave fake;
  std::uint16_t number = 0;
  const auto id_of = [](std::uint16_t n) {
    ByteArray<32> id{};
    id[0] = static_cast<std::uint8_t>(n);
    id[1] = static_cast<std::uint8_t>(n >> 8);
    return id;
  };
  fake.on_client_request = [&](const edl::ClientRequestCall& call, edl::Effects& effects) {
    effects.Put(id_of(++number), ToBytes(call.body));
    effects.Reply(call.token, 0, 0, ToBytes(std::to_string(number)));
    return Status::kOk;
  };
  Program program(fake.host_fd(), Arguments(temp));
  fake.Start();
  const std::uint16_t port = program.AwaitReady();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>(port));
  std::vector<std::uint16_t> acknowledged;
  for (int round = 0; round < 10; ++round) {
    for (const auto& client : clients) client->Send(Post("record"));
    for (const auto& client : clients) {
      if (round == 9 && client == clients[10]) program.Kill();  // with requests in flight
      const RawReply reply = client->Read();
      if (reply.status == 200) acknowledged.push_back(static_cast<std::uint16_t>(std::stoi(reply.body)));
    }
  }
  EXPECT_GE(acknowledged.size(), 190u);
  auto store = store::RecordStore::Open(temp.File("data"), {});
  ASSERT_TRUE(store.ok());
  for (const std::uint16_t n : acknowledged) {
    EXPECT_EQ(store.value().Read(RecordId{id_of(n)}).value(), ToBytes("record")) << n;
  }
}

TEST(Program, LogFile_HasTheEventsAndStaysBounded) {
  const TempFolder temp;
  FakeEnclave fake;
  fake.on_client_request = [](const edl::ClientRequestCall& call, edl::Effects& effects) {
    effects.Log(20, {}, 1, 2);
    effects.Reply(call.token, 0, 0, ToBytes(std::string_view("done")));
    return Status::kOk;
  };
  std::vector<std::string> arguments = Arguments(temp);
  arguments.insert(arguments.end(), {"--log-file", temp.File("log"), "--log-max-bytes", "4096"});
  Program program(fake.host_fd(), arguments);
  fake.Start();
  RawClient client(program.AwaitReady());
  for (int i = 0; i < 200; ++i) {
    client.Send(Post("x"));
    ASSERT_EQ(client.Read().body, "done");
  }
  for (const char* name : {"log", "log.1"}) {
    EXPECT_LE(std::filesystem::file_size(temp.File(name)), 4096u);
    std::ifstream file(temp.File(name));
    std::string line;
    EXPECT_TRUE(std::getline(file, line) && line.starts_with("ts=2") && line.find(" event=") != line.npos)
        << line;
  }
}

TEST(Program, WrongUse_EndsWithTwo) {
  const TempFolder temp;
  EXPECT_EQ(Program(-1, Arguments(temp)).Wait(), 2);  // nobody gave it an enclave
  EXPECT_EQ(Program(-1, {"--no-such-option"}).Wait(), 2);
  EXPECT_EQ(Program(open("/dev/null", O_RDWR | O_CLOEXEC), Arguments(temp)).Wait(), 2);
}

TEST(Program, Help_EndsWithSuccess) {
  Program program(-1, {"--help"});
  EXPECT_TRUE(program.ReadLine().starts_with("passport-host"));
  EXPECT_EQ(program.Wait(), 0);
}

TEST(Program, AStoreOrPortThatCannotBeHadEndsWithOne) {
  const TempFolder temp;
  {
    FakeEnclave fake;
    EXPECT_EQ(Program(fake.host_fd(), {"--data-dir", temp.File("absent/data")}).Wait(), 1);
  }
  {
    FakeEnclave fake;
    EXPECT_EQ(
        Program(fake.host_fd(), {"--data-dir", temp.File("data"), "--log-file", temp.File("absent/log")})
            .Wait(),
        1);
  }
  FakeEnclave fake;
  Program first(fake.host_fd(), Arguments(temp));
  fake.Start();
  const std::uint16_t port = first.AwaitReady();
  FakeEnclave other;
  EXPECT_EQ(
      Program(other.host_fd(), {"--data-dir", temp.File("other"), "--api-port", std::to_string(port)}).Wait(),
      1);
}

}  // namespace
}  // namespace passport::host
