// passport scope, account and sign: a client of the same wire protocol as the published SDK.
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/inputs.h"
#include "tools/cli/node_api.h"
#include "tools/cli/problem.h"
#include "tools/cli/raw_transaction.h"
#include "tools/cli/signed_data.h"
#include "trusted/eth/message.h"
#include "trusted/eth/transaction.h"
#include "trusted/eth/typed_data.h"
#include "trusted/json/write.h"

namespace passport::cli {
namespace {

void AddNodeOptions(po::options_description& options) {
  options.add_options()("url", po::value<std::string>()->default_value("http://localhost:9545"),
                        "a node's API")("key", po::value<std::string>(),
                                        "developer key, PKCS#8 DER as NAME_priv.der (needed)")(
      "timeout", po::value<long>()->default_value(40), "seconds to wait for an answer")(
      "json", "print one JSON object");
}

void AddAccountOptions(po::options_description& options) {
  AddNodeOptions(options);
  options.add_options()("scope", po::value<std::string>(), "the scope's id (needed)")(
      "user", po::value<std::string>(), "the account's username (needed)")(
      "enclave-key", po::value<std::string>(),
      "the network's envelope key (base64 SPKI), or a file with it; default: what the node says");
}

NodeApi ApiOf(const po::variables_map& values) {
  auto url = client::ParseUrl(values["url"].as<std::string>());
  if (!url.ok()) throw UsageProblem(url.error());
  const long seconds = values["timeout"].as<long>();
  if (seconds < 1 || seconds > 3600) throw UsageProblem("--timeout is from 1 to 3600");
  return NodeApi(std::move(url).value(), std::chrono::seconds(seconds));
}

client::DeveloperKey KeyOf(const po::variables_map& values) {
  const std::string path = Required(values, "key");
  const std::string der = ReadFile(path);
  return OrProblem(client::DeveloperKey::Parse(AsBytes(der)), path + " is no P-256 key in PKCS#8 DER");
}

Problem WrongAnswer(const std::string& fault) {
  return Problem("the node's answer " + fault + "; check that --url is the API of a node of this version");
}

// The result of the call; an error is thrown as its line.
json::Value Call(const NodeApi& api, const client::Request& request) {
  const std::string body = OrProblem(api.Call(request));
  Result<json::Value> parsed = json::Parse(body);
  if (!parsed.ok()) throw WrongAnswer("is not JSON");
  if (const json::Value* error = parsed.value().Find("error")) throw CallError(ErrorLine(*error));
  if (parsed.value().Find("result") == nullptr) throw WrongAnswer("has no result");
  return std::move(parsed).value();
}

std::string TextOf(const json::Value& value) {
  const Result<std::string_view> text = value.AsString();
  if (!text.ok()) throw WrongAnswer("is not the text that it should be");
  return std::string(text.value());
}

// The member of the result, which the protocol says is a string.
std::string ResultText(const json::Value& answer, std::string_view member) {
  const json::Value* found = answer.Find("result")->Find(member);
  if (found == nullptr) throw WrongAnswer("has no " + std::string(member));
  return TextOf(*found);
}

// One account's client, talking to one node.
struct Session {
  NodeApi api;
  std::unique_ptr<crypto::SystemRng> rng;  // borrowed by client
  client::DeveloperClient client;
  std::string user;
  bool json;

  json::Value Call(const client::Request& request) const { return cli::Call(api, request); }
};

Bytes EnvelopeKeyOf(const po::variables_map& values, const NodeApi& api) {
  std::string text;
  if (const auto pinned = Optional<std::string>(values, "enclave-key")) {
    text = fs::exists(*pinned) ? ReadFile(*pinned) : *pinned;
    while (!text.empty() && text.back() == '\n') text.pop_back();
  } else {
    text = OrProblem(api.GetEnclave()).enclave_public_key;
    if (text.empty()) throw Problem("the network has no envelope key yet; see GET /health of the node");
  }
  return OrProblem(ParseBase64(text), "the enclave key");
}

Session Open(const po::variables_map& values) {
  const std::string scope = Required(values, "scope");
  if (!ParseUuid(scope).ok()) throw UsageProblem("--scope is not a scope id (a UUID)");
  const std::string user = Required(values, "user");
  client::DeveloperKey key = KeyOf(values);
  NodeApi api = ApiOf(values);
  const Bytes envelope = EnvelopeKeyOf(values, api);
  auto rng = std::make_unique<crypto::SystemRng>();
  auto client = OrProblem(client::DeveloperClient::Make(std::move(key), scope, envelope, *rng),
                          "the enclave key is no RSA public key");
  return {std::move(api), std::move(rng), std::move(client), user, values.contains("json")};
}

// Reads options for a command of one account; nothing after --help.
std::optional<po::variables_map> ReadAccountOptions(const Command& self, const Arguments& arguments,
                                                    void (*add)(po::options_description&) = nullptr) {
  po::options_description options("options");
  AddAccountOptions(options);
  if (add != nullptr) add(options);
  return ReadOptions(self, arguments, options);
}

// What was signed by whom, after the check that it is a signature of the data at all.
void PrintSigned(const Session& session, const char* name, const std::string& value,
                 const eth::Address& signer) {
  if (!session.json) {
    std::cout << value << std::endl;
    return;
  }
  std::cout << json::ObjectWriter().Text(name, value).Text("signer", eth::ToChecksumText(signer)).Finish()
            << std::endl;
}

void PrintSignature(const Session& session, const json::Value& answer, const Digest& digest) {
  const std::string signature = TextOf(*answer.Find("result"));
  PrintSigned(session, "signature", signature, SignerOf(digest, ParseSignature(signature)));
}

}  // namespace

int ScopeKeygen(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("name", po::value<std::string>(), "NAME_priv.der and NAME_pub.der are made (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string name = Required(*values, "name");
  const client::DeveloperKey key = client::DeveloperKey::Generate();
  Bytes secret = key.EncodePrivate();
  WriteNewFile(name + "_priv.der", AsText(secret), 0600);
  crypto::Wipe(secret);
  WriteNewFile(name + "_pub.der", AsText(key.EncodePublic()), 0644);
  std::cout << name << "_priv.der " << name << "_pub.der" << std::endl;
  return 0;
}

int ScopeCreate(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  AddNodeOptions(options);
  options.add_options()("config", po::value<std::string>()->default_value("{}"),
                        "configuration: a JSON object, or a file with one");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string config = json::Serialize(ObjectFrom((*values)["config"].as<std::string>(), "--config"));
  const json::Value answer = Call(ApiOf(*values), client::CreateScope(KeyOf(*values), config));
  const std::string id = ResultText(answer, "scope_id");
  std::cout << (values->contains("json") ? json::ObjectWriter().Text("scope_id", id).Finish() : id)
            << std::endl;
  return 0;
}

int ScopeUpdate(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  AddNodeOptions(options);
  options.add_options()("scope", po::value<std::string>(), "the scope's id (needed)")(
      "config", po::value<std::string>(),
      "the new configuration: a JSON object, or a file with one (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string scope = Required(*values, "scope");
  if (!ParseUuid(scope).ok()) throw UsageProblem("--scope is not a scope id (a UUID)");
  const std::string config = json::Serialize(ObjectFrom(Required(*values, "config"), "--config"));
  const json::Value answer = Call(ApiOf(*values), client::UpdateScope(KeyOf(*values), scope, config));
  const json::Value* result = answer.Find("result");
  if (values->contains("json")) {
    std::cout << json::ObjectWriter().Raw("result", json::Serialize(*result)).Finish() << std::endl;
  } else {
    std::cout << (result->IsString() ? TextOf(*result) : json::Serialize(*result)) << std::endl;
  }
  return 0;
}

int AccountRegister(const Command& self, const Arguments& arguments) {
  const auto values = ReadAccountOptions(self, arguments);
  if (!values) return 0;
  Session session = Open(*values);
  const json::Value answer = session.Call(session.client.Register(session.user));
  const std::string id = ResultText(answer, "account_id");
  if (session.json) {
    std::cout << json::Serialize(*answer.Find("result")) << std::endl;
  } else {
    std::cout << id << std::endl;
  }
  return 0;
}

int AccountAddress(const Command& self, const Arguments& arguments) {
  const auto values = ReadAccountOptions(self, arguments);
  if (!values) return 0;
  Session session = Open(*values);
  const json::Value answer = session.Call(session.client.Addresses(session.user));
  const auto addresses = answer.Find("result")->AsArray();
  if (!addresses.ok() || addresses.value().empty()) throw WrongAnswer("has no address");
  const std::string address = eth::ToChecksumText(
      OrProblem(eth::ParseAddress(TextOf(addresses.value()[0])), "the address in the node's answer"));
  std::cout << (session.json ? json::ObjectWriter().Text("address", address).Finish() : address) << std::endl;
  return 0;
}

int SignMessage(const Command& self, const Arguments& arguments) {
  const auto values = ReadAccountOptions(self, arguments, AddMessageOptions);
  if (!values) return 0;
  const Bytes message = ReadMessage(*values);
  Session session = Open(*values);
  const json::Value answer = session.Call(session.client.PersonalSign(session.user, message));
  PrintSignature(session, answer, eth::PersonalMessageDigest(message));
  return 0;
}

// What cannot be parsed here is sent all the same: the network's own refusal is the better one.
int SignTypedData(const Command& self, const Arguments& arguments) {
  const auto values = ReadAccountOptions(self, arguments, AddObjectOptions);
  if (!values) return 0;
  const json::Value data = ReadObject(*values);
  Session session = Open(*values);
  const json::Value answer = session.Call(session.client.SignTypedData(session.user, json::Serialize(data)));
  PrintSignature(session, answer, OrProblem(eth::ParseTypedData(data), "the typed data").digest);
  return 0;
}

int SignTransaction(const Command& self, const Arguments& arguments) {
  const auto values = ReadAccountOptions(self, arguments, AddObjectOptions);
  if (!values) return 0;
  const json::Value object = ReadObject(*values);
  Session session = Open(*values);
  const json::Value answer =
      session.Call(session.client.SignTransaction(session.user, json::Serialize(object)));
  const std::string text = TextOf(*answer.Find("result"));
  const Bytes raw = OrProblem(ParseHex(text.starts_with("0x") ? text.substr(2) : text), "the node's answer");
  const RawTransaction made =
      OrProblem(ParseRawTransaction(raw), "the node's answer is no signed transaction");
  if (OrProblem(eth::ParseTransaction(object), "the transaction").SigningDigest() != made.digest)
    throw Problem("the node signed another transaction than the one asked for: " + text +
                  "; do not send it, and ask the node's operator");
  PrintSigned(session, "raw_transaction", text, SignerOf(made.digest, made.signature));
  return 0;
}

}  // namespace passport::cli
