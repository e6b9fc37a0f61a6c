// Reports through configfs-tsm, with a kernel that is played.
#include "trusted/devices/tsm_report.h"

#include <gtest/gtest.h>

#include <csignal>

#include "edl/base/codec.h"
#include "tests/unit/devices/fake_tsm.h"

namespace passport::devices {
namespace {

ByteArray<64> ReportData() {
  ByteArray<64> out{};
  out.fill(0x31);
  return out;
}

TEST(TsmReport, OfSnp_HasReportAndCertificates) {
  FakeTsm kernel({.report = Bytes(1184, 5), .certificates = Bytes(6000, 6)});
  const auto entry = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_TRUE(entry.ok()) << entry.error();
  EXPECT_EQ(entry.value().provider, attest::Provider::kSnp);
  const auto evidence = QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData());
  ASSERT_TRUE(evidence.ok()) << evidence.error();
  EXPECT_EQ(evidence.value().quote, Bytes(1184, 5));
  EXPECT_EQ(evidence.value().collateral, std::vector<Bytes>{Bytes(6000, 6)});
  EXPECT_EQ(kernel.asked(), ToBytes(ReportData()));
}

TEST(TsmReport, OfTdx_IsTheQuoteAlone) {
  FakeTsm kernel({.provider = "tdx_guest\n", .report = Bytes(5000, 5), .certificates = {}});
  const auto entry = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_TRUE(entry.ok()) << entry.error();
  EXPECT_EQ(entry.value().provider, attest::Provider::kTdx);
  const auto evidence = QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData());
  ASSERT_TRUE(evidence.ok()) << evidence.error();
  EXPECT_EQ(evidence.value().quote, Bytes(5000, 5));
  EXPECT_TRUE(evidence.value().collateral.empty());
}

TEST(TsmReport, OfTdxWithZerosBehindIt_IsTheQuoteAlone) {
  // As much of version 5 as says how long it is: header, body type, body, signature data.
  Writer quote;
  quote.U16(5).U16(2).U32(0x81).Raw(Bytes(40, 1)).U16(2).Var(Bytes(16, 2)).Var(Bytes(100, 3));
  Bytes padded = quote.bytes();
  padded.resize(padded.size() + 4000);
  FakeTsm kernel({.provider = "tdx_guest\n", .report = padded, .certificates = {}});
  const auto entry = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_TRUE(entry.ok()) << entry.error();
  const auto evidence = QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData());
  ASSERT_TRUE(evidence.ok()) << evidence.error();
  EXPECT_EQ(evidence.value().quote, quote.bytes());
}

TEST(TsmReport, DisturbedBySomebodyElse_IsAskedForAgain) {
  FakeTsm kernel({.report = Bytes(1184, 5), .certificates = {}, .quotes = 3, .foreign_writes_in = 2});
  const auto entry = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_TRUE(entry.ok()) << entry.error();
  EXPECT_TRUE(QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData()).ok());
}

TEST(TsmReport, DisturbedAllTheTime_IsRefused) {
  FakeTsm kernel({.report = Bytes(1184, 5), .certificates = {}, .quotes = 3, .foreign_writes_in = 3});
  const auto entry = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_TRUE(entry.ok()) << entry.error();
  const auto refused = QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("somebody else uses our entry"), std::string::npos) << refused.error();
}

TEST(TsmReport, WithoutAReportOrLongerThanEvidence_IsRefused) {
  signal(SIGPIPE, SIG_IGN);  // the reader stops in the middle
  for (const std::size_t size : {std::size_t{0}, attest::kEvidenceBytesMax, attest::kEvidenceBytesMax + 1}) {
    FakeTsm kernel({.provider = "tdx_guest\n", .report = Bytes(size, 5), .certificates = {}});
    const auto entry = OpenTsm(kernel.folder(), std::nullopt);
    ASSERT_TRUE(entry.ok()) << entry.error();
    EXPECT_FALSE(QuoteByTsm(entry.value().folder.get(), entry.value().provider, ReportData()).ok()) << size;
  }
}

TEST(TsmReport, OfAKernelWithoutIt_SaysWhy) {
  const auto missing = OpenTsm(testing::TempDir() + "no-such-folder", std::nullopt);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(), "no configfs-tsm: ENOENT");
  FakeTsm kernel({.provider = "arm_cca_guest\n", .report = {}, .certificates = {}, .quotes = 0});
  const auto other = OpenTsm(kernel.folder(), std::nullopt);
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().find("another kind"), std::string::npos);
}

}  // namespace
}  // namespace passport::devices
