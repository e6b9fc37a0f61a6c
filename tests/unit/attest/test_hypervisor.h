// A hypervisor that signs Nitro documents, with all its keys; what it says is the test's choice.
#pragma once

#include "tests/unit/attest/test_ca.h"

namespace passport::attest {

// CBOR as a hypervisor writes it.
inline Bytes Head(std::uint8_t major, std::uint64_t value) {
  const auto type = static_cast<std::uint8_t>(major << 5);
  if (value < 24) return {static_cast<std::uint8_t>(type | value)};
  const int size = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  Bytes out = {static_cast<std::uint8_t>(type | (size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27))};
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}
inline Bytes Joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) Append(out, part);
  return out;
}
inline Bytes String(const Bytes& bytes) { return Joined({Head(2, bytes.size()), bytes}); }
inline Bytes Text(std::string_view text) { return Joined({Head(3, text.size()), ToBytes(text)}); }
inline Bytes Null() { return {0xf6}; }
inline Bytes Array(const std::vector<Bytes>& items) {
  Bytes out = Head(4, items.size());
  for (const Bytes& item : items) Append(out, item);
  return out;
}
using Members = std::vector<std::pair<Bytes, Bytes>>;
inline Bytes Map(const Members& members) {
  Bytes out = Head(5, members.size());
  for (const auto& [key, value] : members) Append(out, Joined({key, value}));
  return out;
}
inline Bytes Number(std::uint64_t value) { return Head(0, value); }

// A hypervisor whose every word can be a lie.
struct TestHypervisor {
  EvpKey root_key = MakeEcKey(kP384);
  EvpKey middle_key = MakeEcKey(kP384);
  EvpKey leaf_key = MakeEcKey(kP384);
  CertificateSpec middle = MiddleSpec();
  CertificateSpec leaf = {.basic_constraints = "critical,CA:FALSE"};
  Members members;
  Bytes header = {0xa1, 0x01, 0x38, 0x22};
  bool indefinite = false;
  EvpKey signing_key = leaf_key;

  TestHypervisor() {
    Members pcrs;
    for (std::uint8_t i = 0; i < 16; ++i)
      pcrs.push_back({Number(i), String(Bytes(48, i < 5 || i == 8 ? static_cast<std::uint8_t>(i + 1) : 0))});
    members = {{Text("module_id"), Text("i-0-enc0")},
               {Text("digest"), Text("SHA384")},
               {Text("timestamp"), Number(1'800'000'000'000)},
               {Text("pcrs"), Map(pcrs)},
               {Text("certificate"), {}},
               {Text("cabundle"), {}},
               {Text("public_key"), Null()},
               {Text("user_data"), String(Bytes(64, 0xd1))},
               {Text("nonce"), String(Bytes(32, 2))}};
  }
  Bytes& operator[](std::string_view name) {
    for (auto& [key, value] : members) {
      if (key == Text(name)) return value;
    }
    return members.emplace_back(Text(name), Bytes{}).second;
  }
  void Remove(std::string_view name) {
    std::erase_if(members, [&](const auto& member) { return member.first == Text(name); });
  }

  Bytes Document() const {
    Members all = members;
    for (auto& [key, value] : all) {
      if (key == Text("certificate") && value.empty())
        value = String(MakeCertificate(leaf, leaf_key, middle_key));
      if (key == Text("cabundle") && value.empty())
        value = Array({String(MakeCertificate(RootSpec(), root_key, root_key)),
                       String(MakeCertificate(middle, middle_key, root_key))});
    }
    Bytes payload = Map(all);
    if (indefinite) {
      payload[0] = 0xbf;
      payload.push_back(0xff);
    }
    const Bytes to_sign = Array({Text("Signature1"), String(header), String({}), String(payload)});
    return Array({String(header), Map({}), String(payload), String(SignRaw(signing_key, to_sign))});
  }
  Evidence Make() const { return {Provider::kNitro, Document(), {}}; }
};

}  // namespace passport::attest
