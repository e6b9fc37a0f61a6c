#include "tests/replay/recorded_run.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "edl/base/codec.h"
#include "edl/base/frame.h"
#include "tools/cli/devnet.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/rng.h"
#include "trusted/launcher/keys.h"
#include "trusted/release/release.h"

namespace passport::replay {
namespace {

constexpr char kRecordFile[] = "data/boundary.record";  // in the one folder that the host's uid may write
constexpr std::uint16_t kBasePorts[] = {21545, 23545, 25545, 27545};

// Each attempt begins in a fresh folder, so that nodes start once; another program may have taken the ports.
std::uint16_t FreeBasePort() {
  for (const std::uint16_t base : kBasePorts) {
    bool free = true;
    for (std::uint16_t i = 0; i < kNodes; ++i) {
      free = free && cli::PortIsFree(static_cast<std::uint16_t>(base + i));
    }
    if (free) return base;
  }
  throw std::runtime_error("no free ports for a network");
}

cli::Devnet MakeDevnet(const fs::path& folder) {
  return cli::Devnet(folder, [](const std::string&) {},
                     {PASSPORTD, PASSPORT_ENCLAVE_SEEDED, PASSPORT_HOST, {"--record", kRecordFile}});
}

// The answer, which must have a result.
json::Value Call(const cli::NodeApi& api, const client::Request& request) {
  const auto body = api.Call(request);
  if (!body.ok()) throw std::runtime_error(body.error().Text());
  Result<json::Value> answer = json::Parse(body.value());
  if (!answer.ok() || answer.value().Find("result") == nullptr) throw std::runtime_error(body.value());
  return std::move(answer).value();
}

}  // namespace

RecordedRun::RecordedRun() : measurement_(crypto::HashSha256(ReadBytes(PASSPORT_ENCLAVE_SEEDED))) {
  std::string path = testing::TempDir() + "passport-replay-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  folder_ = path;
  cli::Devnet devnet = MakeDevnet(folder_);
  cli::DevnetWish wish;
  wish.n = kNodes;
  wish.t = kThreshold;
  wish.base_port = FreeBasePort();
  try {
    const cli::DevnetState state = devnet.Up(wish);
    Use(state.nodes.at(0).url, state.nodes.at(1).url, state.nodes.at(0).enclave_public_key);
  } catch (...) {
    devnet.Down();
    fs::remove_all(folder_);
    throw;
  }
  devnet.Down();
}

RecordedRun::~RecordedRun() { fs::remove_all(folder_); }

void RecordedRun::Use(const std::string& first, const std::string& second, const std::string& envelope_key) {
  const cli::NodeApi apis[] = {cli::NodeApi(client::ParseUrl(first).value(), std::chrono::seconds(60)),
                               cli::NodeApi(client::ParseUrl(second).value(), std::chrono::seconds(60))};
  crypto::SystemRng rng;
  client::DeveloperKey key = client::DeveloperKey::Generate();
  const json::Value scope = Call(apis[0], client::CreateScope(key, "{}"));
  const std::string scope_id(scope.Find("result")->GetString("scope_id").value());
  client::DeveloperClient client =
      client::DeveloperClient::Make(std::move(key), scope_id, ParseBase64(envelope_key).value(), rng).value();
  Call(apis[0], client.Register("alice"));
  for (const cli::NodeApi& api : apis) Call(api, client.PersonalSign("alice", AsBytes("replay this")));
}

namespace {

// A devnet of root signs its enclave, one of another user runs it unsigned.
platform::Release ReleaseOf(const fs::path& folder) {
  platform::Release out{.svn = launcher::kSvnUnsigned};
  if (!fs::exists(folder / "release")) return out;
  const Bytes file = ReadBytes(folder / "release");
  const auto release = release::Release::Parse(AsText(file));
  if (!release.ok()) throw std::runtime_error("the devnet's release file is damaged");
  out.signer_sha256 = crypto::HashSha256(release.value().signer);
  out.product_id = release.value().product_id;
  return out;
}

}  // namespace

NodeKeys RecordedRun::KeysOf(std::uint16_t party) const {
  auto root = launcher::LoadRootKey((NodeFolder(party) / "root.key").string(), false);
  if (!root.ok()) throw std::runtime_error(root.error());
  NodeKeys out;
  out.unique = launcher::DeriveUniqueKey(root.value(), measurement_);
  out.product = launcher::DeriveProductKey(root.value(), ReleaseOf(folder_));
  out.root = std::move(root).value();
  return out;
}

std::vector<BoundaryRecord> RecordedRun::RecordsOf(std::uint16_t party) const {
  const Bytes file = ReadBytes(NodeFolder(party) / kRecordFile);
  Reader in(file);
  std::vector<BoundaryRecord> out;
  while (in.remaining() > 0 && !in.failed()) {
    const auto direction = static_cast<host::enclave::Direction>(in.U8());
    out.push_back({direction, ToBytes(in.Var(kRecordBytesMax))});
  }
  if (in.failed()) throw std::runtime_error("the record file ends within a record");
  return out;
}

const RecordedRun& SharedRun() {
  static const RecordedRun run;
  return run;
}

Bytes ReadBytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes out((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return out;
}

}  // namespace passport::replay
