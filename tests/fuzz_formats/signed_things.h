// What the operators of one made-up network have ever signed: nothing else may ever be taken.
#pragma once

#include "tests/unit/peer/network.h"
#include "trusted/core/backup_statement.h"
#include "trusted/core/policy_statement.h"
#include "trusted/core/resume.h"

namespace passport::fuzz {

inline constexpr PartyIndex kSelf{1};
inline constexpr BootId kBoot{{1}};
inline constexpr std::uint64_t kNumber = 1'700'000'000'000;

inline const peer::SignedManifest& FirstManifest() {
  static const peer::SignedManifest first = peer::SignedBy(peer::MakeManifest(3, 2), {1, 2, 3});
  return first;
}

inline const peer::SignedManifest& SecondManifest() {
  static const peer::SignedManifest second = [] {
    peer::Manifest manifest = peer::MakeManifest(3, 2);
    manifest.epoch = 1;
    manifest.previous = FirstManifest().manifest.Hash();
    manifest.rows[2].peer_address = "127.0.0.1:7100";
    return peer::SignedBy(std::move(manifest), {1, 2});
  }();
  return second;
}

inline core::AdminStatement MakeStatement(core::AdminKind kind, PartyIndex argument) {
  core::AdminStatement out;
  out.network = FirstManifest().manifest.network_id;
  out.node = out.signer = kSelf;
  out.number = kNumber;
  out.expires_unix_ms = kNumber + 600'000;
  out.kind = kind;
  out.argument = argument;
  out.signature = peer::NodeKeys(kSelf.value).operator_key.Sign(out.SignedHash());
  return out;
}

inline std::vector<core::AdminStatement> Statements() {
  return {MakeStatement(core::AdminKind::kUnban, PartyIndex{2}),
          MakeStatement(core::AdminKind::kUnban, PartyIndex{3}),
          MakeStatement(core::AdminKind::kRefresh, PartyIndex{})};
}

inline core::ResumeStatement ResumeOfTwo() {
  core::ResumeStatement out;
  out.network = FirstManifest().manifest.network_id;
  out.number = kNumber;
  out.expires_unix_ms = kNumber + 600'000;
  out.boots = {{kSelf, kBoot}, {PartyIndex{2}, BootId{{2}}}};
  for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{2}})
    out.signatures[PartyIndex{party}] = peer::NodeKeys(party).operator_key.Sign(out.SignedHash());
  return out;
}

// For all nodes and times, and for this start of this node.
inline std::vector<core::PolicyStatement> PoliciesOfTwo() {
  std::vector<core::PolicyStatement> out(2);
  out[1].replaces = {{kSelf, {kBoot, Hash32{5}}}};
  for (core::PolicyStatement& statement : out) {
    statement.network = FirstManifest().manifest.network_id;
    statement.number = kNumber;
    statement.expires_unix_ms = kNumber + 600'000;
    statement.file = "a policy";
    for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{2}})
      statement.signatures[PartyIndex{party}] =
          peer::NodeKeys(party).operator_key.Sign(statement.SignedHash());
  }
  return out;
}

// An export and a restore.
inline std::vector<core::BackupStatement> BackupsOfTwo() {
  std::vector<core::BackupStatement> out(2);
  out[0].holders = {{PartyIndex{1}, {1}}, {PartyIndex{2}, {2}}};
  out[1].kind = core::BackupKind::kRestore;
  for (core::BackupStatement& statement : out) {
    statement.network = FirstManifest().manifest.network_id;
    statement.node = kSelf;
    statement.number = kNumber;
    statement.expires_unix_ms = kNumber + 600'000;
    for (const std::uint16_t party : {std::uint16_t{1}, std::uint16_t{2}})
      statement.signatures[PartyIndex{party}] =
          peer::NodeKeys(party).operator_key.Sign(statement.SignedHash());
  }
  return out;
}

}  // namespace passport::fuzz
