// The messages between passportd and enclave, and the confinement record in them.
#include <gtest/gtest.h>

#include <algorithm>
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
  record.arena_bytes = std::uint64_t{66} << 20;
  record.arena_locked_bytes = std::uint64_t{8} << 20;
  record.filter_sha256.fill(0xab);
  return record;
}

LaunchInfo SampleInfo() {
  LaunchInfo info;
  info.development = true;
  info.release = {Hash32{9}, 7, 3, "passport 0.1.0"};
  info.measurement.fill(1);
  info.keys.unique.ExposeMutable().fill(2);
  info.keys.product.ExposeMutable().fill(3);
  info.keys.source_mask = 5;
  info.keys.key_epoch = 2;
  info.platform_key.ExposeMutable().fill(4);
  info.limits.presignatures = 0;
  info.providers = {{2, true, "swtpm"}, {3, false, "no /dev/sev-guest"}};
  info.counter = 17;
  info.required = {Layer::kSeccomp, Layer::kL1Flush};
  info.without = {Layer::kLandlock};
  info.launch = SampleRecord();
  return info;
}

// Every layer that development may do without, and all others.
ConfinementRecord CompleteRecord() {
  ConfinementRecord record;
  for (const LayerRow& row : kLayers) record.Set(row.layer, State::kApplied);
  return record;
}

TEST(ConfinementRecord, ReadsBackWhatItWrote) {
  const Result<ConfinementRecord> back = ConfinementRecord::Parse(SampleRecord().Encode());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value(), SampleRecord());
}

TEST(ConfinementRecord, HasOneGoldenForm) {
  EXPECT_EQ(ToHex(SampleRecord().Encode()).substr(0, 40),
            "03010722"
            "01010000"
            "02030000"
            "03020100"
            "04030000");
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
  ASSERT_EQ(listing.size(), kLayerCount + 5);
  EXPECT_EQ(listing[0], std::pair(std::string("sealed-image"), std::string("applied")));
  EXPECT_EQ(listing[1], std::pair(std::string("execute-only-image"), std::string("off")));
  EXPECT_EQ(listing[2], std::pair(std::string("separate-uid"), std::string("unavailable (EPERM)")));
  EXPECT_EQ(listing[18], std::pair(std::string("no-new-processes"), std::string("not applicable")));
  EXPECT_EQ(listing[kLayerCount], std::pair(std::string("launch"), std::string("memfd")));
  EXPECT_EQ(listing[kLayerCount + 2], std::pair(std::string("arena-mib"), std::string("66")));
  EXPECT_EQ(listing[kLayerCount + 3], std::pair(std::string("arena-locked-mib"), std::string("8")));
  EXPECT_EQ(listing.back().second, ToHex(SampleRecord().filter_sha256));
}

void ExpectEqual(const SealingKeys& a, const SealingKeys& b) {
  EXPECT_EQ(a.unique.Expose(), b.unique.Expose());
  EXPECT_EQ(a.product.Expose(), b.product.Expose());
  EXPECT_EQ(a.source_mask, b.source_mask);
  EXPECT_EQ(a.key_epoch, b.key_epoch);
}

TEST(LaunchInfo, ReadsBackWhatItWrote) {
  const LaunchInfo info = SampleInfo();
  const crypto::SecretBytes encoded = info.Encode();
  const Result<LaunchInfo> read = LaunchInfo::Parse(encoded.Expose());
  ASSERT_TRUE(read.ok());
  const LaunchInfo& back = read.value();
  EXPECT_TRUE(back.development);
  EXPECT_EQ(back.release, info.release);
  EXPECT_EQ(back.measurement, info.measurement);
  ExpectEqual(back.keys, info.keys);
  EXPECT_FALSE(back.previous.has_value());
  EXPECT_EQ(back.platform_key.Expose(), info.platform_key.Expose());
  EXPECT_EQ(back.limits, info.limits);
  EXPECT_EQ(back.providers, info.providers);
  EXPECT_EQ(back.counter, info.counter);
  EXPECT_EQ(back.required, info.required);
  EXPECT_EQ(back.without, info.without);
  EXPECT_EQ(back.launch, SampleRecord());
}

TEST(LaunchInfo, CarriesTheKeysOfTheRootBefore) {
  LaunchInfo info = SampleInfo();
  info.previous =
      SealingKeys{crypto::SecretKey32(ByteArray<32>{6}), crypto::SecretKey32(ByteArray<32>{7}), 1, 1};
  const Result<LaunchInfo> back = LaunchInfo::Parse(info.Encode().Expose());
  ASSERT_TRUE(back.ok() && back.value().previous.has_value());
  ExpectEqual(back.value().keys, info.keys);
  ExpectEqual(*back.value().previous, *info.previous);
}

TEST(LaunchInfo, AtItsLargestFitsItsBound) {
  LaunchInfo info = SampleInfo();
  info.release.build = std::string(kBuildTextMax, 'b');
  info.previous.emplace();
  info.providers.assign(platform_link::kProbesMax,
                        {1, false, std::string(platform_link::kProbeTextMax, 't')});
  const crypto::SecretBytes encoded = info.Encode();
  EXPECT_LE(encoded.Expose().size(), kLaunchInfoBytesMax);
  EXPECT_TRUE(LaunchInfo::Parse(encoded.Expose()).ok());
}

// Nothing is left out on purpose where the records of real users are.
TEST(LaunchInfo, LeavesLayersOutInDevelopmentOnly) {
  LaunchInfo info = SampleInfo();
  info.development = false;
  EXPECT_FALSE(LaunchInfo::Parse(info.Encode().Expose()).ok());
  info.without = {};
  EXPECT_TRUE(LaunchInfo::Parse(info.Encode().Expose()).ok());
}

TEST(LaunchInfo, RefusesTextThatIsNotPlainAndLayersThatDoNotExist) {
  LaunchInfo info = SampleInfo();
  info.release.build = "a\"b";
  EXPECT_FALSE(LaunchInfo::Parse(info.Encode().Expose()).ok());
  info = SampleInfo();
  info.required = LayerSet::FromBits(std::uint64_t{1} << 63);
  EXPECT_FALSE(LaunchInfo::Parse(info.Encode().Expose()).ok());
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
  encoded[6] = 64;
  EXPECT_FALSE(StartReport::Parse(encoded).ok());
  encoded[6] = 0;
  EXPECT_FALSE(StartReport::Parse(encoded).ok());
}

class EveryLayer : public testing::TestWithParam<LayerRow> {};
TEST_P(EveryLayer, IsMissedWhereItIsRequiredOrIndispensable) {
  const Layer layer = GetParam().layer;
  ConfinementRecord record = CompleteRecord();
  EXPECT_FALSE(MissingLayer(record, kStrict, false).has_value());
  record.SetOutcome(layer, ENOSYS);
  const auto when = [&](bool required) { return required ? std::optional(layer) : std::nullopt; };
  EXPECT_EQ(MissingLayer(record, {}, false), when(kIndispensable.Has(layer)));
  EXPECT_EQ(MissingLayer(record, kStrict, false), when(kStrict.Has(layer)));
  EXPECT_EQ(MissingLayer(record, {layer}, false), layer);
  // A sanitizer build in development runs unconfined.
  if (!kSanitized) {
    EXPECT_EQ(MissingLayer(record, {layer}, true), layer);
  }
}
TEST_P(EveryLayer, IsFoundByNameAndNumber) {
  const Layer layer = GetParam().layer;
  EXPECT_EQ(LayerName(layer), GetParam().name);
  EXPECT_EQ(FindLayer(GetParam().name), layer);
  EXPECT_EQ(FindLayer(static_cast<std::uint8_t>(layer)), layer);
}
INSTANTIATE_TEST_SUITE_P(Of, EveryLayer, testing::ValuesIn(kLayers), [](const auto& instance) {
  std::string name(instance.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Layers, ThatDoNotExistAreNotFound) {
  EXPECT_FALSE(FindLayer("seccom").has_value());
  EXPECT_FALSE(FindLayer(std::uint8_t{0}).has_value());
  EXPECT_FALSE(FindLayer(std::uint8_t{64}).has_value());
}

TEST(Layers, ThatAreIndispensableAreRequiredInProduction) {
  EXPECT_EQ(kStrict | kIndispensable, kStrict);
  EXPECT_TRUE(kIndispensable.Has(Layer::kSeccomp));
}

}  // namespace
}  // namespace passport::platform
