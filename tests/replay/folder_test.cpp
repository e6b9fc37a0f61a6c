// No private key of a node is ever in a file unsealed (rules.md 15): every file of a network's folder is
// searched for the secrets that its sealed records and its seeded enclaves have.
//
// The two exceptions are keys that are meant to be files: root.key, from which passportd derives the sealing
// keys, and operators/*.key, which operators keep offline. Neither may occur anywhere else.
#include <gtest/gtest.h>

#include <algorithm>

#include <map>
#include <optional>

#include "tests/replay/recorded_run.h"
#include "tests/replay/secrets.h"
#include "tests/replay/seeded_parts.h"
#include "tools/cli/operator_key.h"
#include "trusted/policy/record_ids.h"

namespace passport::replay {
namespace {

using policy::RecordKind;

Sought SecretsOfTheRun() {
  Sought out;
  for (std::uint16_t party = 1; party <= kNodes; ++party) {
    const std::string node = "node " + std::to_string(party);
    AddEnclaveSecrets(SharedRun(), party, out);
    out.needles.Add(node + " root key", SharedRun().KeysOf(party).root.Expose());
    const fs::path operators = SharedRun().folder() / "operators";
    const crypto::SigningKey key = cli::LoadOperatorKey(operators / (std::to_string(party) + ".key"));
    out.needles.Add(node + " operator key", key.seed().Expose());
  }
  AddEnvelopeKey(out.needles);
  return out;
}

// The beginnings of private keys in files: PEM, and DER of PKCS#1, PKCS#8 (RSA, P-256, Ed25519, X25519) and
// SEC 1. Nothing for `any` two bytes of length.
struct KeyForm {
  const char* name;
  std::vector<std::optional<std::uint8_t>> bytes;
};

std::vector<KeyForm> KeyForms() {
  const auto any = std::optional<std::uint8_t>();
  std::vector<KeyForm> out = {
      {"RSA or PKCS#8 DER", {0x30, 0x82, any, any, 0x02, 0x01, 0x00, 0x30}},
      {"PKCS#1 DER", {0x30, 0x82, any, any, 0x02, 0x01, 0x00, 0x02, 0x82}},
      {"PKCS#8 DER of P-256", {0x30, 0x81, any, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07}},
      {"PKCS#8 DER of Curve25519", {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65}},
      {"SEC 1 DER", {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20}},
  };
  KeyForm& pem = out.emplace_back(KeyForm{"PEM", {}});
  for (const std::uint8_t c : AsBytes("PRIVATE KEY-----")) pem.bytes.emplace_back(c);
  return out;
}

std::vector<std::string> FindKeyForms(ByteSpan haystack) {
  std::vector<std::string> out;
  for (const KeyForm& form : KeyForms()) {
    const auto found = std::search(haystack.begin(), haystack.end(), form.bytes.begin(), form.bytes.end(),
                                   [](std::uint8_t byte, const std::optional<std::uint8_t>& wanted) {
                                     return !wanted || *wanted == byte;
                                   });
    if (found != haystack.end()) out.emplace_back(form.name);
  }
  return out;
}

// What may be in a file all the same: the key that the file is.
std::string AllowedIn(const fs::path& relative) {
  const std::string path = relative.string();
  for (std::uint16_t party = 1; party <= kNodes; ++party) {
    const std::string number = std::to_string(party);
    if (path == "node-" + number + "/root.key") return "node " + number + " root key";
    if (path == "operators/" + number + ".key") return "node " + number + " operator key";
  }
  return {};
}

TEST(Folder, EveryStoredRecordIsSealed) {
  for (std::uint16_t party = 1; party <= kNodes; ++party) {
    std::map<RecordKind, std::size_t> kinds;
    for (const OpenedRecord& record : OpenRecords(SharedRun(), party)) ++kinds[policy::KindOf(record.id)];
    EXPECT_EQ(kinds[RecordKind::kIdentity], 1u);
    EXPECT_EQ(kinds[RecordKind::kManifest], 1u);
    EXPECT_GE(kinds[RecordKind::kScope], 1u);
    EXPECT_GE(kinds[RecordKind::kAccount], 1u);
    EXPECT_GE(kinds[RecordKind::kEnvelope], 1u);
  }
}

TEST(Folder, NoFileHasASecretOfANodeUnsealed) {
  const Sought sought = SecretsOfTheRun();
  EXPECT_EQ(sought.identities, kNodes);
  EXPECT_GE(sought.shares, kThreshold);
  std::size_t files = 0;
  std::size_t allowed_found = 0;
  std::uintmax_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(SharedRun().folder())) {
    if (!entry.is_regular_file()) continue;
    const Bytes content = ReadBytes(entry.path());
    const fs::path relative = fs::relative(entry.path(), SharedRun().folder());
    ++files;
    bytes += content.size();
    const std::string allowed = AllowedIn(relative);
    for (const std::string& name : sought.needles.FindIn(content)) {
      if (!allowed.empty() && name.starts_with(allowed)) {
        ++allowed_found;
      } else {
        ADD_FAILURE() << relative << " has the " << name;
      }
    }
    for (const std::string& form : FindKeyForms(content))
      ADD_FAILURE() << relative << " has a key as " << form;
  }
  EXPECT_EQ(allowed_found, 2u * kNodes);  // the search does find what is there
  std::cout << sought.needles.count() << " forms of secrets looked for in " << files << " files, " << bytes
            << " bytes" << std::endl;
}

TEST(Folder, Needles_FindEveryFormWithinLongerBytes) {
  crypto::SeededRng rng(7);
  const ByteArray<32> secret = rng.Array<32>();
  Needles needles;
  needles.Add("it", secret);
  for (std::size_t before = 0; before < 5; ++before) {
    Bytes text = ToBytes(std::string(before, 'x'));
    Append(text, secret);
    Append(text, AsBytes("yy"));
    EXPECT_EQ(needles.FindIn(text), std::vector<std::string>{"it raw"});
    EXPECT_EQ(needles.FindIn(AsBytes(ToHex(text))), std::vector<std::string>{"it hex"});
    const auto has = [&](const std::string& encoded, const std::string& name) {
      const auto found = needles.FindIn(AsBytes(encoded));
      return std::ranges::find(found, name) != found.end();
    };
    EXPECT_TRUE(has(ToBase64(text), "it base64"));
    EXPECT_TRUE(has(ToBase64Url(text), "it base64url"));
  }
  EXPECT_TRUE(needles.FindIn(ByteSpan(secret).first(31)).empty());
}

TEST(Folder, KeyForms_AreFoundInTheFixtureKey) {
  const Bytes rsa = ParseBase64(sim::kEnvelopeKeyPkcs8).value();
  EXPECT_FALSE(FindKeyForms(rsa).empty());
  EXPECT_FALSE(FindKeyForms(FixtureEnvelopeKey().EncodePrivate().Expose()).empty());
  EXPECT_EQ(FindKeyForms(AsBytes("-----BEGIN PRIVATE KEY-----\n")), std::vector<std::string>{"PEM"});
}

}  // namespace
}  // namespace passport::replay
