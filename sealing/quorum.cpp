#include "sealing/quorum.h"

#include <algorithm>

#include "edl/base/codec.h"
#include "edl/base/parties.h"
#include "sealing/shamir.h"
#include "trusted/crypto/ct.h"
#include "trusted/crypto/hash.h"
#include "trusted/crypto/hpke.h"

namespace passport::sealing {
namespace {

using crypto::SecretKey32;

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kSealedShareBytes = 32 + crypto::kHpkeOverheadBytes;

ByteArray<32> KeyCommitment(const QuorumKey& key, const SecretKey32& secret) {
  const Bytes info = Writer().Raw(AsBytes("passport quorum key")).Raw(key.context).Take();
  ByteArray<32> out;
  crypto::HkdfSha256(key.id, secret.Expose(), info, out);
  return out;
}

// Hides the share, because a share is 32 random bytes.
Hash32 ShareCommitment(const QuorumKey& key, PartyIndex holder, const SecretKey32& share) {
  const Bytes info =
      Writer().Raw(AsBytes("passport quorum share of")).Raw(key.context).U16(holder.value).Take();
  Hash32 out;
  crypto::HkdfSha256(key.id, share.Expose(), info, out);
  return out;
}

// What an encrypted share is of: it opens as nothing else.
Bytes ShareInfo(const QuorumKey& key, PartyIndex holder, const Hash32& purpose) {
  return Writer()
      .Raw(AsBytes("passport quorum share"))
      .Raw(key.context)
      .Raw(key.id)
      .U32(key.maker.key_epoch)
      .U32(key.maker.svn)
      .U8(key.k)
      .U16(holder.value)
      .Raw(purpose)
      .Take();
}

// The point of a holder's share: his place among the holders, from 1.
std::uint8_t PointOf(const QuorumKey& key, PartyIndex holder) {
  return static_cast<std::uint8_t>(std::distance(key.shares.begin(), key.shares.find(holder)) + 1);
}

Result<SecretKey32> ToShare(const crypto::SecretBytes& opened) {
  SecretKey32 share;
  if (opened.Expose().size() != 32) return Fail(Status::kQuorumShare);
  std::copy_n(opened.Expose().begin(), 32, share.ExposeMutable().begin());
  return share;
}

// Opens a share, whoever it was encrypted to, and holds it against its commitment.
Result<SecretKey32> OpenShare(const QuorumKey& key, PartyIndex holder, const Hash32& purpose, ByteSpan sealed,
                              const SecretKey32& secret) {
  const auto row = key.shares.find(holder);
  if (row == key.shares.end()) return Fail(Status::kNotFound);
  PASSPORT_TRY(const crypto::SecretBytes opened,
               crypto::OpenHpke(secret, ShareInfo(key, holder, purpose), sealed));
  PASSPORT_TRY(SecretKey32 share, ToShare(opened));
  if (!crypto::EqualCt(ShareCommitment(key, holder, share), row->second.commitment))
    return Fail(Status::kQuorumShare);
  return share;
}

}  // namespace

Bytes QuorumKey::Encode() const {
  Writer out;
  out.U8(kFormat).Raw(context).Raw(id).U32(maker.key_epoch).U32(maker.svn).U8(k).Raw(commitment);
  out.U32(static_cast<std::uint32_t>(shares.size()));
  for (const auto& [holder, share] : shares)
    out.U16(holder.value).Raw(share.holder_key).Raw(share.commitment).Raw(share.sealed);
  return out.Take();
}

Result<QuorumKey> QuorumKey::Parse(ByteSpan input) {
  Reader in(input);
  if (in.U8() != kFormat) return Fail(Status::kMalformed);
  QuorumKey out;
  out.context = in.Array<32>();
  out.id = in.Array<32>();
  out.maker.key_epoch = in.U32();
  out.maker.svn = in.U32();
  out.k = in.U8();
  out.commitment = in.Array<32>();
  PartyIndex last;
  for (std::uint32_t left = in.Count(kQuorumHoldersMax); left > 0 && !in.failed(); --left) {
    const PartyIndex holder = ReadPartyAbove(in, last);
    Share& share = out.shares[holder];
    share.holder_key = in.Array<32>();
    share.commitment = in.Array<32>();
    share.sealed = ToBytes(in.Raw(kSealedShareBytes));
  }
  if (!in.Done() || out.k < 2 || out.k > out.shares.size()) return Fail(Status::kMalformed);
  return out;
}

Bytes QuorumSealer::Seal(RecordHeader record, ByteSpan plaintext, crypto::Rng& rng) const {
  BlobHeader header;
  header.policy = SealPolicy::kQuorum;
  header.svn = maker_.svn;
  header.key_epoch = maker_.key_epoch;
  header.type = record.type;
  header.id = record.id;
  header.version = record.version;
  header.head_counter = record.head_counter;
  return SealBlob(key_, header, plaintext, rng);
}

Result<UnsealedRecord> QuorumSealer::Unseal(std::uint16_t type, const RecordId& id, ByteSpan blob) const {
  PASSPORT_TRY(const BlobHeader header, ParseBlob(blob));
  const KeyVersion version{header.key_epoch, header.svn};
  if (header.policy != SealPolicy::kQuorum || header.source_mask != 0 || header.type != type ||
      header.id != id || version != maker_)
    return Fail(Status::kUnseal);
  PASSPORT_TRY(crypto::SecretBytes plaintext, OpenBlob(key_, header, blob));
  return UnsealedRecord{std::move(plaintext), header.version, header.head_counter, version};
}

Result<NewQuorumKey> MakeQuorumKey(const Hash32& context, const KeyVersion& maker, std::uint8_t k,
                                   const std::map<PartyIndex, crypto::X25519PublicKey>& holders,
                                   crypto::Rng& rng) {
  if (k < 2 || k > holders.size() || holders.size() > kQuorumHoldersMax) return Fail(Status::kLimit);
  SecretKey32 secret = rng.Key();
  QuorumKey key;
  key.context = context;
  key.id = rng.Array<32>();
  key.maker = maker;
  key.k = k;
  key.commitment = KeyCommitment(key, secret);
  const auto shares = SplitKey(secret, k, static_cast<std::uint8_t>(holders.size()), rng);
  auto next = shares.begin();
  for (const auto& [holder, holder_key] : holders) {
    const SecretKey32& share = (next++)->value;
    PASSPORT_TRY(Bytes sealed,
                 crypto::SealHpke(holder_key, ShareInfo(key, holder, Hash32{}), share.Expose(), rng));
    key.shares[holder] = {holder_key, ShareCommitment(key, holder, share), std::move(sealed)};
  }
  return NewQuorumKey{std::move(key), QuorumSealer(std::move(secret), maker)};
}

Result<SecretKey32> OpenQuorumShare(const QuorumKey& key, PartyIndex holder,
                                    const SecretKey32& holder_secret) {
  const auto row = key.shares.find(holder);
  if (row == key.shares.end()) return Fail(Status::kNotFound);
  return OpenShare(key, holder, Hash32{}, row->second.sealed, holder_secret);
}

Result<Bytes> HandOverShare(const QuorumKey& key, PartyIndex holder, const SecretKey32& share,
                            const crypto::X25519PublicKey& to, const Hash32& purpose, crypto::Rng& rng) {
  return crypto::SealHpke(to, ShareInfo(key, holder, purpose), share.Expose(), rng);
}

Result<Unit> QuorumCollector::Take(PartyIndex holder, ByteSpan sealed, const SecretKey32& own_secret) {
  if (shares_.contains(holder)) return Fail(Status::kPeerReplay);
  PASSPORT_TRY(SecretKey32 share, OpenShare(key_, holder, purpose_, sealed, own_secret));
  shares_.emplace(holder, std::move(share));
  return Ok();
}

Result<QuorumSealer> QuorumCollector::Finish() const {
  if (missing() > 0) return Fail(Status::kQuorumFew);
  std::vector<ShamirShare> shares;
  for (const auto& [holder, share] : shares_) {
    if (shares.size() < key_.k) shares.push_back({PointOf(key_, holder), share.Clone()});
  }
  SecretKey32 secret = CombineShares(shares);
  if (!crypto::EqualCt(KeyCommitment(key_, secret), key_.commitment)) return Fail(Status::kQuorumShare);
  return QuorumSealer(std::move(secret), key_.maker);
}

}  // namespace passport::sealing
