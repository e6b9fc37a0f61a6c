// fuzz_seeds FOLDER: writes the first inputs of the targets, FOLDER/<target>/<name>: calls and frames
// recorded from the network of live_network.h, golden files, and what sealers and operators have made.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/fuzz/live_network.h"
#include "tests/fuzz_formats/sealed_things.h"
#include "tests/fuzz_formats/signed_things.h"
#include "tests/sim/fixture_keys.h"
#include "tests/sim/world.h"
#include "trusted/crypto/aead.h"
#include "trusted/json/write.h"
#include "trusted/platform/launch_info.h"
#include "trusted/platform_link/platform_link.h"

namespace passport::fuzz {
namespace {

constexpr std::size_t kRecordedOfOneCall = 24;

class Seeds {
 public:
  explicit Seeds(std::string folder) : folder_(std::move(folder)) {}
  void Add(const std::string& target, const std::string& name, ByteSpan bytes) const {
    std::filesystem::create_directories(folder_ + "/fuzz_" + target);
    std::ofstream(folder_ + "/fuzz_" + target + "/" + name, std::ios::binary) << AsText(bytes);
  }
  // The golden files whose names begin so, after a prefix.
  void AddGolden(const std::string& target, const std::string& begin, ByteSpan prefix = {}) const {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(PASSPORT_SOURCE_DIR) + "/tests/golden")) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(begin) || !name.ends_with(".bin")) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      Bytes bytes = ToBytes(prefix);
      bytes.insert(bytes.end(), std::istreambuf_iterator<char>(in), {});
      Add(target, name.substr(0, name.size() - 4), bytes);
    }
  }

 private:
  std::string folder_;
};

std::string NameOf(edl::Call call) {
  switch (call) {
    case edl::Call::kHello:
      return "hello";
    case edl::Call::kProvision:
      return "provision";
    case edl::Call::kResume:
      return "resume";
    case edl::Call::kClientRequest:
      return "client_request";
    case edl::Call::kPeerUp:
      return "peer_up";
    case edl::Call::kPeerDown:
      return "peer_down";
    case edl::Call::kPeerFrame:
      return "peer_frame";
    case edl::Call::kFetched:
      return "fetched";
    case edl::Call::kTick:
      return "tick";
    case edl::Call::kAdmin:
      return "admin";
    case edl::Call::kAttest:
      return "attest";
    case edl::Call::kStatus:
      return "status";
  }
  return "";
}

// What is asked of node 1, each call some times, with sizes that have not been there.
void Record(const Seeds& seeds, sim::Network& network, std::map<edl::Call, std::set<std::size_t>>& sizes) {
  network.on_call = [&seeds, &sizes](PartyIndex party, edl::Call call, ByteSpan body) {
    if (party != sim::kOne || sizes[call].size() >= kRecordedOfOneCall || body.size() > 20'000) return;
    if (sizes[call].insert(body.size()).second)
      seeds.Add(NameOf(call), "recorded-" + std::to_string(body.size()), body);
  };
}

// Owners who repeat themselves, mistake one scope for another, or are not the owner.
void AskOfScopes(sim::Network& network, const sim::Client& client, PartyIndex gateway) {
  constexpr std::string_view kOtherScope = R"({"scope_id":"00112233-4455-4677-8899-aabbccddeeff"})";
  const client::DeveloperKey stranger = client::DeveloperKey::Generate();
  const auto numbered = client::UpdateScope(client.key, client.scope, R"({"name":"numbered","revision":7})");
  const auto unnumbered = client::UpdateScope(client.key, client.scope, R"({"name":"u"})");
  for (const client::Request& request :
       {numbered, numbered, unnumbered, unnumbered, client::CreateScope(client.key, kOtherScope),
        client::UpdateScope(client.key, client.scope, kOtherScope),
        client::UpdateScope(stranger, client.scope, R"({"name":"a stranger's"})"),
        client::UpdateScope(client.key, client.scope, R"({"revision":7,"name":"repeated"})")})
    network.Ask(gateway, request);
  client::Request broken = numbered;
  broken.body.replace(broken.body.find("signature\":\"") + 20, 4, "AAAA");
  network.Ask(gateway, broken);
}

void AskOfEachKind(sim::Network& network, sim::Client& client, PartyIndex gateway) {
  client::DeveloperClient& developer = *client.developer;
  constexpr std::string_view kTransaction =
      R"({"type":"0x2","chainId":"0x1","nonce":"0x0","gas":"0x5208","maxFeePerGas":"0x2","maxPriorityFeePerGas":"0x1",)"
      R"("to":"0x00000000000000000000000000000000000000ff","value":"0x1","data":"0x"})";
  constexpr std::string_view kTypedData =
      R"({"types":{"EIP712Domain":[{"name":"name","type":"string"}],"Note":[{"name":"text","type":"string"}]},)"
      R"("primaryType":"Note","domain":{"name":"n"},"message":{"text":"t"}})";
  network.Ask(gateway, developer.Addresses("alice"));
  network.Ask(gateway, developer.PersonalSign("alice", AsBytes(std::string_view("message"))));
  network.Ask(gateway, developer.SignTypedData("alice", kTypedData));
  network.Ask(gateway, developer.SignTransaction("alice", kTransaction));
  network.Ask(gateway, developer.Wallet("alice", "wallet_addEthereumChain", "[{}]"));
  network.Ask(gateway, developer.Register("alice"));
  network.Ask(gateway, client::CreateScope(client.key, R"({"name":"fuzz"})"));
  network.Ask(gateway, client::UpdateScope(client.key, client.scope, R"({"name":"fuzzed"})"));
  AskOfScopes(network, client, gateway);
}

template <class Body>
Bytes Encoded(const Body& body) {
  Writer out;
  body.Encode(out);
  return out.Take();
}

void AddStatements(const Seeds& seeds, sim::Network& network) {
  for (const core::AdminKind kind : {core::AdminKind::kUnban, core::AdminKind::kRefresh}) {
    core::AdminStatement statement;
    statement.network = network.manifest().network_id;
    statement.node = statement.signer = sim::kOne;
    statement.number = sim::kUnixStartMs + 1'000 + static_cast<std::uint64_t>(kind);
    statement.expires_unix_ms = statement.number + core::kStatementLifeMaxMs;
    statement.kind = kind;
    if (kind == core::AdminKind::kUnban) statement.argument = sim::kTwo;
    statement.signature = network.operators().at(sim::kOne).Sign(statement.SignedHash());
    seeds.Add("admin", "statement-" + std::to_string(static_cast<int>(kind)),
              Encoded(edl::AdminCall{statement.Encode()}));
  }
}

void AddCalls(const Seeds& seeds) {
  LiveNetwork& live = LiveNetwork::Get();
  std::map<edl::Call, std::set<std::size_t>> sizes;
  Record(seeds, live.network(), sizes);
  AskOfEachKind(live.network(), live.client(), sim::kOne);
  AskOfEachKind(live.network(), live.client(), sim::kTwo);
  live.network().Run(500);
  Writer records;
  std::size_t number = 0;
  for (const auto& [id, blob] : live.network().Disk(sim::kOne)) {
    records.Raw(id.bytes).Var(blob);
    seeds.Add("fetched", "found-" + std::to_string(number++),
              Encoded(edl::FetchedCall{id.bytes, true, blob}));
    seeds.Add("fetched", "absent", Encoded(edl::FetchedCall{id.bytes, false, {}}));
  }
  seeds.Add("provision", "store", Encoded(edl::ProvisionCall{edl::ProvisionKind::kRecords, records.bytes()}));
  AddStatements(seeds, live.network());
  live.network().Kill(sim::kOne);
  live.network().Start(sim::kOne);
  live.network().Run(1'000);
  const std::string file = peer::EncodeFile(live.network().signed_manifest(), "simulated network");
  seeds.Add("provision", "manifest-file",
            Encoded(edl::ProvisionCall{edl::ProvisionKind::kManifest, AsBytes(file)}));
  live.network().on_call = nullptr;
}

void AddSealed(const Seeds& seeds) {
  std::size_t number = 0;
  for (const SealedRecord& record : SealedRecords())
    seeds.Add("unseal", "blob-" + std::to_string(number++), record.blob);
  Writer content;
  content.U8(1).U16(7).Raw(Hash32{1}).U64(1).U64(2).U16(3).Raw(Bytes(40, 4));
  seeds.Add("unseal", "content", content.bytes());
  seeds.Add("head", "head", sealing::Head{.counter = 1, .boot_counter = 2, .record_count = 3}.Encode());
  seeds.Add("head", "sealed", SealedHead());
  seeds.Add("head", "changes", Bytes{2, 0, 66, 1, 130, 2, 1, 0, 0, 1, 129, 2, 255, 0});
}

void AddSigned(const Seeds& seeds) {
  for (const peer::SignedManifest& manifest : {FirstManifest(), SecondManifest()}) {
    const std::string name = std::to_string(manifest.manifest.epoch);
    seeds.Add("manifest", "bare-" + name, manifest.manifest.Encode());
    seeds.Add("manifest", "signed-" + name, manifest.Encode());
    seeds.Add("manifest_file", "file-" + name, AsBytes(peer::EncodeFile(manifest, "for people\nto read")));
  }
  const auto add = [&](const std::string& name, const Bytes& statement) {
    Writer out;
    out.U8(0).U32(1'000).U32(1'000).Raw(statement);
    seeds.Add("statement", name, out.bytes());
  };
  for (const core::AdminStatement& statement : Statements())
    add("admin-" + std::to_string(static_cast<int>(statement.kind)) +
            std::to_string(statement.argument.value),
        statement.Encode());
  add("resume", ResumeOfTwo().Encode());
  for (const core::PolicyStatement& statement : PoliciesOfTwo())
    add(statement.replaces.empty() ? "policy" : "policy-of-start", statement.Encode());
  for (const core::BackupStatement& statement : BackupsOfTwo())
    add(statement.kind == core::BackupKind::kExport ? "backup" : "restore", statement.Encode());
}

// Each form of fuzz_launch.cpp, in its order.
void AddLaunch(const Seeds& seeds) {
  platform::ConfinementRecord record;
  record.Set(platform::Layer::kSeccomp, platform::State::kApplied);
  record.SetOutcome(platform::Layer::kSeparateUid, 1);
  const std::vector<platform_link::Probe> probes = {{2, true, "swtpm"}, {3, false, "no device"}};
  platform::LaunchInfo info;
  info.release = {Hash32{9}, 7, 3, "passport 0.1.0"};
  info.limits.presignatures = 5;
  info.providers = probes;
  info.counter = 17;
  info.previous.emplace();
  info.required = {platform::Layer::kSeccomp};
  info.launch = record;
  const Bytes body(64, 6);
  const Bytes forms[] = {ToBytes(info.Encode().Expose()),
                         platform::StartReport{true, platform::Layer::kSeccomp, record}.Encode(),
                         record.Encode(),
                         Writer().U8(0).U8(0).U64(1).U16(2).Raw(body).Take(),
                         platform_link::EncodeProbes(probes),
                         platform_link::Request{platform_link::Kind::kQuote, 1, body}.Encode(),
                         platform_link::HelperRequest{platform_link::Op::kQuote, body}.Encode(),
                         platform_link::HelperAnswer{platform_link::Op::kSeal, false, body}.Encode()};
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    Bytes seed(1, static_cast<std::uint8_t>(i));
    Append(seed, forms[i]);
    seeds.Add("launch", "form-" + std::to_string(i), seed);
  }
  seeds.Add("quorum", "shares", Bytes{0, 1, 0, 0, 2, 1, 0, 0, 3, 0, 0, 0});
  seeds.Add("quorum", "changed", Bytes{1, 1, 0, 9, 1, 1, 0, 0, 1, 1, 0, 0});
}

Bytes Numbered(std::uint8_t number, std::string_view text) {
  Bytes out(1, number);
  Append(out, AsBytes(text));
  return out;
}

void AddEnvelope(const Seeds& seeds) {
  constexpr std::string_view kCiphertext = "ZLmgK2o5kIgu4ItOqIarR83HmyPz";
  client::DeveloperClient& developer = *LiveNetwork::Get().client().developer;
  const client::Request request = developer.PersonalSign("alice", AsBytes(std::string_view("message")));
  const client::DeveloperKey& key = LiveNetwork::Get().client().key;
  crypto::SeededRng rng(9);
  seeds.Add("envelope", "key", Numbered(0, request.encrypted_key));
  const ByteArray<32> client_key{1, 2, 3};
  seeds.Add("envelope", "text", Numbered(1, ToBase64(crypto::SealAesGcm(client_key, AsBytes("null"), rng))));
  seeds.Add("envelope", "username", Numbered(2, R"({"username":"alice","extra":[1]})"));
  const std::string assertion = json::ObjectWriter()
                                    .Text("kind", "key")
                                    .Text("id", ToBase64(key.EncodePublic()))
                                    .Text("clientData", kCiphertext)
                                    .Text("signature", ToBase64(key.Sign(kCiphertext)))
                                    .Text("algorithm", "SHA256")
                                    .Finish();
  seeds.Add("envelope", "assertion", Numbered(3, assertion));
  seeds.Add("envelope", "body", Numbered(4, request.body));
  seeds.Add("envelope", "body-scope", Numbered(4, client::CreateScope(key, R"({"name":"fuzz"})").body));
  seeds.Add("envelope", "body-register", Numbered(4, developer.Register("alice").body));
  seeds.Add(
      "envelope", "config",
      Numbered(
          5,
          R"({"name":"n","description":"d","revision":3,"scope_id":"00112233-4455-4677-8899-aabbccddeeff",)"
          R"("rp":{"id":"a.example","origin":"https://a.example","name":"A"},"request_binding":"legacy",)"
          R"("permissions":{"personal_sign":true,"eth_signTypedData_v4":true,"eth_signTransaction":false,"contract_creation":true}})"));
}

// Each form of fuzz_record.cpp, in its order.
void AddGoldenFiles(const Seeds& seeds) {
  constexpr std::string_view kForms[] = {"account-v",
                                         "scope-v",
                                         "key-state-",
                                         "change-",
                                         "envelope-keys-",
                                         "refresh-book-",
                                         "made-keys-",
                                         "key-share-v",
                                         "key-share-ed25519-",
                                         "key-certificate-v",
                                         "key-certificate-ed25519-",
                                         "dkg-opening-ed25519-",
                                         "dkg-confirmation-ed25519-",
                                         "reshare-activation-",
                                         "reshare-notice-",
                                         "repair-part-v",
                                         "repair-sum-v",
                                         "repair-part-ed25519-",
                                         "repair-sum-ed25519-",
                                         "export-share-",
                                         "import-offer-",
                                         "frost-commitment-bip340-",
                                         "frost-share-bip340-",
                                         "frost-commitment-ed25519-",
                                         "frost-share-ed25519-"};
  for (std::size_t i = 0; i < std::size(kForms); ++i)
    seeds.AddGolden("record", std::string(kForms[i]), Bytes(1, static_cast<std::uint8_t>(i)));
  seeds.AddGolden("message", "frame-");
  seeds.AddGolden("replica", "register-");
  seeds.AddGolden("replica", "replica-");
  seeds.AddGolden("evidence", "evidence-");
  seeds.AddGolden("head", "head-");
  seeds.AddGolden("unseal", "seal1-");
  seeds.AddGolden("claims", "claims-");
  seeds.AddGolden("claims_proof", "proof-");
  seeds.AddGolden("claims_proof", "statement-policy-");
  seeds.AddGolden("quorum", "quorum-key-");
  seeds.AddGolden("backup", "backup-file-", Bytes{2});
  // Two records, as fuzz_backup.cpp reads a stream.
  seeds.Add("backup", "stream",
            Writer().U8(1).Raw(Hash32{1}).Var(Bytes(3, 7)).Raw(Hash32{2}).Var(Bytes{}).Take());
  for (const char* form : {"statement-backup-", "statement-restore-", "backup-chunk-", "restore-"})
    seeds.AddGolden("backup", form, Bytes{3});
}

// Streams of operations, as fuzz_noise.cpp, fuzz_lies.cpp and fuzz_sequence.cpp read them.
void AddStreams(const Seeds& seeds) {
  // Both ends read all, seal one message each, and read it.
  seeds.Add("noise", "good", Bytes{12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 0, 2,
                                   0,  0,  0,  5,  6,  1,  1,  0,  0,  0,  7,  12, 13});
  seeds.Add("noise", "changed", Bytes{12, 13, 12, 13, 2, 9, 0, 1, 12, 13, 12, 13});
  seeds.Add("noise", "repeated",
            Bytes{12, 13, 12, 13, 12, 13, 12, 13, 12, 13, 0, 1, 0, 0, 0, 5, 9, 13, 13, 8, 12, 12});
  // Lies about each kind of message, four kinds in one input, while the honest nodes sign, register and
  // refresh.
  for (std::uint8_t first = 0; first < 49; first = static_cast<std::uint8_t>(first + 4)) {
    Writer lies;
    lies.U8(first % 8 == 0 ? 6 : 0).U8(first);
    for (std::uint8_t kind = first; kind < first + 4; ++kind) {
      const std::uint8_t to = kind % 2 == 0 ? 0 : 16;
      lies.U8(static_cast<std::uint8_t>(2 + to))
          .U8(kind)
          .U8(3)
          .U8(kind % 6)
          .U16(static_cast<std::uint16_t>(20 + kind * 7))
          .U8(1);
      lies.U8(0).U8(kind).U8(1).U8(10);
      lies.U8(static_cast<std::uint8_t>(4 + to)).U8(kind).U8(0).U16(5).U8(1).Var({});
    }
    if (first % 12 == 8) lies.U8(7).U8(1).U8(250);
    seeds.Add("lies", "kinds-from-" + std::to_string(first), lies.bytes());
  }
  Writer child;
  child.U8(0xc0).U8(11).Var(Bytes(8, 1)).U8(4).Var(Bytes{2, 0, 1, 0, 0, 0, 0, 0, 0, 0}).U8(2).Var({});
  seeds.Add("child", "serving", child.bytes());
  seeds.Add("child", "broken", Bytes{0xe1, 3, 0, 0, 0, 1, 2, 3});
  seeds.Add("child", "empty", Bytes{0xe1, 0, 0, 0, 0});
  seeds.Add("child", "gone", Bytes{0, 1, 0, 0, 0, 9, 0xff});
  seeds.Add("lmdb_host", "good", Bytes{});
  seeds.Add("lmdb_host", "root", Bytes{0x80, 0, 0, 0, 2, 9, 9, 0x80, 0x10, 0, 0, 2, 9, 9});
  seeds.Add("lmdb_host", "node", Bytes{0x10, 0x20, 0, 0, 2, 0xff, 0x0f});
  seeds.Add("lmdb_host", "value", Bytes{0xf0, 0x2f, 0, 0, 3, 1, 2, 3});
  seeds.Add("sequence", "accounts", Bytes{2, 1, 4, 200, 3, 1, 4, 20, 0, 1, 4, 60, 1, 0, 4, 60});
  seeds.Add("sequence", "restarts", Bytes{0, 0, 6, 4, 20, 7, 4, 100, 22, 0, 0, 4, 40, 23, 4, 200});
  seeds.Add("sequence", "disks",
            Bytes{40, 0, 32, 2, 4, 200, 38, 40, 1, 39, 4, 250, 38, 40, 3, 39, 4, 10, 32, 0, 38, 40, 6, 39});
  seeds.Add("sequence", "frames", Bytes{11, 2, 139, 5, 0, 0, 4, 40, 9, 4, 20, 26, 4, 30, 154});
  seeds.Add("sequence", "calls", Bytes{12, 7, 33, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
                                       9,  9, 9,  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 4, 9, 0, 0});
  seeds.Add("sequence", "refresh", Bytes{13, 0, 0, 4, 255, 2, 2, 4, 255, 6, 4, 100, 7, 15});
}

}  // namespace
}  // namespace passport::fuzz

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  const passport::fuzz::Seeds seeds(arguments[1]);
  passport::fuzz::AddGoldenFiles(seeds);
  passport::fuzz::AddSealed(seeds);
  passport::fuzz::AddSigned(seeds);
  passport::fuzz::AddLaunch(seeds);
  passport::fuzz::AddStreams(seeds);
  passport::fuzz::AddEnvelope(seeds);
  passport::fuzz::AddCalls(seeds);
  return 0;
}
