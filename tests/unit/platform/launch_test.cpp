// The messages between passportd and enclave, and the confinement record in them.
#include <gtest/gtest.h>

#include <cerrno>

#include "edl/base/codec.h"
#include "trusted/platform/build_kind.h"
#include "trusted/platform/confine.h"
#include "trusted/platform/launch_info.h"

namespace passport::platform {
namespace {

ConfinementRecord SampleRecord() {
  ConfinementRecord record;
  record.launch_kind = LaunchKind::kMemfd;
  record.landlock_version = 7;
  record.Set(Layer::kSealedImage, State::kApplied);
  record.SetOutcome(Layer::kSeparateUid, EPERM);
  record.Set(Layer::kNoNewProcesses, State::kNotApplicable);
  record.SetOutcome(Layer::kSeccomp, 0);
  record.filter_sha256.fill(0xab);
  return record;
}

LaunchInfo SampleInfo() {
  LaunchInfo info;
  info.development = true;
  info.svn = 3;
  info.measurement.fill(1);
  info.unique_key.ExposeMutable().fill(2);
  info.product_key.ExposeMutable().fill(3);
  info.limits.presignatures = 0;
  info.launch = SampleRecord();
  return info;
}

// Every layer that development may do without, and all others.
ConfinementRecord CompleteRecord() {
  ConfinementRecord record;
  for (std::uint8_t layer = 1; layer <= kLayerCount; ++layer)
    record.Set(static_cast<Layer>(layer), State::kApplied);
  return record;
}

TEST(ConfinementRecord, ReadsBackWhatItWrote) {
  const Result<ConfinementRecord> back = ConfinementRecord::Parse(SampleRecord().Encode());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value(), SampleRecord());
}

TEST(ConfinementRecord, HasOneGoldenForm) {
  EXPECT_EQ(ToHex(SampleRecord().Encode()).substr(0, 32),
            "01010718"
            "010000"
            "030000"
            "020100"
            "030000");
}

TEST(ConfinementRecord, AcceptsOnlyItsOwnEncodings) {
  const Bytes good = SampleRecord().Encode();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ConfinementRecord::Parse(ByteSpan(good).first(size)).ok()) << size;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = good;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1 << bit));
      const Result<ConfinementRecord> parsed = ConfinementRecord::Parse(changed);
      EXPECT_TRUE(!parsed.ok() || parsed.value().Encode() == changed) << at;
    }
  }
}

TEST(ConfinementRecord, TakesSilenceForOff) {
  EXPECT_EQ(ConfinementRecord().Get(Layer::kSeccomp).state, State::kOff);
  EXPECT_FALSE(ConfinementRecord().Applied(Layer::kSeccomp));
}

TEST(ConfinementRecord, ListsEveryLayerWithItsState) {
  const auto listing = SampleRecord().Listing();
  ASSERT_EQ(listing.size(), kLayerCount + 3);
  EXPECT_EQ(listing[0], std::pair(std::string("sealed-image"), std::string("applied")));
  EXPECT_EQ(listing[1], std::pair(std::string("execute-only-image"), std::string("off")));
  EXPECT_EQ(listing[2], std::pair(std::string("separate-uid"), std::string("unavailable (EPERM)")));
  EXPECT_EQ(listing[18], std::pair(std::string("no-new-processes"), std::string("not applicable")));
  EXPECT_EQ(listing[kLayerCount], std::pair(std::string("launch"), std::string("memfd")));
  EXPECT_EQ(listing.back().second, ToHex(SampleRecord().filter_sha256));
}

TEST(LaunchInfo, ReadsBackWhatItWrote) {
  const crypto::SecretBytes encoded = SampleInfo().Encode();
  EXPECT_LE(encoded.Expose().size(), kLaunchInfoBytesMax);
  const Result<LaunchInfo> back = LaunchInfo::Parse(encoded.Expose());
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back.value().development);
  EXPECT_EQ(back.value().svn, 3u);
  EXPECT_EQ(back.value().measurement, SampleInfo().measurement);
  EXPECT_EQ(back.value().unique_key.Expose(), SampleInfo().unique_key.Expose());
  EXPECT_EQ(back.value().product_key.Expose(), SampleInfo().product_key.Expose());
  EXPECT_EQ(back.value().limits, SampleInfo().limits);
  EXPECT_EQ(back.value().launch, SampleRecord());
}

TEST(LaunchInfo, RefusesEveryCutAndEveryOtherVersion) {
  const crypto::SecretBytes encoded = SampleInfo().Encode();
  for (std::size_t size = 0; size < encoded.Expose().size(); ++size)
    EXPECT_FALSE(LaunchInfo::Parse(encoded.Expose().first(size)).ok()) << size;
  for (std::size_t at = 0; at < 6; ++at) {
    Bytes changed = ToBytes(encoded.Expose());
    changed[at] ^= 2;
    EXPECT_FALSE(LaunchInfo::Parse(changed).ok()) << at;
  }
  Bytes longer = ToBytes(encoded.Expose());
  longer.push_back(0);
  EXPECT_FALSE(LaunchInfo::Parse(longer).ok());
}

TEST(StartReport, ReadsBackWhatItWrote) {
  const StartReport report{false, Layer::kLandlock, SampleRecord()};
  const Result<StartReport> back = StartReport::Parse(report.Encode());
  ASSERT_TRUE(back.ok());
  EXPECT_FALSE(back.value().ready);
  EXPECT_EQ(back.value().missing, Layer::kLandlock);
  EXPECT_EQ(back.value().confinement, SampleRecord());
}

TEST(StartReport, RefusesALayerThatDoesNotExist) {
  Bytes encoded = StartReport{true, Layer::kSeccomp, SampleRecord()}.Encode();
  encoded[6] = kLayerCount + 1;
  EXPECT_FALSE(StartReport::Parse(encoded).ok());
  encoded[6] = 0;
  EXPECT_FALSE(StartReport::Parse(encoded).ok());
}

class Required : public testing::TestWithParam<Layer> {};
TEST_P(Required, LayerIsMissedEvenInDevelopment) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer build in development runs unconfined";
  ConfinementRecord record = CompleteRecord();
  EXPECT_FALSE(MissingLayer(record, true).has_value());
  record.SetOutcome(GetParam(), ENOSYS);
  EXPECT_EQ(MissingLayer(record, true), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Always, Required,
                         testing::Values(Layer::kSeccomp, Layer::kNoNewPrivileges, Layer::kNotDumpable,
                                         Layer::kOwnDescriptors, Layer::kEmptyEnvironment,
                                         Layer::kNoCoreFile));

class Optional : public testing::TestWithParam<Layer> {};
TEST_P(Optional, LayerIsMissedOutsideDevelopmentOnly) {
  ConfinementRecord record = CompleteRecord();
  record.SetOutcome(GetParam(), EPERM);
  EXPECT_FALSE(MissingLayer(record, true).has_value());
  EXPECT_EQ(MissingLayer(record, false), GetParam());
}
INSTANTIATE_TEST_SUITE_P(InProduction, Optional,
                         testing::Values(Layer::kExecuteOnlyImage, Layer::kSeparateUid,
                                         Layer::kNoCapabilities));

}  // namespace
}  // namespace passport::platform
