#include "tests/unit/devices/fake_tsm.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "edl/base/check.h"
#include "trusted/process/descriptor.h"

namespace passport::devices {
namespace {

void WritePipe(const std::string& path, const Bytes& bytes) {
  const int pipe = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = write(pipe, bytes.data() + done, bytes.size() - done);
    if (size <= 0) break;
    done += static_cast<std::size_t>(size);
  }
  close(pipe);
}

}  // namespace

FakeTsm::FakeTsm(Script script)
    : script_(std::move(script)), folder_(testing::TempDir() + "passport-tsm-XXXXXX") {
  PASSPORT_CHECK(mkdtemp(folder_.data()) != nullptr);
  PASSPORT_CHECK(chmod(folder_.c_str(), 0755) == 0);
  std::filesystem::create_directories(folder() + "/passport-platform");
  for (const char* name : {"inblob", "outblob", "auxblob"})
    PASSPORT_CHECK(mkfifo(Attribute(name).c_str(), 0644) == 0);
  std::ofstream(Attribute("provider")) << script_.provider;
  SetGeneration(0);
  kernel_ = std::thread([this] { Serve(); });
}

// A pipe opened for both directions lets every other end open, and one byte lets a reader go on.
FakeTsm::~FakeTsm() {
  stop_ = true;
  std::vector<process::Descriptor> ends;
  for (const char* name : {"inblob", "outblob", "auxblob"})
    ends.emplace_back(open(Attribute(name).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  EXPECT_EQ(write(ends[0].get(), "", 1), 1);
  kernel_.join();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Bytes FakeTsm::ReadPipe(const std::string& path) const {
  const int pipe = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Bytes out;
  ByteArray<256> block;
  for (ssize_t size; (size = read(pipe, block.data(), block.size())) > 0 && !stop_;)
    Append(out, ByteSpan(block).first(static_cast<std::size_t>(size)));
  close(pipe);
  return out;
}

// By renaming, so that a reader sees one value or the other.
void FakeTsm::SetGeneration(int value) const {
  std::ofstream(Attribute("next")) << value << "\n";
  std::filesystem::rename(Attribute("next"), Attribute("generation"));
}

void FakeTsm::Serve() {
  int generation = 0;
  for (int i = 0; i < script_.quotes && !stop_; ++i) {
    asked_ = ReadPipe(Attribute("inblob"));
    generation += i < script_.foreign_writes_in ? 2 : 1;
    SetGeneration(generation);
    WritePipe(Attribute("outblob"), script_.report);
    if (script_.provider == "sev_guest\n") WritePipe(Attribute("auxblob"), script_.certificates);
  }
}

}  // namespace passport::devices
