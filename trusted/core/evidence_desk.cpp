#include "trusted/core/evidence_desk.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "trusted/peer/stream.h"

namespace passport::core {
namespace {

using attest::Provider;

// As passport-platform chooses.
constexpr Provider kBestFirst[] = {Provider::kSnp, Provider::kTdx, Provider::kSgx, Provider::kNitro,
                                   Provider::kTpm2};

}  // namespace

Bytes Proof::Encode() const { return Writer().Var(claims).Var(evidence).Take(); }

Result<Proof> Proof::Parse(ByteSpan input) {
  Reader in(input);
  const ByteSpan claims = in.Var(claims::kClaimsBytesMax);
  const ByteSpan evidence = in.Var(attest::kEvidenceBytesMax);
  if (!in.Done()) return Fail(Status::kMalformed);
  return Proof{ToBytes(claims), ToBytes(evidence)};
}

Bytes SessionEvidence::Encode() const { return Writer().Var(proof).Bool(confirmed).Var(statement).Take(); }

Result<SessionEvidence> SessionEvidence::Parse(ByteSpan input) {
  Reader in(input);
  const ByteSpan proof = in.Var(peer::kMessageBytesMax);
  const bool confirmed = in.Bool();
  const ByteSpan statement = in.Var(kPolicyStatementBytesMax);
  if (!in.Done()) return Fail(Status::kMalformed);
  return SessionEvidence{ToBytes(proof), confirmed, ToBytes(statement)};
}

Provider EvidenceDesk::Best(bool devnet) const {
  const auto has = [this](Provider provider) {
    return platform_.available() && std::ranges::any_of(providers_, [&](const ProviderState& each) {
             return each.provider == provider && each.available;
           });
  };
  const auto best = std::ranges::find_if(kBestFirst, has);
  if (best != std::end(kBestFirst)) return *best;
  return devnet && has(Provider::kSimulated) ? Provider::kSimulated : Provider::kNone;
}

void EvidenceDesk::Make(const claims::Claims& claims, Done done) {
  Bytes encoded = claims.Encode();
  if (claims.provider == Provider::kNone) return done(Proof{std::move(encoded), attest::Evidence{}.Encode()});
  const ByteArray<64> report_data = claims::ReportData(encoded);
  const auto asked = platform_.Ask(
      platform_link::Kind::kQuote, ToBytes(report_data),
      [claims = std::move(encoded), wanted = claims.provider, done](const Result<Bytes>& answer) {
        if (!answer.ok()) return done(Fail(Status{answer.error()}));
        const auto evidence = attest::Evidence::Parse(answer.value());
        if (!evidence.ok() || evidence.value().provider != wanted) return done(Fail(Status::kMalformed));
        done(Proof{claims, answer.value()});
      });
  if (!asked.ok()) done(Fail(Status{asked.error()}));
}

}  // namespace passport::core
