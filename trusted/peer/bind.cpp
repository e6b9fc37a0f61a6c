#include "trusted/peer/bind.h"

#include "edl/base/codec.h"
#include "trusted/crypto/tagged_hash.h"

namespace passport::peer {
namespace {

constexpr std::uint8_t kEncodingVersion = 1;
constexpr std::size_t kSignatureBytes = 64;

Hash32 Statement(ByteSpan fields, const HandshakeHash& hash, Role sender) {
  const ByteArray<1> role{static_cast<std::uint8_t>(sender)};
  return crypto::TaggedHash(crypto::tag::kPeerBind, Hash32{}, {hash, role, fields});
}

}  // namespace

Bytes EncodeBind(const Bind& bind, const HandshakeHash& hash, Role sender,
                 const crypto::SigningKey& identity) {
  Writer writer;
  writer.U8(kEncodingVersion).U16(bind.versions.min).U16(bind.versions.max);
  writer.U16(bind.party.value).U16(bind.worker).Raw(bind.boot.bytes).Raw(bind.manifest_hash);
  const crypto::Ed25519Signature signature = identity.Sign(Statement(writer.bytes(), hash, sender));
  return writer.Raw(signature).Take();
}

Result<Bind> OpenBind(ByteSpan input, const HandshakeHash& hash, Role sender,
                      const crypto::Ed25519PublicKey& identity) {
  if (input.size() < kSignatureBytes) return Fail(Status::kMalformed);
  Reader reader(input);
  if (reader.U8() != kEncodingVersion) return Fail(Status::kMalformed);
  Bind bind;
  bind.versions.min = reader.U16();
  bind.versions.max = reader.U16();
  bind.party.value = reader.U16();
  bind.worker = reader.U16();
  bind.boot.bytes = reader.Array<16>();
  bind.manifest_hash = reader.Array<32>();
  const auto signature = reader.Array<kSignatureBytes>();
  if (!reader.Done() || bind.versions.min > bind.versions.max || bind.boot.IsZero())
    return Fail(Status::kMalformed);
  const ByteSpan fields = input.first(input.size() - kSignatureBytes);
  if (!crypto::VerifyEd25519(identity, Statement(fields, hash, sender), signature))
    return Fail(Status::kBadSignature);
  return bind;
}

}  // namespace passport::peer
