// Every input in tests/fuzz/corpus runs through its target again, with whatever compiler and sanitizers this
// is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/corpus_targets.h"

namespace passport::fuzz {
namespace {

const std::filesystem::path kCorpus = std::filesystem::path(PASSPORT_SOURCE_DIR) / "tests/fuzz/corpus";

std::vector<std::filesystem::path> FilesOf(const CorpusTarget& target) {
  std::vector<std::filesystem::path> out;
  const std::filesystem::path folder = kCorpus / target.name;
  if (!std::filesystem::exists(folder)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

std::vector<std::uint8_t> ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Corpus : public ::testing::TestWithParam<CorpusTarget> {};

TEST_P(Corpus, EveryInputRuns) {
  const auto files = FilesOf(GetParam());
  EXPECT_FALSE(files.empty()) << "no input in tests/fuzz/corpus/" << GetParam().name;
  for (const auto& path : files) {
    SCOPED_TRACE(path.filename());
    const std::vector<std::uint8_t> input =
        ReadFile(path);  // a block of its own: ASan sees what is read beyond
    EXPECT_EQ(GetParam().run(input.data(), input.size()), 0);
  }
}

// A mutator gets any bytes and any room, and stays in it.
TEST_P(Corpus, MutationsStayInTheirRoom) {
  if (GetParam().mutate == nullptr) return;
  constexpr std::uint8_t kGuard = 0xa5;
  for (const auto& path : FilesOf(GetParam())) {
    const std::vector<std::uint8_t> input = ReadFile(path);
    for (unsigned seed = 0; seed < 64; ++seed) {
      const std::size_t room = input.size() + seed;
      std::vector<std::uint8_t> buffer(room + 1, kGuard);
      std::ranges::copy(input, buffer.begin());
      ASSERT_LE(GetParam().mutate(buffer.data(), input.size(), room, seed), room);
      ASSERT_EQ(buffer.back(), kGuard);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, ::testing::ValuesIn(CorpusTargets()),
                         [](const auto& target) { return std::string(target.param.name); });

// An input of a target that is gone, or misspelt, would never run.
TEST(CorpusFolders, EachBelongsToATarget) {
  const auto targets = CorpusTargets();
  for (const auto& entry : std::filesystem::directory_iterator(kCorpus)) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(std::ranges::any_of(targets, [&](const CorpusTarget& target) { return target.name == name; }))
        << name;
  }
}

}  // namespace
}  // namespace passport::fuzz
