// What each HTTP request means: client calls, GET /health, /enclave, /attestation, /metrics and the
// quickstart page, POST /manifest and /admin.
//
// The host reads headers, never bodies: a JSON-RPC request goes to the enclave as it came.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "edl/words/advice.h"
#include "untrusted/enclave/enclave.h"
#include "untrusted/net/http_server.h"
#include "untrusted/rpc/page.h"
#include "untrusted/rpc/rate_limit.h"
#include "untrusted/rpc/refusal.h"

namespace passport::host::rpc {

struct ApiOptions {
  std::chrono::milliseconds request_time{30000};  // then the client is told that there was no answer
  std::chrono::milliseconds status_time{1500};    // then an operator is told that the enclave hangs
  std::size_t requests_max = 1024;                // in the enclave or waiting for it
  // Of those, GETs of one address: what the enclave answers at once, and evidence, of which the enclave has a
  // few quotes under way for everybody. Neither counts for the other: a load balancer asks /health from the
  // address that clients seem to have.
  std::size_t questions_max_address = 8;
  std::size_t evidence_max_address = 2;
  double requests_per_second_address = 2000;  // 0 means no limit
  double requests_per_second_scope = 5000;
  double new_keys_per_second_address = 200;  // keys not seen before; each costs the enclave an RSA operation
  // GET /health, /enclave and /attestation, POST /manifest and /admin: operators and their tools ask seldom.
  double operator_requests_per_second_address = 100;
  Page page;  // the quickstart page, if this node shows it; counts as operators' requests do
};

// The headers that every reply carries, so that browsers let any page read it.
std::vector<net::HttpHeader> CorsHeaders();

class Api {
 public:
  using Clock = std::chrono::steady_clock;
  Api(enclave::Enclave& enclave, ApiOptions options, std::string salt, metrics::Registry& metrics);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Answers `request` through `reply`, once, now or later.
  void Handle(net::HttpRequest request, net::ReplyFunction reply);
  // The enclave has a manifest: from now on only operators' signatures decide about another one.
  void SetProvisioned() { provisioned_ = true; }
  // A `reply` effect: the answer to the request with its token. Late ones are counted and dropped.
  void OnReply(const edl::ReplyEffect& effect);
  // Gives up requests that are older than request_time, of operators than status_time.
  void Expire(Clock::time_point now);
  std::size_t pending_count() const { return pending_.size(); }

 private:
  enum class Kind { kClient, kStatus, kAttest, kEvidence };
  struct Pending {
    net::ReplyFunction reply;
    Clock::time_point since;
    Kind kind;
    std::string asker;  // the address; of clients' calls none
  };

  void HandleGet(const net::HttpRequest& request, net::ReplyFunction reply);
  void HandleEnclave(const net::HttpRequest& request, std::string_view query, net::ReplyFunction reply);
  void HandleAttestation(const net::HttpRequest& request, std::string_view query, net::ReplyFunction reply);
  void HandlePost(const net::HttpRequest& request, net::ReplyFunction reply);
  void HandleManifest(const net::HttpRequest& request, net::ReplyFunction reply);
  void HandleAdmin(const net::HttpRequest& request, net::ReplyFunction reply);
  void HandleClientRequest(const net::HttpRequest& request, net::ReplyFunction reply);
  template <class Call>
  void SubmitStatement(const Call& call, About about, net::ReplyFunction reply);
  template <class Call>
  void SubmitQuestion(const Call& call, Kind kind, const net::HttpRequest& request, net::ReplyFunction reply);
  template <class Call>
  void SubmitForToken(const Call& call, Pending pending);
  std::optional<Refusal> CheckLimits(const net::HttpRequest& request, const edl::ClientRequestCall& call);
  void Finish(std::uint64_t token, Refusal refusal, const char* detail = nullptr);
  void Refuse(const net::ReplyFunction& reply, Kind kind, Refusal refusal, const char* detail = nullptr);

  enclave::Enclave& enclave_;
  ApiOptions options_;
  metrics::Registry& metrics_;
  metrics::Histogram& request_time_;
  RateLimit address_limit_;
  RateLimit scope_limit_;
  RateLimit new_key_limit_;
  RateLimit operator_limit_;
  SeenTexts seen_keys_;
  bool provisioned_ = false;
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::uint64_t, Pending> pending_;
};

}  // namespace passport::host::rpc
