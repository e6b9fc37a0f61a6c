#include "tests/replay/secrets.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "edl/base/codec.h"
#include "sealing/sealer.h"
#include "tests/replay/seeded_parts.h"
#include "trusted/policy/record_ids.h"
#include "trusted/sharing/key_share.h"
#include "untrusted/store/records.h"

namespace passport::replay {
namespace {

using policy::RecordKind;

constexpr std::size_t kChunkBytes = 32;

// The DER of an RSA private key begins with version, modulus (257 bytes) and public exponent; everything from
// here on is secret.
constexpr std::size_t kRsaSecretFrom = 288;

sealing::Sealer SealerOf(const LiveRun& run, std::uint16_t party) {
  NodeKeys keys = run.KeysOf(party);
  sealing::SealingKeys sealing;
  sealing.unique = std::move(keys.unique);
  sealing.product = std::move(keys.product);
  sealing.svn = keys.release.svn;
  return sealing::Sealer(std::move(sealing));
}

// From a copy, because a host that runs has the store to itself.
std::vector<host::store::Record> StoredRecords(const LiveRun& run, std::uint16_t party) {
  const fs::path copy = run.folder() / "copy";
  fs::create_directory(copy);
  fs::copy_file(run.NodeFolder(party) / "data" / "data.mdb", copy / "data.mdb");
  std::vector<host::store::Record> out;
  {
    auto store = host::store::RecordStore::Open(copy.string(), {});
    if (!store.ok()) throw std::runtime_error(store.error().Text());
    out = store.value().Scan(std::nullopt, std::size_t{64} << 20).value();
  }
  fs::remove_all(copy);
  return out;
}

void AddRecord(const std::string& node, const OpenedRecord& record, Sought& sought) {
  if (policy::KindOf(record.id) == RecordKind::kIdentity) {
    Reader in(record.plaintext.Expose());
    in.U8();
    sought.needles.Add(node + " identity seed", in.Raw(32));
    sought.needles.Add(node + " channel secret", in.Raw(32));
    EXPECT_TRUE(in.Done());
    ++sought.identities;
  } else if (policy::KindOf(record.id) == RecordKind::kKeyShare) {
    const ByteSpan plaintext = record.plaintext.Expose();
    ASSERT_TRUE(sharing::KeyShare::Parse(plaintext).ok());
    sought.needles.Add(node + " key share", plaintext.last(32));  // the last field of the stored form
    ++sought.shares;
  }
}

}  // namespace

std::vector<OpenedRecord> OpenRecords(const LiveRun& run, std::uint16_t party) {
  const sealing::Sealer sealer = SealerOf(run, party);
  std::vector<OpenedRecord> out;
  for (const host::store::Record& record : StoredRecords(run, party)) {
    const auto header = sealing::PeekHeader(record.bytes);
    if (!header.ok() || header.value().id != record.id) {
      ADD_FAILURE() << "node " << party << ": record " << ToHex(record.id.bytes) << " is not a SEAL1 blob";
      continue;
    }
    auto opened = sealer.Unseal(header.value().type, record.id, record.bytes);
    if (!opened.ok()) {
      ADD_FAILURE() << "node " << party << ": record " << ToHex(record.id.bytes) << " does not open";
      continue;
    }
    out.push_back({record.id, std::move(opened.value().plaintext)});
  }
  return out;
}

void AddEnclaveSecrets(const LiveRun& run, std::uint16_t party, Sought& sought) {
  const std::string node = "node " + std::to_string(party);
  for (const OpenedRecord& record : OpenRecords(run, party)) AddRecord(node, record, sought);
  const NodeKeys keys = run.KeysOf(party);
  sought.needles.Add(node + " unique key", keys.unique.Expose());
  sought.needles.Add(node + " product key", keys.product.Expose());
}

void AddEnvelopeKey(Needles& needles) {
  const Bytes rsa = ParseBase64(sim::kEnvelopeKeyPkcs8).value();
  for (std::size_t at = kRsaSecretFrom; at + kChunkBytes <= rsa.size(); at += kChunkBytes)
    needles.Add("envelope key, byte " + std::to_string(at), ByteSpan(rsa).subspan(at, kChunkBytes));
}

}  // namespace passport::replay
