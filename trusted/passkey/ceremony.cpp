#include "trusted/passkey/ceremony.h"

#include <algorithm>

#include "trusted/crypto/tagged_hash.h"

namespace passport::passkey {
namespace {

constexpr std::uint8_t kCeremonyFormat = 1;

bool HasTarget(CeremonyKind kind) { return kind >= CeremonyKind::kRemoveCredential; }

Hash32 SignedHash(const Hash32& network, const CeremonyTerms& terms, const CeremonyToken& token) {
  Writer out;
  WriteTerms(out, terms);
  out.U16(token.party.value).Raw(token.nonce).U64(token.made_ms).U64(kCeremonyMs);
  return crypto::TaggedHash(crypto::tag::kCeremonyToken, network, {out.bytes()});
}

}  // namespace

void WriteTerms(Writer& out, const CeremonyTerms& terms) {
  out.U8(static_cast<std::uint8_t>(terms.kind)).Raw(terms.scope.bytes).Raw(terms.account.bytes);
  out.U8(terms.regenerate_seed ? 1 : 0);
  if (HasTarget(terms.kind)) out.Raw(terms.target);
}

CeremonyTerms ReadTerms(Reader& in) {
  CeremonyTerms out;
  const std::uint8_t kind = in.U8();
  if (kind < 1 || kind > 4) in.Reject();
  out.kind = static_cast<CeremonyKind>(kind);
  out.scope = ScopeId{in.Array<16>()};
  out.account = RecordId{in.Array<32>()};
  out.regenerate_seed = in.Bool();
  if (HasTarget(out.kind)) out.target = in.Array<32>();
  return out;
}

void WriteToken(Writer& out, const CeremonyToken& token) {
  out.U16(token.party.value).Raw(token.nonce).U64(token.made_ms).Raw(token.signature);
}

CeremonyToken ReadToken(Reader& in) {
  CeremonyToken out;
  out.party = PartyIndex{in.U16()};
  out.nonce = in.Array<32>();
  out.made_ms = in.U64();
  out.signature = in.Array<64>();
  return out;
}

CeremonyToken CeremonyToken::Make(const Hash32& network, const CeremonyTerms& terms, PartyIndex party,
                                  const ByteArray<32>& nonce, std::uint64_t made_ms,
                                  const crypto::SigningKey& key) {
  CeremonyToken out{party, nonce, made_ms, {}};
  out.signature = key.Sign(SignedHash(network, terms, out));
  return out;
}

bool CeremonyToken::IsSigned(const Hash32& network, const CeremonyTerms& terms,
                             const crypto::Ed25519PublicKey& key) const {
  return crypto::VerifyEd25519(key, SignedHash(network, terms, *this), signature);
}

Bytes Ceremony::Encode() const {
  Writer out;
  out.U8(kCeremonyFormat);
  WriteTerms(out, terms);
  out.U32(static_cast<std::uint32_t>(tokens.size()));
  for (const CeremonyToken& token : tokens) WriteToken(out, token);
  return out.Take();
}

Result<Ceremony> Ceremony::Parse(ByteSpan bytes) {
  Reader in(bytes);
  if (in.U8() != kCeremonyFormat) return Fail(Status::kMalformed);
  Ceremony out;
  out.terms = ReadTerms(in);
  const std::uint32_t count = in.Count(kTokensMax);
  for (std::uint32_t i = 0; i < count; ++i) {
    out.tokens.push_back(ReadToken(in));
    if (i > 0 && out.tokens[i].party <= out.tokens[i - 1].party) in.Reject();
  }
  if (!in.Done()) return Fail(Status::kMalformed);
  return out;
}

Hash32 Ceremony::Challenge(const Hash32& network) const {
  return crypto::TaggedHash(crypto::tag::kCeremony, network, {Encode()});
}

std::uint64_t Ceremony::BegunMs() const {
  return tokens.empty() ? 0 : std::ranges::min(tokens, {}, &CeremonyToken::made_ms).made_ms;
}

Result<Unit> Ceremony::Verify(const Hash32& network, const Signers& signers, std::size_t quorum,
                              std::uint64_t now_ms) const {
  if (tokens.size() < quorum) return Fail(Status::kCeremonyTokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto key = signers.find(tokens[i].party);
    const bool in_order = i == 0 || tokens[i - 1].party < tokens[i].party;
    if (!in_order || key == signers.end() || !tokens[i].IsSigned(network, terms, key->second))
      return Fail(Status::kCeremonyTokens);
  }
  // What an honest enclave gave is not prolonged by what others say.
  if (now_ms > BegunMs() && now_ms - BegunMs() > kCeremonyMs) return Fail(Status::kCeremonyExpired);
  return Unit{};
}

}  // namespace passport::passkey
