#include "trusted/devices/nsm.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

#include "trusted/cbor/cbor.h"

namespace passport::devices {
namespace {

// Major types of CBOR (RFC 8949, 3.1).
constexpr std::uint8_t kBytes = 2;
constexpr std::uint8_t kText = 3;
constexpr std::uint8_t kMap = 5;
constexpr std::uint8_t kNull = 0xf6;
constexpr std::size_t kNameBytesMax = 32;

void PutHead(Bytes& out, std::uint8_t major, std::uint8_t count) {
  const auto type = static_cast<std::uint8_t>(major << 5);
  if (count < 24) {
    out.push_back(static_cast<std::uint8_t>(type | count));
  } else {
    Append(out, ByteArray<2>{static_cast<std::uint8_t>(type | 24), count});
  }
}

void PutText(Bytes& out, std::string_view text) {
  PutHead(out, kText, static_cast<std::uint8_t>(text.size()));
  Append(out, AsBytes(text));
}

// The key of a map of one pair.
std::string_view OnlyKey(cbor::CborReader& in) {
  if (in.Map(1) != 1) in.Reject();
  return in.Text(kNameBytesMax);
}

Refusal NotUnderstood() {
  return "the Nitro Secure Module gave an answer that is not an attestation document; is this kernel's "
         "driver for it?";
}

// A name of the module's own, such as InvalidArgument, or "?".
std::string PlainName(ByteSpan text) {
  const bool plain = !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](std::uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  return plain ? std::string(AsText(text)) : "?";
}

}  // namespace

int NsmIoControl(int descriptor, unsigned long request, NsmMessage* message) {
  return ioctl(descriptor, request, message);
}

Result<process::Descriptor, Refusal> OpenNsm(const std::string& device) {
  process::Descriptor out(open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!out.ok()) return Fail("no Nitro Secure Module: " + ErrorName(errno));
  return out;
}

Bytes NsmAttestationRequest(const ByteArray<64>& report_data) {
  Bytes out;
  PutHead(out, kMap, 1);
  PutText(out, "Attestation");
  PutHead(out, kMap, 3);
  PutText(out, "user_data");
  PutHead(out, kBytes, static_cast<std::uint8_t>(report_data.size()));
  Append(out, report_data);
  PutText(out, "nonce");
  out.push_back(kNull);
  PutText(out, "public_key");
  out.push_back(kNull);
  return out;
}

Result<Bytes, Refusal> ParseNsmResponse(ByteSpan response) {
  cbor::CborReader in(response);
  const std::string_view kind = OnlyKey(in);
  if (kind == "Error") {
    const std::string_view name = in.Text(response.size());
    if (!in.Done()) return Fail(NotUnderstood());
    return Fail("the Nitro Secure Module refused: " + PlainName(AsBytes(name)) +
                "; is this an enclave with attestation?");
  }
  if (kind != "Attestation" || OnlyKey(in) != "document") return Fail(NotUnderstood());
  const ByteSpan document = in.String(response.size());
  if (document.empty() || !in.Done()) return Fail(NotUnderstood());
  return ToBytes(document);
}

Result<attest::Evidence, Refusal> QuoteByNsm(int descriptor, IoControl control,
                                             const ByteArray<64>& report_data) {
  const Bytes request = NsmAttestationRequest(report_data);
  Bytes response(kNsmResponseBytesMax);
  NsmMessage message{reinterpret_cast<std::uint64_t>(request.data()), request.size(),
                     reinterpret_cast<std::uint64_t>(response.data()), response.size()};
  if (control(descriptor, kNsmRequest, &message) != 0)
    return Fail("the Nitro Secure Module does not answer: " + ErrorName(errno) + "; start the node again");
  if (message.response_size > response.size()) return Fail(NotUnderstood());
  PASSPORT_TRY(Bytes document, ParseNsmResponse(ByteSpan(response).first(message.response_size)));
  return attest::Evidence{attest::Provider::kNitro, std::move(document), {}};
}

}  // namespace passport::devices
