#include "bench/node/workload.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "trusted/curve/ecdsa.h"
#include "trusted/eth/address.h"
#include "trusted/eth/message.h"
#include "trusted/json/write.h"

namespace passport::bench {
namespace {

constexpr std::size_t kSignatureBytes = 65;

std::string UserOf(std::size_t account) { return "user-" + std::to_string(account); }

// What a node answered: its result, or the name of its error.
struct Reply {
  json::Value root;
  std::string error;

  // Only without an error.
  const json::Value& result() const { return *root.Find("result"); }
};
Reply Failed(std::string reason) { return {{}, std::move(reason)}; }

Reply ReadReply(const Result<std::string, client::HttpError>& body) {
  if (!body.ok()) return Failed(body.error());
  auto parsed = json::Parse(body.value());
  if (!parsed.ok()) return Failed("an answer that is not JSON");
  json::Value root = std::move(parsed).value();
  if (const json::Value* error = root.Find("error")) {
    const json::Value* details = error->Find("details");
    const auto name = details != nullptr ? details->GetString("code_name") : Fail(Status::kJsonType);
    return Failed(name.ok() ? std::string(name.value()) : "an error without code_name");
  }
  if (root.Find("result") == nullptr) return Failed("an answer without result");
  return {std::move(root), ""};
}

std::string Ask(const client::Url& url, const client::HttpRequest& request) {
  auto response = client::Exchange(url, request, std::chrono::seconds(30));
  if (!response.ok()) throw std::runtime_error(response.error());
  return std::move(response).value().body;
}

std::string Get(const client::Url& url, const std::string& target) {
  client::HttpRequest request;
  request.target = target;
  return Ask(url, request);
}

Bytes EnvelopeKeyOf(const client::Url& url) {
  const std::string body = Get(url, "/enclave");
  const auto parsed = json::Parse(body);
  const auto text = parsed.ok() ? parsed.value().GetString("enclave_public_key") : Fail(Status::kJsonType);
  const auto key = text.ok() ? ParseBase64(text.value()) : Fail(Status::kBadBase64);
  if (!key.ok()) throw std::runtime_error(url.Origin() + " has no envelope key");
  return key.value();
}

std::string MakeScope(const client::Url& url, const client::DeveloperKey& key) {
  const Reply reply =
      ReadReply(Ask(url, client::ToHttp(url, client::CreateScope(key, R"({"name":"bench"})"))));
  if (!reply.error.empty()) throw std::runtime_error("no scope could be made: " + reply.error);
  const auto id = reply.result().GetString("scope_id");
  if (!id.ok()) throw std::runtime_error("the new scope has no scope_id");
  return std::string(id.value());
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

// The address whose key made the signature; empty if there is none.
std::string SignerOf(ByteSpan message, std::string_view signature_hex) {
  if (!signature_hex.starts_with("0x")) return "";
  const auto bytes = ParseHex(signature_hex.substr(2));
  if (!bytes.ok() || bytes.value().size() != kSignatureBytes) return "";
  const ByteSpan all = bytes.value();
  const auto r = curve::Scalar::Parse(all.first(32));
  const auto s = curve::Scalar::Parse(all.subspan(32, 32));
  if (!r.ok() || !s.ok() || all[64] < 27) return "";
  const auto key = curve::RecoverEcdsa(eth::PersonalMessageDigest(message),
                                       {r.value(), s.value(), static_cast<std::uint8_t>(all[64] - 27)});
  return key.ok() ? eth::ToLowerText(eth::AddressOfPublicKey(key.value().EncodeXY())) : "";
}

client::DeveloperClient MakeDeveloper(const client::DeveloperKey& key, const std::string& scope,
                                      ByteSpan envelope, crypto::Rng& rng) {
  auto made = client::DeveloperClient::Make(key, scope, envelope, rng);
  if (!made.ok()) throw std::runtime_error("the envelope key is not an RSA public key");
  return std::move(made).value();
}

}  // namespace

Workload::Client::Client(const client::DeveloperKey& key, const std::string& scope, ByteSpan envelope,
                         std::uint64_t seed)
    : developer(MakeDeveloper(key, scope, envelope, rng)), random(seed) {}

Workload::Workload(const Options& options) : options_(options) {
  const client::DeveloperKey key = client::DeveloperKey::Generate();
  const Bytes envelope = EnvelopeKeyOf(options.urls[0]);
  const std::string scope = MakeScope(options.urls[0], key);
  for (std::size_t i = 0; i < options.clients; ++i) {
    connections_.emplace_back(options.urls[i % options.urls.size()]);
    clients_.push_back(std::make_unique<Client>(key, scope, envelope, i));
  }
}

std::string Workload::BytesOf(std::size_t client, const client::Request& request) const {
  const client::Url& url = connections_[client].url();
  return Serialise(url, client::ToHttp(url, request));
}

std::vector<std::string> Workload::ForEachAccount(
    const std::function<client::Request(client::DeveloperClient&, const std::string& user)>& make) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::string> results(options_.accounts);
  std::mutex lock;
  std::string failure;
  Script script;
  script.next = [&](std::size_t i) -> std::optional<std::string> {
    const std::size_t account = next++;
    if (account >= options_.accounts) return std::nullopt;
    clients_[i]->pending = account;
    return BytesOf(i, make(clients_[i]->developer, UserOf(account)));
  };
  script.done = [&](std::size_t i, Answer answer) {
    const Reply reply = ReadReply(answer.body);
    if (reply.error.empty()) {
      results[clients_[i]->pending] = json::Serialize(reply.result());
    } else {
      const std::lock_guard guard(lock);
      failure = UserOf(clients_[i]->pending) + ": " + reply.error;
      next = options_.accounts;
    }
  };
  Options unpaced = options_;
  unpaced.rate = 0;
  RunLoad(connections_, unpaced, script);
  if (!failure.empty()) throw std::runtime_error("the accounts could not be made: " + failure);
  return results;
}

double Workload::Register() {
  const Clock::time_point start = Clock::now();
  ForEachAccount(
      [](client::DeveloperClient& client, const std::string& user) { return client.Register(user); });
  return static_cast<double>(options_.accounts) / Seconds(Clock::now() - start);
}

void Workload::ReadAddresses() {
  for (const std::string& text : ForEachAccount(
           [](client::DeveloperClient&client, const std::string&user) { return client.Addresses(user); })) {
    const auto list = json::Parse(text);
    const auto items = list.value().AsArray();
    const auto first =
        items.ok() && !items.value().empty() ? items.value()[0].AsString() : Fail(Status::kJsonType);
    const auto address = first.ok() ? eth::ParseAddress(first.value()) : Fail(Status::kTxAddress);
    if (!address.ok()) throw std::runtime_error("an account has no address: " + text);
    addresses_.push_back(eth::ToLowerText(address.value()));
  }
}

template <class Parse>
auto Workload::ReadMetrics(Parse parse) const {
  std::vector<decltype(parse(""))> out;
  for (const client::Url& url : options_.urls) out.push_back(parse(Get(url, "/metrics")));
  return out;
}

void Workload::Sign(Outcome& outcome) {
  const auto times_before = ReadMetrics(ParseCallTimes);
  const auto use_before = ReadMetrics(ParsePresignUse);
  const auto duration = [](std::chrono::duration<double> time) {
    return std::chrono::duration_cast<Clock::duration>(time);
  };
  const Clock::time_point begin = Clock::now() + duration(options_.warmup);
  const Clock::time_point end = begin + duration(options_.time);
  Script script;
  script.next = [&](std::size_t i) -> std::optional<std::string> {
    if (Clock::now() >= end) return std::nullopt;
    Client& client = *clients_[i];
    Sample& sample = client.samples.emplace_back(Sample{0, {}, std::string(), 0, false});
    sample.account = client.random() % options_.accounts;
    client.rng.Fill(sample.message);
    return BytesOf(i, client.developer.PersonalSign(UserOf(sample.account), sample.message));
  };
  script.done = [&](std::size_t i, Answer answer) {
    Sample& sample = clients_[i]->samples.back();
    sample.body = std::move(answer.body);
    sample.ms = answer.latency.count();
    sample.measured = answer.sent >= begin;
  };
  const double cpu = CpuSeconds();
  const Clock::time_point start = Clock::now();
  RunLoad(connections_, options_, script);
  const Clock::time_point finish = Clock::now();
  outcome.client_cpu_share = (CpuSeconds() - cpu) / Seconds(finish - start);
  outcome.seconds = Seconds(finish - begin);
  outcome.longest_calls = LongestBetween(times_before, ReadMetrics(ParseCallTimes));
  outcome.presign_use = UseBetween(use_before, ReadMetrics(ParsePresignUse));
}

void Workload::Verify(Outcome& outcome) const {
  for (const auto& client : clients_) {
    for (const Sample& sample : client->samples) {
      if (sample.measured) ++outcome.requests;
      const Reply reply = ReadReply(sample.body);
      if (!reply.error.empty()) {
        ++outcome.errors[reply.error];
        continue;
      }
      ++outcome.signatures;
      if (sample.measured) outcome.latencies_ms.push_back(sample.ms);
      const auto text = reply.result().AsString();
      if (text.ok() && SignerOf(sample.message, text.value()) == addresses_[sample.account])
        ++outcome.verified;
    }
  }
  std::ranges::sort(outcome.latencies_ms);
}

Outcome Workload::Run() {
  Outcome outcome;
  outcome.registrations_per_second = Register();
  ReadAddresses();
  Sign(outcome);
  Verify(outcome);
  return outcome;
}

}  // namespace passport::bench
