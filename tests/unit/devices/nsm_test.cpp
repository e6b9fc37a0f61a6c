// The Nitro Secure Module's conversation, byte for byte, and a module that lies.
#include "trusted/devices/nsm.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

namespace passport::devices {
namespace {

Bytes Cbor(std::string_view hex) { return ParseHex(hex).value(); }

// {"Attestation": {"document": h'...'}}, by hand from RFC 8949.
Bytes Answer(ByteSpan document) {
  Bytes out = Cbor("a16b4174746573746174696f6ea168646f63756d656e74");
  const auto size = static_cast<std::uint16_t>(document.size());
  Append(out, Bytes{0x59, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
  Append(out, document);
  return out;
}

TEST(Nsm, RequestIsTheMapThatTheModuleReads) {
  ByteArray<64> report_data{};
  report_data.fill(0xab);
  EXPECT_EQ(ToHex(NsmAttestationRequest(report_data)),
            "a16b4174746573746174696f6ea369757365725f646174615840" + ToHex(report_data) +
                "656e6f6e6365f66a7075626c69635f6b6579f6");
}

TEST(Nsm, DocumentComesOutOfTheAnswer) {
  EXPECT_EQ(ParseNsmResponse(Answer(Bytes(4000, 7))).value(), Bytes(4000, 7));
  EXPECT_EQ(ParseNsmResponse(Cbor("a16b4174746573746174696f6ea168646f63756d656e744101")).value(), Bytes{1});
}

TEST(Nsm, ErrorIsNamed) {
  const auto refused = ParseNsmResponse(Cbor("a1654572726f726f496e76616c6964417267756d656e74"));
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("refused: InvalidArgument"), std::string::npos) << refused.error();
  // A name that would break a log line is not repeated.
  EXPECT_NE(ParseNsmResponse(Cbor("a1654572726f72630a0a0a")).error().find("refused: ?"), std::string::npos);
}

TEST(Nsm, AnswersThatAreNone_AreRefused) {
  const Bytes good = Answer(Bytes(300, 7));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(ParseNsmResponse(ByteSpan(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(ParseNsmResponse(longer).ok());
  for (const char* hex :
       {"a26b4174746573746174696f6ea168646f63756d656e744101",        // two pairs promised
        "a16b4174746573746174696f6ea168646f63756d656e7440",          // an empty document
        "a16b4174746573746174696f6ea168646f63756d656e74580101",      // a length not in its shortest form
        "a16b4174746573746174696f6ea168646f63756d656e745900ff",      // the same in two bytes
        "a16b4174746573746174696f6ea168646f63756d656e745a00000001",  // four bytes of length
        "a16b4174746573746174696f6ea168646f63756d656e745f4101ff",    // of no given length
        "a16b4174746573746174696f6ea168646f63756d656e746101",        // text in the place of bytes
        "a1684465736372696265a168646f63756d656e744101", "f6", "80"})
    EXPECT_FALSE(ParseNsmResponse(Cbor(hex)).ok()) << hex;
}

// What the double below does, as the driver would.
Bytes g_request;
Bytes g_response;
int g_error = 0;
std::uint64_t g_claimed_size = 0;

int FakeModule(int descriptor, unsigned long request, NsmMessage* message) {
  EXPECT_EQ(descriptor, 6);
  EXPECT_EQ(request, 0xc0200a00U);
  const auto* asked = reinterpret_cast<const std::uint8_t*>(message->request_address);
  g_request.assign(asked, asked + message->request_size);
  EXPECT_GE(message->response_size, g_response.size());
  std::memcpy(reinterpret_cast<void*>(message->response_address), g_response.data(), g_response.size());
  message->response_size = g_claimed_size != 0 ? g_claimed_size : g_response.size();
  errno = g_error;
  return g_error == 0 ? 0 : -1;
}

TEST(Nsm, QuoteGoesThroughTheDevice) {
  g_response = Answer(Bytes(2000, 9));
  const ByteArray<64> report_data = {1, 2, 3};
  const auto evidence = QuoteByNsm(6, FakeModule, report_data);
  ASSERT_TRUE(evidence.ok());
  EXPECT_EQ(evidence.value().provider, attest::Provider::kNitro);
  EXPECT_EQ(evidence.value().quote, Bytes(2000, 9));
  EXPECT_EQ(g_request, NsmAttestationRequest(report_data));

  g_claimed_size = kNsmResponseBytesMax + 1;
  EXPECT_FALSE(QuoteByNsm(6, FakeModule, report_data).ok());
  g_claimed_size = 0;
  g_error = EIO;
  EXPECT_NE(QuoteByNsm(6, FakeModule, report_data).error().find("EIO"), std::string::npos);
  g_error = 0;
}

TEST(Nsm, DeviceThatIsNotThere_SaysWhy) {
  const auto missing = OpenNsm(testing::TempDir() + "no-such-device");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(), "no Nitro Secure Module: ENOENT");
}

}  // namespace
}  // namespace passport::devices
