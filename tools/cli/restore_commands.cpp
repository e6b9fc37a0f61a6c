// passport admin restore, backup approve, backup restore: a lost node's records come back into an enclave
// that has none (docs/operations/backup.md).
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/assess.h"
#include "tools/cli/backup_file.h"
#include "tools/cli/clock.h"
#include "tools/cli/command.h"
#include "tools/cli/manifest_build.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/policy_file.h"
#include "tools/cli/problem.h"
#include "tools/cli/statement_file.h"
#include "tools/cli/verifier_process.h"
#include "trusted/core/backup_messages.h"

namespace passport::cli {
namespace {

using Texts = std::vector<std::string>;

void CheckBackup(const core::BackupStatement& statement, const BackupFileReader& backup,
                 const std::string& path) {
  if (statement.backup != backup.id())
    throw Problem("the statement is for another backup than " + path +
                  "; give the --backup that it was made with");
}

core::RestoreShare ReadShare(const std::string& path) {
  std::string text = ReadFile(path);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const auto bytes = ParseBase64(text);
  auto share = core::RestoreShare::Parse(bytes.ok() ? ByteSpan(bytes.value()) : ByteSpan{});
  if (!share.ok())
    throw Problem(path + " is no file of `passport backup approve`; get it from its operator anew");
  return std::move(share).value();
}

// What the enclave at the URL shows of itself, judged. A waiting enclave has no peers that could tell it how
// old its disk is, and nothing on it.
claims::Claims Attested(const std::string& url, std::optional<claims::Policy> policy,
                        const std::optional<std::string>& verifier) {
  if (policy) policy->minimum_rollback = claims::Rollback::kNone;
  Verifying verifying{.nonce = crypto::SystemRng().Array<32>(),
                      .now_s = UnixMs() / 1000,
                      .policy = policy ? &*policy : nullptr};
  if (verifier) verifying.hardware = [&](ByteSpan evidence) { return RunVerifier(*verifier, evidence); };
  const auto body = OrProblem(ApiOf(url).GetAttestation(verifying.nonce));
  const auto attestation = OrProblem(ParseAttestation(body), url + "/attestation");
  const Assessment assessed = Assess(attestation, verifying);
  if (assessed.verdict == Verdict::kRefused || assessed.verdict == Verdict::kUnverifiable)
    throw Problem("the enclave at " + url + " is not to be given a share: " + assessed.faults.front() +
                  "; see `passport attest --url " + url + "`");
  return attestation.claims;
}

// Whether the share may go to this enclave: it is the one that the statement names, and waits for it.
void CheckTarget(const claims::Claims& claims, const core::BackupStatement& statement,
                 const sealing::QuorumKey& key, const std::string& url) {
  if (claims.channel_key != statement.to)
    throw Problem("the enclave at " + url + " is not the one that the statement names: it has the key " +
                  ToHex(claims.channel_key) +
                  "; check --node, or make the statement again with `passport admin restore`");
  if (claims.configuration.manifest_hash != Hash32{})
    throw Problem(url + " has a manifest, and records of its own: a backup is restored into a new node only");
  if (claims.key_epoch <= key.maker.key_epoch)
    throw Problem(url + ": " + Explain(Status::kBackupEpoch, About::kBackup).Text());
}

// What the enclave itself will ask of it, and that it has not expired, which an enclave without peers cannot
// tell.
void CheckStatement(const core::BackupStatement& statement, const peer::Manifest& manifest) {
  const auto verified = core::VerifyStatement(statement, manifest, statement.node, 0, std::nullopt);
  if (!verified.ok()) throw Problem("the statement: " + Explain(verified.error(), About::kBackup).Text());
  if (statement.expires_unix_ms <= UnixMs())
    throw Problem("the statement has expired; make a new one with `passport admin restore`");
}

void Send(const NodeApi& api, const Bytes& message, const std::string& what) {
  const StatementAnswer answer = OrProblem(api.AskAdmin(message));
  if (answer.status != Status::kOk)
    throw Problem(what + ": " + api.Refused(answer.status, About::kBackup).Text() +
                  "; the node has stored nothing of it: then run `passport backup restore` again");
}

}  // namespace

int AdminRestore(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(),
                        "URL of the new node that waits for the records (needed)")(
      "party", po::value<long>(), "number of the node whose records they are (needed)")(
      "backup", po::value<std::string>(), "the backup (needed)")("manifest", po::value<std::string>(),
                                                                 "the network's manifest (needed)")(
      "out", po::value<std::string>(), "the statement to make (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const std::string path = Required(*values, "backup");
  const std::string out = Required(*values, "out");
  const peer::Manifest manifest = ReadManifestFile(Required(*values, "manifest")).manifest;
  core::BackupStatement statement;
  statement.kind = core::BackupKind::kRestore;
  statement.node = ReadParty(*values);
  if (manifest.Row(statement.node) == nullptr) throw Problem("the manifest has no such node; check --party");
  OpenBackup backup(path);
  const EnclaveFacts facts = OrProblem(ApiOf(node).GetEnclave());
  if (facts.network || !facts.channel_key)
    throw Problem(node + " does not wait for a manifest; start passportd there with an empty data folder");
  statement.network = manifest.network_id;
  statement.number = UnixMs();
  statement.expires_unix_ms = statement.number + std::chrono::milliseconds(kStatementLife).count();
  statement.backup = backup->id();
  statement.to = *facts.channel_key;
  WriteNewFile(out, EncodeFile(statement), 0644);
  std::cout << Describe(statement) << "next: " << manifest.t
            << " operators run `passport admin sign --party N --operator-key FILE --manifest FILE " << out
            << "`, then " << int{backup->key().k} << " of those who have shares run `passport backup approve`"
            << std::endl;
  return 0;
}

int BackupApprove(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(),
                        "URL of the new node that waits for the records (needed)")(
      "statement", po::value<std::string>(), "the statement of `passport admin restore`, signed (needed)")(
      "backup", po::value<std::string>(), "the backup (needed)")("operator-key", po::value<std::string>(),
                                                                 "the operator's key file (needed)")(
      "party", po::value<long>(), "number of the operator's node (needed)")(
      "manifest", po::value<std::string>(), "the network's manifest (needed)")(
      "policy", po::value<std::string>(),
      "the attestation policy that has to accept the new node's enclave (needed)")(
      "without-policy", "instead: rely on the word of the new node's passportd alone, as in a devnet")(
      "verifier", po::value<std::string>(), "the program passport-verifier, for evidence with certificates")(
      "out", po::value<std::string>(),
      "the file to make: this operator's share, for that enclave only (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const std::string node = Required(*values, "node");
  const std::string path = Required(*values, "backup");
  const std::string out = Required(*values, "out");
  const core::BackupStatement statement =
      ReadBackupStatement(Required(*values, "statement"), core::BackupKind::kRestore);
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const PartyIndex party = ReadParty(*values);
  CheckStatement(statement, ReadManifestFile(Required(*values, "manifest")).manifest);
  OpenBackup backup(path);
  CheckBackup(statement, *backup, path);
  std::optional<claims::Policy> policy;
  if (!values->contains("without-policy")) {
    const std::string file = Required(*values, "policy");
    policy = ParsePolicyText(ReadFile(file), file);
  }
  const claims::Claims claims = Attested(node, policy, Optional<std::string>(*values, "verifier"));
  CheckTarget(claims, statement, backup->key(), node);
  const auto share = OrProblem(sealing::OpenQuorumShare(backup->key(), party, core::HolderKeyOf(key)),
                               "the share of the operator of node " + std::to_string(party.value));
  crypto::SystemRng rng;
  core::RestoreShare handed{party, OrProblem(sealing::HandOverShare(backup->key(), party, share, statement.to,
                                                                    statement.SignedHash(), rng),
                                             "the key of the enclave")};
  WriteNewFile(out, ToBase64(handed.Encode()) + "\n", 0644);
  std::cout << "for the enclave with the key " << ToHex(statement.to) << ", image "
            << ToHex(claims.measurement)
            << (policy ? ", accepted by the policy" : ", on the word of its passportd alone")
            << "\nnext: give " << out << " to whoever runs `passport backup restore`" << std::endl;
  return 0;
}

int BackupRestore(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("node", po::value<std::string>(), "URL of the new node, on its own machine (needed)")(
      "statement", po::value<std::string>(), "the statement of `passport admin restore`, signed (needed)")(
      "backup", po::value<std::string>(), "the backup (needed)")(
      "share", po::value<Texts>()->composing(),
      "a file of `passport backup approve`; once for each (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const NodeApi api = ApiOf(Required(*values, "node"));
  const std::string path = Required(*values, "backup");
  const core::BackupStatement statement =
      ReadBackupStatement(Required(*values, "statement"), core::BackupKind::kRestore);
  OpenBackup backup(path);
  CheckBackup(statement, *backup, path);
  std::map<PartyIndex, core::RestoreShare> shares;
  for (const std::string& file : Optional<Texts>(*values, "share").value_or(Texts())) {
    core::RestoreShare share = ReadShare(file);
    const PartyIndex holder = share.holder;
    if (!shares.emplace(holder, std::move(share)).second)
      throw UsageProblem("two --share files are of the operator of node " + std::to_string(holder.value));
  }
  if (shares.size() < backup->key().k)
    throw Problem("the backup opens with the shares of " + std::to_string(backup->key().k) +
                  " operators, and " + std::to_string(shares.size()) +
                  " were given; have more of them run `passport backup approve`");
  Send(api, core::RestoreOrder{backup->key(), statement}.Encode(), "the statement");
  for (const auto& [holder, share] : shares)
    Send(api, share.Encode(), "the share of the operator of node " + std::to_string(holder.value));
  std::uint64_t chunks = 0;
  for (auto chunk = backup->NextChunk(); chunk; chunk = backup->NextChunk()) {
    Send(api, core::RestoreChunk{*std::move(chunk)}.Encode(), "chunk " + std::to_string(++chunks));
    Pace();
  }
  if (OrProblem(api.AskAdmin(core::RestoreChunk{}.Encode())).status != Status::kBackupRestored)
    throw Problem(
        "the node has taken all chunks and is not restored: the backup has no end; take another one");
  std::cout << "the records of node " << statement.node.value << " are restored (" << chunks
            << " chunks)\nnext: restart passportd there with the same options; make sure that the old "
               "machine is off for "
               "good; when all nodes are connected, run `passport admin refresh`: until then it signs with "
               "no key of "
               "the backup"
            << std::endl;
  return 0;
}

}  // namespace passport::cli
