#include "tools/cli/node_api.h"

#include <algorithm>
#include <thread>

#include "edl/base/uuid.h"
#include "tools/cli/problem.h"
#include "tools/client/http_connection.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

using json::Value;

template <std::size_t N>
Result<ByteArray<N>> GetHex(const Value& object, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, object.GetString(key));
  PASSPORT_TRY(const Bytes bytes, ParseHex(text));
  return ToArray<N>(bytes);
}

Result<std::uint16_t> GetU16(const Value& object, std::string_view key) {
  PASSPORT_TRY(const std::uint64_t number, object.GetU64(key));
  if (number > UINT16_MAX) return Fail(Status::kJsonNumber);
  return static_cast<std::uint16_t>(number);
}

Result<std::span<const Value>> GetArray(const Value& object, std::string_view key) {
  PASSPORT_TRY(const Value* member, object.Get(key));
  return member->AsArray();
}

Result<std::string> GetText(const Value& object, std::string_view key) {
  PASSPORT_TRY(const std::string_view text, object.GetString(key));
  return std::string(text);
}

Result<EnclaveFacts::Network> ParseNetwork(const Value& object) {
  EnclaveFacts::Network out;
  PASSPORT_TRY(const std::string_view id, object.GetString("network_id"));
  PASSPORT_TRY(out.id, ParseUuid(id));
  PASSPORT_TRY(out.n, GetU16(object, "n"));
  PASSPORT_TRY(out.t, GetU16(object, "t"));
  PASSPORT_TRY(out.manifest_hash, GetHex<32>(object, "manifest_hash"));
  const auto profile = object.GetString("profile");
  out.devnet = profile.ok() && profile.value() == "devnet";
  PASSPORT_TRY(const std::span<const Value> roster, GetArray(object, "roster"));
  for (const Value& row : roster) {
    PASSPORT_TRY(const std::uint16_t party, GetU16(row, "party"));
    PASSPORT_TRY(const crypto::Ed25519PublicKey key, GetHex<32>(row, "operator_key"));
    PASSPORT_TRY(std::string address, GetText(row, "api_address"));
    out.operators.emplace_back(PartyIndex{party}, key);
    out.api_addresses.emplace_back(PartyIndex{party}, std::move(address));
  }
  return out;
}

Result<std::vector<core::Claim>> ParseClaims(const Value& object) {
  PASSPORT_TRY(const Value* confinement, object.Get("confinement"));
  PASSPORT_TRY(const std::span<const json::Member> members, confinement->AsObject());
  std::vector<core::Claim> out;
  for (const json::Member& member : members) {
    PASSPORT_TRY(const std::string_view state, member.value.AsString());
    out.push_back({member.key, std::string(state)});
  }
  return out;
}

// Null: none.
Result<std::string> GetTextOrNull(const Value& object, std::string_view key) {
  PASSPORT_TRY(const Value* member, object.Get(key));
  return member->IsNull() ? Result<std::string>(std::string()) : GetText(object, key);
}

Result<EnclaveFacts::Policy> ParsePolicyFacts(const Value& object) {
  EnclaveFacts::Policy out;
  PASSPORT_TRY(out.version, object.GetU64("version"));
  PASSPORT_TRY(out.sha256, GetHex<32>(object, "sha256"));
  PASSPORT_TRY(out.proven, object.GetBool("proven"));
  PASSPORT_TRY(out.file, GetTextOrNull(object, "file"));
  PASSPORT_TRY(out.base, GetTextOrNull(object, "base"));
  return out;
}

Result<EnclaveFacts> ParseEnclave(const Value& object) {
  EnclaveFacts out;
  PASSPORT_TRY(out.phase, GetText(object, "phase"));
  PASSPORT_TRY(out.measurement, GetHex<32>(object, "measurement"));
  PASSPORT_TRY(out.boot.bytes, GetHex<16>(object, "boot"));
  PASSPORT_TRY(out.build, GetText(object, "build"));
  PASSPORT_TRY(out.platform, GetText(object, "platform"));
  PASSPORT_TRY(out.attestation, GetText(object, "attestation"));
  PASSPORT_TRY(out.confinement, ParseClaims(object));
  if (object.Find("identity_key") != nullptr) {
    PASSPORT_TRY(out.identity_key, GetHex<32>(object, "identity_key"));
    PASSPORT_TRY(out.channel_key, GetHex<32>(object, "channel_key"));
    PASSPORT_TRY(out.nonce, GetHex<32>(object, "nonce"));
    PASSPORT_TRY(out.signature, GetHex<64>(object, "signature"));
  }
  PASSPORT_TRY(const Value* envelope, object.Get("enclave_public_key"));
  if (!envelope->IsNull()) {
    PASSPORT_TRY(out.enclave_public_key, GetText(object, "enclave_public_key"));
  }
  if (const Value* network = object.Find("network")) {
    PASSPORT_TRY(out.party, GetU16(object, "party"));
    PASSPORT_TRY(out.network, ParseNetwork(*network));
  }
  // A node of an earlier version shows none, or not its file.
  if (const Value* policy = object.Find("policy")) {
    if (auto facts = ParsePolicyFacts(*policy); facts.ok()) out.policy = std::move(facts).value();
  }
  return out;
}

Result<Health> ParseHealth(const Value& object) {
  Health out;
  PASSPORT_TRY(out.status, GetText(object, "status"));
  PASSPORT_TRY(out.phase, GetText(object, "phase"));
  PASSPORT_TRY(out.party, GetU16(object, "party"));
  PASSPORT_TRY(const std::span<const Value> can, GetArray(object, "can"));
  for (const Value& each : can) {
    PASSPORT_TRY(const std::string_view text, each.AsString());
    out.can.emplace_back(text);
  }
  PASSPORT_TRY(const std::span<const Value> cannot, GetArray(object, "cannot"));
  for (const Value& each : cannot) {
    Health::Trouble& trouble = out.cannot.emplace_back();
    PASSPORT_TRY(trouble.what, GetText(each, "what"));
    PASSPORT_TRY(trouble.why, GetText(each, "why"));
    PASSPORT_TRY(trouble.next, GetText(each, "do"));
  }
  PASSPORT_TRY(const std::span<const Value> away, GetArray(object, "away"));
  for (const Value& each : away) {
    Health::Away& node = out.away.emplace_back();
    PASSPORT_TRY(node.party, GetU16(each, "party"));
    PASSPORT_TRY(node.why, GetText(each, "why"));
    PASSPORT_TRY(node.next, GetText(each, "do"));
  }
  PASSPORT_TRY(const std::span<const Value> nodes, GetArray(object, "nodes"));
  for (const Value& each : nodes) {
    Health::Peer& peer = out.nodes.emplace_back();
    PASSPORT_TRY(peer.party, GetU16(each, "party"));
    PASSPORT_TRY(peer.connected, each.GetBool("connected"));
    PASSPORT_TRY(peer.ready, each.GetBool("ready"));
  }
  return out;
}

template <class T>
Result<T, Refusal> AsAnswer(Result<T> parsed, const client::Url& url, std::string_view target) {
  if (parsed.ok()) return std::move(parsed).value();
  return Fail(Refusal{url.Origin() + std::string(target) + " is not what a node of this version says",
                      "check the URL, or use the passport program of the node's own version"});
}

// What the body of an answer other than 200 says.
std::string SaidIn(const std::string& body) {
  const Result<Value> parsed = json::Parse(body);
  const Value* error = parsed.ok() ? parsed.value().Find("error") : nullptr;
  return error != nullptr ? ErrorLine(*error) : body;
}

}  // namespace

bool Health::Refused() const {
  return std::ranges::any_of(cannot, [](const Trouble& trouble) { return trouble.what == "start"; });
}

bool Health::Complete() const {
  return Able() && std::ranges::all_of(nodes, [](const Peer& peer) { return peer.connected && peer.ready; });
}

std::string Health::Summary() const {
  std::string out;
  const auto add = [&](const std::string& wrong, const std::string& next) {
    out += (out.empty() ? "" : "; ") + wrong + " (" + next + ")";
  };
  for (const Trouble& trouble : cannot) add("cannot " + trouble.what + ": " + trouble.why, trouble.next);
  for (const Away& node : away) add(node.why, node.next);
  return ForTerminal(out.empty() ? status : out);
}

std::string ForTerminal(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const auto next = static_cast<std::uint8_t>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (c1) text.erase(i, 1);
    if (c1 || byte < 0x20 || byte == 0x7f) text[i] = '?';
  }
  return text;
}

std::string ErrorLine(const Value& error) {
  const auto text = [](const Value& object, std::string_view key) {
    const Result<std::string_view> member = object.GetString(key);
    return member.ok() ? std::string(member.value()) : std::string();
  };
  const Value* details = error.Find("details");
  const Value* code = error.Find("code");
  std::string name = details != nullptr ? text(*details, "code_name") : "";
  if (name.empty() && code != nullptr) name = json::Serialize(*code);
  const std::string message = text(error, "message");
  std::string data = text(error, "data");
  for (const std::string& said : {name, message}) {
    if (data == said) data.clear();
    if (data.starts_with(said + ": ")) data.erase(0, said.size() + 2);
  }
  return ForTerminal("error " + name + ": " + message + (data.empty() ? "" : ": " + data));
}

Result<std::string, Refusal> NodeApi::Send(const client::HttpRequest& request) const {
  client::HttpConnection::Answer answer = client::Exchange(url_, request, timeout_);
  if (!answer.ok()) {
    return Fail(
        Refusal{answer.error(),
                "is the node running? `passport devnet up --dir DIR` starts those of a devnet, its own "
                "passportd any other; the reason why one ended is in its log"});
  }
  if (answer.value().status == 200) return std::move(answer.value().body);
  return Fail(Refusal{url_.Origin() + request.target + " answered HTTP " +
                          std::to_string(answer.value().status) + ": " + SaidIn(answer.value().body),
                      {}});
}

Result<Value, Refusal> NodeApi::Get(const std::string& target) const {
  PASSPORT_TRY(const std::string body, Send({"GET", target, {}, {}}));
  return AsAnswer(json::Parse(body), url_, target);
}

NodeApi ApiOf(const std::string& url) {
  const auto parsed = client::ParseUrl(url);
  if (!parsed.ok()) throw UsageProblem(parsed.error());
  return NodeApi(parsed.value());
}

Result<EnclaveFacts, Refusal> NodeApi::GetEnclave() const {
  PASSPORT_TRY(const Value body, Get("/enclave"));
  return AsAnswer(ParseEnclave(body), url_, "/enclave");
}

Result<EnclaveFacts, Refusal> NodeApi::GetEnclave(const ByteArray<32>& nonce) const {
  PASSPORT_TRY(const Value body, Get("/enclave?nonce=" + ToHex(nonce)));
  return AsAnswer(ParseEnclave(body), url_, "/enclave");
}

Result<Value, Refusal> NodeApi::GetAttestation(const ByteArray<32>& nonce) const {
  return Get("/attestation?nonce=" + ToHex(nonce));
}

Result<Health, Refusal> NodeApi::GetHealth() const {
  PASSPORT_TRY(const Value body, Get("/health"));
  return AsAnswer(ParseHealth(body), url_, "/health");
}

Result<StatementAnswer, Refusal> NodeApi::Ask(const std::string& target, std::string_view body) const {
  PASSPORT_TRY(const std::string answer,
               Send({"POST", target, {{"Content-Type", "application/octet-stream"}}, std::string(body)}));
  PASSPORT_TRY(const Value verdict, AsAnswer(json::Parse(answer), url_, target));
  StatementAnswer out;
  if (const Value* error = verdict.Find("error")) {
    PASSPORT_TRY(const std::uint16_t code, AsAnswer(GetU16(*error, "code"), url_, target));
    PASSPORT_TRY(const std::string name, AsAnswer(GetText(*error, "name"), url_, target));
    PASSPORT_TRY(const std::string message, AsAnswer(GetText(*error, "message"), url_, target));
    out.status = Status{code};
    out.words = ForTerminal(message + (name.empty() ? "" : " (" + name + ")"));
    return out;
  }
  PASSPORT_TRY(const std::string status, AsAnswer(GetText(verdict, "status"), url_, target));
  if (status != "ok") return AsAnswer(Result<StatementAnswer>(Fail(Status::kJsonType)), url_, target);
  if (verdict.Find("reply") != nullptr) {
    PASSPORT_TRY(const std::string text, AsAnswer(GetText(verdict, "reply"), url_, target));
    PASSPORT_TRY(out.reply, AsAnswer(ParseBase64(text), url_, target));
  }
  return out;
}

Refusal NodeApi::Refused(Status status, About about) const {
  Refusal refusal = Explain(status, about);
  refusal.wrong.insert(0, url_.Origin() + "/admin: the enclave refuses it: ");
  return refusal;
}

// A refusal in the words of the host.
Result<Unit, Refusal> NodeApi::Took(const std::string& target, std::string_view body) const {
  PASSPORT_TRY(const StatementAnswer answer, Ask(target, body));
  if (answer.status == Status::kOk) return Unit{};
  return Fail(Refusal{url_.Origin() + target + ": the enclave refuses it: " + answer.words, {}});
}

Result<Unit, Refusal> NodeApi::PostManifest(std::string_view file) const { return Took("/manifest", file); }

Result<StatementAnswer, Refusal> NodeApi::AskAdmin(ByteSpan statement) const {
  return Ask("/admin", AsText(statement));
}

Result<Unit, Refusal> NodeApi::PostAdmin(ByteSpan statement) const {
  return Took("/admin", AsText(statement));
}

void Pace() { std::this_thread::sleep_for(std::chrono::milliseconds(11)); }

Result<std::string, Refusal> NodeApi::Call(const client::Request& request) const {
  return Send(client::ToHttp(url_, request));
}

}  // namespace passport::cli
