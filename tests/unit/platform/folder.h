// A folder of its own for one test.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "edl/base/check.h"

namespace passport::platform {

class Folder : public testing::Test {
 protected:
  Folder() { PASSPORT_CHECK(mkdtemp(name_.data()) != nullptr); }
  ~Folder() override { std::filesystem::remove_all(name_); }
  std::string Path(const std::string& file) const { return name_ + "/" + file; }
  void Write(const std::string& file, const std::string& text, mode_t mode) const {
    std::ofstream(Path(file)) << text;
    PASSPORT_CHECK(chmod(Path(file).c_str(), mode) == 0);
  }
  std::string name_ = testing::TempDir() + "passport-platform-XXXXXX";
};

}  // namespace passport::platform
