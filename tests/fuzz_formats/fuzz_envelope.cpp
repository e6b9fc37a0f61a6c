// What a client puts into its envelope: an AES key under RSA, texts under that key, a key assertion, a body.
// First byte: which.
#include "edl/base/codec.h"
#include "tests/sim/fixture_keys.h"
#include "trusted/api/request.h"
#include "trusted/auth/key_assertion.h"
#include "trusted/auth/user.h"
#include "trusted/policy/scope.h"

using namespace passport;

namespace {

constexpr std::string_view kCiphertext = "ZLmgK2o5kIgu4ItOqIarR83HmyPz";

// The public half of kDeveloperKeyPkcs8, which signed the assertion in the corpus.
constexpr std::string_view kOwnerSpki =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkrpVz+JHmeV/UX0eriLZX2WmgczPYUT8KggdRwghBkq0VF0N8ua5YjodRFjim/"
    "mPSBmyqBaz6pRyTIhE"
    "lGz60w==";

const crypto::SecretKey32& ClientKey() {
  static const crypto::SecretKey32 key(Hash32{1, 2, 3});
  return key;
}

auth::KeyOpener MakeOpener() {
  auth::KeyOpener out(2);
  out.AddKey(crypto::EnvelopeKey::Parse(ParseBase64(sim::kEnvelopeKeyPkcs8).value()).value());
  return out;
}

// One key opens a header to the same bytes each time, whether it remembers it or not.
void CheckKey(std::string_view header) {
  static auth::KeyOpener opener = MakeOpener();  // to read the key takes longer than most inputs
  const auto first = opener.Open(header);
  const auto second = opener.Open(header);
  PASSPORT_CHECK(first.ok() == second.ok());
  if (first.ok()) PASSPORT_CHECK(first.value().Expose() == second.value().Expose());
}

void CheckText(std::string_view value) {
  const auto text = auth::OpenText(ClientKey(), value, "value");
  if (!text.ok()) return;
  std::string other(value);  // nothing but these characters opens to it
  other.back() = other.back() == 'A' ? 'B' : 'A';
  PASSPORT_CHECK(!auth::OpenText(ClientKey(), other, "value").ok());
}

void CheckUser(std::string_view json) {
  const auto user = auth::ParseUser(json);
  if (user.ok()) PASSPORT_CHECK(!user.value().username.empty() && user.value().username.size() <= 256);
}

// A signature over one ciphertext proves nothing about another one, nor to another scope.
void CheckAssertion(std::string_view json) {
  static const crypto::P256PublicKey owner[] = {crypto::ParseP256(ParseBase64(kOwnerSpki).value()).value()};
  if (!auth::VerifyKeyAssertion(json, kCiphertext, owner).ok()) return;
  PASSPORT_CHECK(json.find(kCiphertext.substr(0, 8)) != std::string_view::npos ||
                 json.find('\\') != std::string_view::npos);
  PASSPORT_CHECK(!auth::VerifyKeyAssertion(json, "ZLmgK2o5kIgu4ItOqIarR83HmyPy", owner).ok());
  PASSPORT_CHECK(!auth::VerifyKeyAssertion(json, kCiphertext, {}).ok());
}

// The id comes back as JSON, with a request or with an error of the table.
void CheckBody(ByteSpan body) {
  const auto call = api::ParseCall(body);
  const std::string& id = call.ok() ? call.value().id : call.error().id;
  PASSPORT_CHECK(json::Parse(id).ok());
  if (!call.ok()) return;
  PASSPORT_CHECK(api::MetricNumber(call.value().request) != 0);
}

void CheckConfig(std::string_view config) {
  const auto devnet = policy::ParseScopeConfig(config, true);
  const auto production = policy::ParseScopeConfig(config, false);
  PASSPORT_CHECK(devnet.ok() == production.ok());
  PASSPORT_CHECK(!devnet.ok() || config.size() <= policy::kConfigBytesMax);
  if (devnet.ok() && production.value().permissions.contract_creation)
    PASSPORT_CHECK(devnet.value().permissions.contract_creation);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader in({data, size});
  const std::uint8_t which = in.U8();
  const ByteSpan input = in.Raw(in.remaining());
  switch (which % 6) {
    case 0:
      CheckKey(AsText(input));
      break;
    case 1:
      CheckText(AsText(input));
      break;
    case 2:
      CheckUser(AsText(input));
      break;
    case 3:
      CheckAssertion(AsText(input));
      break;
    case 4:
      CheckBody(input);
      break;
    default:
      CheckConfig(AsText(input));
  }
  return 0;
}
