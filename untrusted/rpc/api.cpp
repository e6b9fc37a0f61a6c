// What each HTTP request means: client calls, GET /health, /enclave, /attestation, /metrics and the
// quickstart page, POST /manifest and /admin.
#include "untrusted/rpc/api.h"

#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "edl/words/advice.h"
#include "untrusted/net/address.h"
#include "untrusted/rpc/scope_schema.h"

namespace passport::host::rpc {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kSchema = "application/schema+json";
constexpr std::string_view kNonceParameter = "nonce=";
constexpr std::uint64_t kStatementToken =
    0;  // of what answers a statement beside the verdict; no request has it

struct HeaderRow {
  std::string_view name;
  ByteSpan edl::ClientRequestCall::*field;
  std::size_t size_max;
};
using Call = edl::ClientRequestCall;
constexpr HeaderRow kHeaders[] = {
    {"x-scope-id", &Call::scope_id, Call::kScopeIdMax},
    {"x-encrypted-key", &Call::encrypted_key, Call::kEncryptedKeyMax},
    {"x-encrypted-user", &Call::encrypted_user, Call::kEncryptedUserMax},
    {"x-encrypted-session", &Call::encrypted_session, Call::kEncryptedSessionMax},
    {"x-session", &Call::encrypted_session, Call::kEncryptedSessionMax},  // its name before SDK 2.0
    {"x-encrypted-key-signature", &Call::encrypted_key_signature, Call::kEncryptedKeySignatureMax},
    {"x-encrypted-webauthn-signature", &Call::encrypted_webauthn_signature,
     Call::kEncryptedWebauthnSignatureMax},
};

// Fills in the headers, borrowed from `request`. What is said twice, by one name or by two, is refused: two
// readers of such a request could disagree about which one counts.
std::optional<Refusal> ReadHeaders(const net::HttpRequest& request, Call& call) {
  std::vector<ByteSpan edl::ClientRequestCall::*> seen;
  for (const net::HttpHeader& header : request.headers) {
    for (const HeaderRow& row : kHeaders) {
      if (header.name != row.name) continue;
      if (std::ranges::find(seen, row.field) != seen.end()) return Refusal::kInvalidRequest;
      if (header.value.size() > row.size_max) return Refusal::kTooLarge;
      seen.push_back(row.field);
      call.*row.field = AsBytes(header.value);
    }
  }
  return std::nullopt;
}

net::HttpReply Json(std::string body) { return {200, kJson, std::move(body), {}}; }
// What is no client's call is for operators and their tools, which look at the status.
net::HttpReply Error(unsigned status, Refusal refusal, const char* detail) {
  return {status, kJson, BodyOf(refusal, detail), {}};
}

// Whether a request comes from a program on this machine that is not a browser showing somebody's page.
bool IsLocal(const net::HttpRequest& request) {
  return net::IsLoopback(request.client) &&
         std::ranges::none_of(request.headers, [](const auto& header) { return header.name == "origin"; });
}

// The nonce of a query "nonce=64-hex-digits", or what is wrong with it.
Result<ByteArray<32>, const char*> NonceOf(std::string_view query) {
  if (!query.starts_with(kNonceParameter)) return Fail("the only parameter is nonce");
  const auto bytes = ParseHex(query.substr(kNonceParameter.size()));
  const auto nonce = bytes.ok() ? ToArray<32>(bytes.value()) : Fail(Status::kBadHex);
  if (!nonce.ok()) return Fail("nonce must be 64 hex digits");
  return nonce.value();
}

// What POST /manifest and /admin answer, with HTTP 200: that the enclave took it, and what it gave beside its
// verdict, or why it did not and what to do. The texts are constants of edl/words, without quotes or
// backslashes.
net::HttpReply StatementReply(std::uint16_t status, About about, const std::string& given = {}) {
  if (status == 0) return Json(R"({"status":"ok")" + given + "}");
  const Status code{status};
  return Json(R"({"error":{"code":)" + std::to_string(status) + R"(,"name":")" +
              std::string(passport::NameOf(code)) + R"(","message":")" + Explain(code, about).Text() +
              R"("}})");
}

// The verdict of the enclave, or the status of the call when it had none.
net::HttpReply StatementReply(const edl::Answer& answer, About about) {
  std::uint16_t status = static_cast<std::uint16_t>(answer.status);
  std::string given;
  for (const edl::Effect& effect : answer.effects) {
    const auto* verdict = std::get_if<edl::VerdictEffect>(&effect);
    if (verdict != nullptr && verdict->status != 0) status = verdict->status;
    const auto* reply = std::get_if<edl::ReplyEffect>(&effect);
    if (reply != nullptr && reply->token == kStatementToken)
      given = R"(,"reply":")" + ToBase64(reply->body) + '"';
  }
  return StatementReply(status, about, given);
}

}  // namespace

std::vector<net::HttpHeader> CorsHeaders() { return {{"Access-Control-Allow-Origin", "*"}}; }

Api::Api(enclave::Enclave& enclave, ApiOptions options, std::string salt, metrics::Registry& metrics)
    : enclave_(enclave),
      options_(std::move(options)),
      metrics_(metrics),
      request_time_(
          metrics.HistogramOf("passport_request_seconds", "Time from a client's request to its reply.")),
      address_limit_(options_.requests_per_second_address),
      scope_limit_(options_.requests_per_second_scope),
      new_key_limit_(options_.new_keys_per_second_address),
      operator_limit_(options_.operator_requests_per_second_address),
      seen_keys_(std::move(salt)) {
  metrics.Gauge("passport_requests_pending", "Requests without an answer yet.",
                [this] { return static_cast<double>(pending_.size()); });
}

void Api::Handle(net::HttpRequest request, net::ReplyFunction reply) {
  if (request.method == "POST") return HandlePost(request, std::move(reply));
  if (request.method == "GET" || request.method == "HEAD") return HandleGet(request, std::move(reply));
  if (request.method == "OPTIONS") {
    return reply({204,
                  "",
                  "",
                  {{"Access-Control-Allow-Methods", "POST, GET, OPTIONS"},
                   {"Access-Control-Allow-Headers",
                    "Content-Type, X-Scope-Id, X-Encrypted-Key, X-Encrypted-User, X-Encrypted-Session, "
                    "X-Session, X-Encrypted-Key-Signature, X-Encrypted-WebAuthn-Signature"},
                   {"Access-Control-Max-Age", "86400"}}});
  }
  net::HttpReply refusal =
      Error(405, Refusal::kInvalidRequest, "the HTTP method is not POST, GET or OPTIONS");
  refusal.headers.push_back({"Allow", "POST, GET, OPTIONS"});
  reply(std::move(refusal));
}

void Api::HandleGet(const net::HttpRequest& request, net::ReplyFunction reply) {
  const std::string_view target = request.target;
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query = question == std::string_view::npos ? "" : target.substr(question + 1);
  if (path == "/metrics") return reply({200, "text/plain; version=0.0.4", metrics_.Text(), {}});
  if (!operator_limit_.Allow(request.client, Clock::now()))
    return Refuse(reply, Kind::kStatus, Refusal::kBusy);
  if (path == "/schemas/scope.json") return reply({200, kSchema, std::string(kScopeSchema), {}});
  if (path == "/health") {
    return SubmitQuestion(edl::StatusCall{.token = ++last_token_}, Kind::kStatus, request, std::move(reply));
  }
  if (path == "/enclave") return HandleEnclave(request, query, std::move(reply));
  if (path == "/attestation") return HandleAttestation(request, query, std::move(reply));
  if (auto file = options_.page.Find(path)) return reply(*std::move(file));
  reply(Error(404, Refusal::kInvalidRequest,
              "not found; there are /health, /enclave, /attestation?nonce=64-hex-digits, /metrics, "
              "/schemas/scope.json, and POST for calls"));
}

void Api::HandleEnclave(const net::HttpRequest& request, std::string_view query, net::ReplyFunction reply) {
  edl::AttestCall call{.token = ++last_token_};
  if (query.empty()) {
    if (getrandom(call.nonce.data(), call.nonce.size(), 0) != static_cast<ssize_t>(call.nonce.size())) {
      return reply(Error(503, Refusal::kInternal, "no randomness for a nonce; give one"));
    }
  } else {
    const auto nonce = NonceOf(query);
    if (!nonce.ok()) return reply(Error(400, Refusal::kInvalidRequest, nonce.error()));
    call.nonce = nonce.value();
  }
  SubmitQuestion(call, Kind::kAttest, request, std::move(reply));
}

// Evidence is worth what its nonce is: whoever asks has to choose it.
void Api::HandleAttestation(const net::HttpRequest& request, std::string_view query,
                            net::ReplyFunction reply) {
  const auto nonce = NonceOf(query);
  if (!nonce.ok()) return reply(Error(400, Refusal::kInvalidRequest, nonce.error()));
  SubmitQuestion(edl::AttestCall{.token = ++last_token_, .nonce = nonce.value(), .evidence = true},
                 Kind::kEvidence, request, std::move(reply));
}

void Api::HandlePost(const net::HttpRequest& request, net::ReplyFunction reply) {
  const bool of_operator = request.target == "/manifest" || request.target == "/admin";
  if (of_operator && !operator_limit_.Allow(request.client, Clock::now()))
    return Refuse(reply, Kind::kStatus, Refusal::kBusy);
  if (request.target == "/manifest") return HandleManifest(request, std::move(reply));
  if (request.target == "/admin") return HandleAdmin(request, std::move(reply));
  HandleClientRequest(request, std::move(reply));
}

// The first manifest names the operators itself, so whoever gives it owns the node: nobody from elsewhere
// may.
void Api::HandleManifest(const net::HttpRequest& request, net::ReplyFunction reply) {
  if (!provisioned_ && !IsLocal(request)) {
    return reply(Error(403, Refusal::kNotReady,
                       "the first manifest is taken from its own machine only: run `passport manifest send "
                       "--node` there, or start the node with --manifest"));
  }
  const edl::ProvisionCall call{.kind = edl::ProvisionKind::kManifest, .data = AsBytes(request.body)};
  SubmitStatement(call, About::kManifest, std::move(reply));
}

// A restored backup brings its operators with it, as the first manifest does.
void Api::HandleAdmin(const net::HttpRequest& request, net::ReplyFunction reply) {
  if (!provisioned_ && !IsLocal(request)) {
    return reply(Error(403, Refusal::kNotReady,
                       "a node without a manifest takes a backup from its own machine only: run `passport "
                       "backup restore` there"));
  }
  SubmitStatement(edl::AdminCall{.statement = AsBytes(request.body)}, About::kStatement, std::move(reply));
}

void Api::HandleClientRequest(const net::HttpRequest& request, net::ReplyFunction reply) {
  Call call{.token = ++last_token_, .body = AsBytes(request.body)};
  auto refusal = ReadHeaders(request, call);
  if (!refusal) refusal = CheckLimits(request, call);
  if (refusal) return Refuse(reply, Kind::kClient, *refusal);
  SubmitForToken(call, {std::move(reply), Clock::now(), Kind::kClient, ""});
}

std::optional<Refusal> Api::CheckLimits(const net::HttpRequest& request, const Call& call) {
  const Clock::time_point now = Clock::now();
  if (!address_limit_.Allow(request.client, now)) return Refusal::kBusy;
  if (!call.scope_id.empty() && !scope_limit_.Allow(AsText(call.scope_id), now)) return Refusal::kBusy;
  const std::string_view key = AsText(call.encrypted_key);
  if (!key.empty() && !seen_keys_.Contains(key)) {
    if (!new_key_limit_.Allow(request.client, now)) return Refusal::kBusy;
    seen_keys_.Insert(key);
  }
  return std::nullopt;
}

// A statement is answered by the verdict in its own answer.
template <class Statement>
void Api::SubmitStatement(const Statement& call, About about, net::ReplyFunction reply) {
  const auto submitted =
      enclave_.Submit(enclave::Urgency::kClient, call,
                      [reply, about](const edl::Answer& answer) { reply(StatementReply(answer, about)); });
  if (!submitted.ok()) reply(StatementReply(static_cast<std::uint16_t>(submitted.error()), about));
}

// Whoever asks many things at once waits for the answers; others do not wait with him.
template <class Question>
void Api::SubmitQuestion(const Question& call, Kind kind, const net::HttpRequest& request,
                         net::ReplyFunction reply) {
  const bool evidence = kind == Kind::kEvidence;
  const auto open = std::ranges::count_if(pending_, [&](const auto& entry) {
    return entry.second.asker == request.client && (entry.second.kind == Kind::kEvidence) == evidence;
  });
  const std::size_t most = evidence ? options_.evidence_max_address : options_.questions_max_address;
  if (static_cast<std::size_t>(open) >= most)
    return Refuse(reply, kind, Refusal::kBusy,
                  "too many open requests of one address; try again a little later");
  SubmitForToken(call, {std::move(reply), Clock::now(), kind, request.client});
}

template <class Asking>
void Api::SubmitForToken(const Asking& call, Pending pending) {
  const std::uint64_t token = call.token;
  if (pending_.size() >= options_.requests_max) return Refuse(pending.reply, pending.kind, Refusal::kBusy);
  pending_.emplace(token, std::move(pending));
  const auto submitted =
      enclave_.Submit(enclave::Urgency::kClient, call, [this, token](const edl::Answer& answer) {
        // An answer that is kOk may be followed by the reply later.
        if (answer.status != Status::kOk) Finish(token, RefusalOf(answer.status));
      });
  if (!submitted.ok()) Finish(token, RefusalOf(submitted.error()));
}

void Api::OnReply(const edl::ReplyEffect& effect) {
  if (effect.token == kStatementToken) return;  // StatementReply has it
  const auto found = pending_.find(effect.token);
  if (found == pending_.end()) {
    metrics_.CounterOf("passport_replies_late_total", "Replies to requests that had been given up.").Add();
    return;
  }
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  if (pending.kind == Kind::kClient) {
    request_time_.Observe(std::chrono::duration<double>(Clock::now() - pending.since).count());
    metrics_
        .CounterOf("passport_requests_total", "Client requests answered by the enclave.",
                   "method=\"" + std::to_string(effect.method) + "\",outcome=\"" +
                       std::to_string(effect.outcome) + "\"")
        .Add();
  }
  net::HttpReply answer = Json(std::string(AsText(effect.body)));
  if (pending.kind == Kind::kEvidence && effect.outcome != 0) answer.status = 503;
  pending.reply(std::move(answer));
}

// An enclave that works answers operators at once and refuses a client before request_time ends, whatever the
// other nodes do: it is this node's own that hangs.
void Api::Expire(Clock::time_point now) {
  std::vector<std::uint64_t> expired;
  std::vector<std::uint64_t> of_operators;
  for (const auto& [token, pending] : pending_) {
    const bool client = pending.kind == Kind::kClient || pending.kind == Kind::kEvidence;  // may take a while
    if (now - pending.since < (client ? options_.request_time : options_.status_time)) continue;
    (client ? expired : of_operators).push_back(token);
  }
  for (const std::uint64_t token : expired) Finish(token, Refusal::kTimeout);
  for (const std::uint64_t token : of_operators) {
    Finish(token, Refusal::kInternal,
           "this node's own enclave does not answer: look at the node's log, and restart its passportd if it "
           "stays so");
  }
}

void Api::Finish(std::uint64_t token, Refusal refusal, const char* detail) {
  const auto found = pending_.find(token);
  if (found == pending_.end()) return;
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  Refuse(pending.reply, pending.kind, refusal, detail);
}

void Api::Refuse(const net::ReplyFunction& reply, Kind kind, Refusal refusal, const char* detail) {
  metrics_
      .CounterOf("passport_requests_refused_total", "Requests that the host answered itself.",
                 std::string("reason=\"") + NameOf(refusal) + "\"")
      .Add();
  // Published clients drop the body of anything but 200; GET is for operators and their tools.
  reply({kind == Kind::kClient ? 200u : 503u, kJson, BodyOf(refusal, detail), {}});
}

}  // namespace passport::host::rpc
