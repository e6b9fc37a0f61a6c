#include "trusted/core/backup_restore.h"

#include <algorithm>

namespace passport::core {

using policy::RecordKind;

Result<Unit> BackupRestore::Begin(const RestoreOrder& order, const crypto::X25519PublicKey& own) {
  if (records_.count() != 1 || records_.Own(RecordKind::kIdentity) == nullptr)
    return Fail(Status::kBackupStore);
  const BackupStatement& statement = order.statement;
  if (statement.to != own || statement.backup != crypto::HashSha256(order.key.Encode()))
    return Fail(Status::kBackupOther);
  const sealing::KeyVersion keys = records_.sealer().keys();
  if (keys.key_epoch <= order.key.maker.key_epoch) return Fail(Status::kBackupEpoch);
  if (keys.svn < order.key.maker.svn) return Fail(Status::kBackupSvn);
  run_.emplace(Run{statement, sealing::QuorumCollector(order.key, statement.SignedHash()), std::nullopt});
  outbox_.Log(Event::kRestoreBegun, {}, statement.node, order.key.k);
  return Ok();
}

Result<Unit> BackupRestore::TakeShare(const RestoreShare& share, const crypto::SecretKey32& own_secret) {
  if (!run_) return Fail(Status::kNotFound);
  PASSPORT_TRY_VOID(run_->shares.Take(share.holder, share.sealed, own_secret));
  outbox_.Log(Event::kRestoreShare, {}, share.holder, run_->shares.missing());
  if (run_->shares.missing() > 0 || run_->reader) return Ok();
  PASSPORT_TRY(sealing::QuorumSealer sealer, run_->shares.Finish());
  run_->reader.emplace(std::move(sealer));
  return Ok();
}

Result<Unit> BackupRestore::TakeChunk(ByteSpan chunk) {
  if (!run_) return Fail(Status::kNotFound);
  if (!run_->reader) return Fail(Status::kQuorumFew);
  const auto records = run_->reader->Take(chunk);
  if (!records.ok() && records.error() == Status::kUnseal) return Fail(Status::kUnseal);
  Result<Unit> outcome = records.ok() ? Ok() : Result<Unit>(Fail(Status{records.error()}));
  for (std::size_t i = 0; outcome.ok() && i < records.value().size(); ++i)
    outcome = Keep(records.value()[i].id, records.value()[i].plaintext.Expose());
  if (outcome.ok() && run_->reader->complete()) outcome = Finish();
  if (!outcome.ok() || done_) run_.reset();
  return outcome;
}

// Sealed at once: plaintexts do not pile up.
Result<Unit> BackupRestore::Keep(const RecordId& id, ByteSpan plaintext) {
  PASSPORT_TRY_VOID(Look(id, plaintext));
  PASSPORT_TRY(RecordBook::Restored record,
               records_.SealRestored(id, plaintext, run_->reader->head_counter()));
  run_->bytes += record.blob.size();
  if (run_->bytes > kRestoreBytesMax) return Fail(Status::kLimit);
  run_->sealed.insert_or_assign(record.id, std::move(record.blob));
  return Ok();
}

// Notes what says whose records they are.
Result<Unit> BackupRestore::Look(const RecordId& id, ByteSpan plaintext) {
  if (id == policy::MakeRecordId(RecordKind::kIdentity, {})) {
    PASSPORT_TRY(OwnKeys keys, OwnKeys::Parse(plaintext));
    run_->keys.emplace(std::move(keys));
  } else if (id == policy::MakeRecordId(RecordKind::kManifest, {})) {
    PASSPORT_TRY(run_->manifest, peer::SignedManifest::Parse(plaintext));
  } else if (id == policy::MakeRecordId(RecordKind::kAdmin, {})) {
    PASSPORT_TRY(const LastStatement last, LastStatement::Parse(plaintext));
    run_->last_statement = last.number;
  }
  return Ok();
}

// The manifest came with the records: whoever has t shares of its operators could have made it all anyhow.
// What is asked here is that the operators meant this node. Statements from before the restore are over.
Result<Unit> BackupRestore::Finish() {
  if (!run_->keys || !run_->manifest) return Fail(Status::kBackupContent);
  PASSPORT_TRY_VOID(peer::VerifyGenesis(*run_->manifest));
  const peer::Manifest& manifest = run_->manifest->manifest;
  const peer::ManifestRow* row = manifest.Row(run_->statement.node);
  if (row == nullptr || row->identity_key != run_->keys->signing.public_key() ||
      row->channel_key != crypto::PublicX25519(run_->keys->channel))
    return Fail(Status::kBackupContent);
  PASSPORT_TRY_VOID(
      VerifyStatement(run_->statement, manifest, run_->statement.node, run_->last_statement, std::nullopt));
  PASSPORT_TRY_VOID(
      Keep(policy::MakeRecordId(RecordKind::kAdmin, {}), LastStatement{run_->statement.number}.Encode()));
  outbox_.Log(Event::kRestoreDone, {}, run_->statement.node, run_->sealed.size());
  records_.CommitRestored(std::move(run_->sealed), manifest.Hash(), run_->reader->head_counter());
  done_ = true;
  return Ok();
}

}  // namespace passport::core
