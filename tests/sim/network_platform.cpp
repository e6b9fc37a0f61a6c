// passportd and its helpers, as the simulated cores find them.
#include "tests/sim/network.h"
#include "trusted/attest/simulated.h"
#include "trusted/crypto/hash.h"

namespace passport::sim {

crypto::SecretKey32 Network::PlatformKeyOf(PartyIndex party) const {
  return crypto::SecretKey32(crypto::HashSha256(crypto::Le64(party.value)));
}

void Network::Answer(PartyIndex party, ByteSpan record) {
  Call(party, edl::ProvisionCall{edl::ProvisionKind::kPlatform, record});
}

// passportd and its helpers: simulated quotes for any provider, and nobody who verifies.
void Network::AnswerPlatform(PartyIndex party) {
  Node& node = nodes_.at(party);
  while (node.core && !node.asked.empty()) {
    const auto request = platform_link::Request::Parse(node.asked.front()).value();
    node.asked.pop_front();
    platform_link::Answer answer{request.kind, request.id, platform_link::Outcome::kRefused, {}};
    if (request.kind == platform_link::Kind::kQuote) {
      attest::Evidence evidence =
          attest::MakeSimulated(MeasurementOf(party), ToArray<64>(request.body).value());
      evidence.provider = options_.providers.at(party);
      answer.outcome = platform_link::Outcome::kOk;
      answer.body = evidence.Encode();
    }
    if (request.kind == platform_link::Kind::kCounterRaise && node.counter) {
      Reader body(request.body);
      node.counter = std::max(*node.counter, body.U64());
      answer.outcome = platform_link::Outcome::kOk;
      answer.body = Writer().U64(*node.counter).Take();
    }
    if (!on_platform || on_platform(party, request, answer)) Answer(party, answer.Seal(PlatformKeyOf(party)));
  }
}

void Network::AnswerPlatforms() {
  for (const auto& [party, node] : nodes_) AnswerPlatform(party);
}

std::string Network::Evidence(PartyIndex party, const ByteArray<32>& nonce) {
  const std::uint64_t token = next_token_++;
  Call(party, edl::AttestCall{token, nonce, true});
  AnswerPlatform(party);
  return Reply(token).value_or("");
}

}  // namespace passport::sim
