#include "tests/replay/live_run.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tools/client/http_connection.h"
#include "trusted/crypto/hash.h"
#include "trusted/launcher/keys.h"
#include "trusted/release/release.h"

namespace passport::replay {
namespace {

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

fs::path MakeFolder() {
  std::string path = testing::TempDir() + "passport-replay-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  return path;
}

// The answer, which must have a result.
Result<json::Value, std::string> Call(const cli::NodeApi& api, const client::Request& request) {
  const auto body = api.Call(request);
  if (!body.ok()) return Fail(body.error().Text());
  Result<json::Value> answer = json::Parse(body.value());
  if (!answer.ok() || answer.value().Find("result") == nullptr) return Fail(body.value());
  return std::move(answer).value();
}

json::Value MustCall(const cli::NodeApi& api, const client::Request& request) {
  Result<json::Value, std::string> answer = Call(api, request);
  if (!answer.ok()) throw std::runtime_error(answer.error());
  return std::move(answer).value();
}

// A devnet of root signs its enclave, one of another user runs it unsigned.
platform::Release ReleaseOf(const fs::path& folder) {
  platform::Release out{.svn = launcher::kSvnUnsigned};
  if (!fs::exists(folder / "release")) return out;
  const Bytes file = ReadBytes(folder / "release");
  const auto release = release::Release::Parse(AsText(file));
  if (!release.ok()) throw std::runtime_error("the devnet's release file is damaged");
  out.signer_sha256 = crypto::HashSha256(release.value().signer);
  out.svn = release.value().svn;
  out.product_id = release.value().product_id;
  return out;
}

}  // namespace

LiveRun::LiveRun(const fs::path& enclave)
    : folder_(MakeFolder()),
      measurement_(crypto::HashSha256(ReadBytes(enclave))),
      devnet_(folder_, [](const std::string&) {},
              {PASSPORTD, enclave, PASSPORT_HOST, {"--record", kRecordFile}}) {
  cli::DevnetWish wish;
  wish.n = kNodes;
  wish.t = kThreshold;
  wish.base_port = FreeBasePort();
  try {
    state_ = devnet_.Up(wish);
  } catch (...) {
    fs::remove_all(folder_);
    throw;
  }
}

LiveRun::~LiveRun() {
  Stop();
  fs::remove_all(folder_);
}

void LiveRun::Stop() { devnet_.Down(); }

cli::NodeApi LiveRun::ApiOf(std::uint16_t party) const {
  return cli::NodeApi(client::ParseUrl(UrlOf(party)).value(), std::chrono::seconds(60));
}

cli::NodePids LiveRun::PidsOf(std::uint16_t party) const {
  return devnet_.Status().nodes.at(party - 1u).pids.value();
}

void LiveRun::MakeAccount() {
  client::DeveloperKey key = client::DeveloperKey::Generate();
  const json::Value scope = MustCall(ApiOf(1), client::CreateScope(key, "{}"));
  const std::string id(scope.Find("result")->GetString("scope_id").value());
  const Bytes envelope_key = ParseBase64(state_.nodes.at(0).enclave_public_key).value();
  client_.emplace(client::DeveloperClient::Make(std::move(key), id, envelope_key, rng_).value());
  MustCall(ApiOf(1), client_->Register("alice"));
}

Result<Unit, std::string> LiveRun::Sign(std::uint16_t party) {
  const auto answer = Call(ApiOf(party), client_->PersonalSign("alice", AsBytes("replay this")));
  if (!answer.ok()) return Fail(answer.error());
  return Unit{};
}

std::size_t LiveRun::PendingAt(std::uint16_t party) const {
  constexpr std::string_view kGauge = "\npassport_requests_pending ";
  const auto answer = client::Exchange(client::ParseUrl(UrlOf(party)).value(), {"GET", "/metrics", {}, {}},
                                       std::chrono::seconds(60));
  const std::size_t at = answer.ok() ? answer.value().body.find(kGauge) : std::string::npos;
  if (at == std::string::npos) throw std::runtime_error("the node's metrics do not say what is pending");
  return std::stoul(answer.value().body.substr(at + kGauge.size()));
}

NodeKeys LiveRun::KeysOf(std::uint16_t party) const {
  auto root = launcher::LoadRootKey((NodeFolder(party) / "root.key").string(), false);
  if (!root.ok()) throw std::runtime_error(root.error());
  NodeKeys out;
  out.unique = launcher::DeriveUniqueKey(root.value(), measurement_);
  out.release = ReleaseOf(folder_);
  out.product = launcher::DeriveProductKey(root.value(), out.release);
  out.root = std::move(root).value();
  return out;
}

Bytes ReadBytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes out((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return out;
}

}  // namespace passport::replay
