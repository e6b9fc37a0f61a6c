// What the core says of how it is: GET /health.
#include <algorithm>

#include "trusted/core/core.h"
#include "trusted/core/health_policy.h"
#include "trusted/json/write.h"

namespace passport::core {
namespace {

std::string MissingJson(const std::vector<Claim>& claims) {
  std::vector<std::string> out;
  for (const Claim& claim : claims) {
    if (IsMissing(claim)) out.push_back(json::Quote(claim.layer));
  }
  return json::ArrayOf(out);
}

std::string TroublesJson(const std::vector<Trouble>& troubles) {
  std::vector<std::string> out;
  for (const Trouble& trouble : troubles) {
    out.push_back(json::ObjectWriter()
                      .Text("what", trouble.what)
                      .Text("why", trouble.why)
                      .Text("do", trouble.next)
                      .Finish());
  }
  return json::ArrayOf(out);
}

// Keys that fewer than all nodes hold; with exactly t holders the next lost node takes the key with it, with
// fewer it is gone.
void AddKeyTroubles(const RecordBook& records, const peer::Manifest& manifest, std::vector<Trouble>& out) {
  std::size_t partial = 0;
  std::size_t critical = 0;
  std::size_t gone = 0;
  std::uint64_t lacking = 0;
  for (const auto& [id, key] : records.holders()) {
    const int holders = __builtin_popcountll(key.bits);
    if (holders >= manifest.n) continue;
    ++partial;
    if (holders == manifest.t) ++critical;
    if (holders < manifest.t) ++gone;
    lacking |= ~key.bits;
  }
  if (partial == 0) return;
  std::vector<PartyIndex> nodes;
  for (const peer::ManifestRow& row : manifest.rows) {
    if ((lacking >> (row.party.value - 1)) & 1) nodes.push_back(row.party);
  }
  const std::string lack = " keys lack a share on node(s) " + NodeList(nodes) +
                           ": they were away when it was made, or have lost it";
  if (gone > 0) {
    out.push_back({"sign with " + std::to_string(gone) + " of its keys",
                   "fewer nodes than the threshold hold a share of them; " + std::to_string(partial) + lack,
                   "restore the newest copy of the data folders of the nodes that have lost their shares"});
  }
  out.push_back({"survive the loss of a node with " + std::to_string(critical) + " of its keys",
                 std::to_string(partial) + lack,
                 "start these nodes and keep the others up: each gets its shares from as many others as the "
                 "threshold by itself"});
}

// Keys of which this node holds no share now. Those that were never refreshed are repaired.
void AddLostShares(const RecordBook& records, const RepairRuns& repairs, std::vector<Trouble>& out) {
  std::size_t lost = 0;
  std::size_t refreshed = 0;
  std::size_t restored = 0;
  for (const auto& [account, key] : records.holders()) {
    if (records.HasShareOf(account)) continue;
    ++(records.HasRestoredShareOf(account) ? restored : key.epoch > 0 ? refreshed : lost);
  }
  const std::string what = "take part in signatures with ";
  if (restored > 0) {
    out.push_back({what + std::to_string(restored) + " of its keys, which came back from a backup",
                   "whoever has the backup and the shares of its key has this node's shares, so they sign "
                   "nothing before they are replaced",
                   "start all nodes and have the keys refreshed: `passport admin refresh`"});
  }
  if (refreshed > 0) {
    out.push_back({what + std::to_string(refreshed) + " of its keys, which were refreshed",
                   "this node has lost its shares of them: its data folder is an older copy",
                   "restore the newest copy of the data folder, or have the keys refreshed (`passport admin "
                   "refresh`); until then keep the other nodes up"});
  }
  if (lost > 0) {
    out.push_back(
        {what + std::to_string(lost) + " of its keys",
         "this node was away when they were made, or its data folder is an older copy",
         "wait: it gets its shares from as many others as the threshold, which must be up and hold theirs"});
  }
  if (repairs.refused() > 0) {
    out.push_back(
        {"get its shares of " + std::to_string(repairs.refused()) + " of its keys",
         "what the others sent does not give this node's share: one of them is corrupt, and nobody can "
         "tell which",
         "find out with the other operators which enclave is corrupt; other nodes are tried again"});
  }
}

// Why a node does not use what its host has stored. It has no keys then, and a manifest would not help.
Trouble RefusedRecords(Status status) {
  const std::string number = " (status " + std::to_string(static_cast<unsigned>(status)) + ")";
  const std::string restore =
      "restore the newest copy of the data folder; without one the network has to go on without this node";
  switch (status) {
    case Status::kRollback:
      return {
          "start",
          "the stored records are not those that this enclave last left" + number +
              ": they cannot be opened with this node's key, because they were sealed under another root "
              "key, under another release key or by a newer version, or changed on the disk; or they are "
              "older than those this "
              "enclave last left, or some are missing",
          "start passportd with the --root-key file that belongs to this data folder, with the --key-epoch "
          "of its records (after a change of keys it stays on the command line for ever), and with "
          "--previous-root-key (-credential, -tpm2-blob) if it replaces another one, "
          "--previous-release-key if the signer of releases is another one than before; if the keys are "
          "the right ones, " +
              restore};
    case Status::kSealKeyEpoch:
      return {"start",
              "some stored records are still sealed under the root key or release key before this one" +
                  number + ": its replacement was not complete",
              "start passportd with the same --previous-root-key (-credential, -tpm2-blob) or "
              "--previous-release-key as before until GET /health says that it is done"};
    case Status::kCounterRollback:
      return {"start",
              "the stored records are older than the counter in this machine's TPM" + number +
                  ": somebody has put back an older copy of the data folder",
              restore};
    case Status::kCounterForeign:
      return {"start",
              "the stored records were written beside the counter of another TPM, or this one was cleared" +
                  number,
              "start it on the machine whose TPM it is; if that is gone, the network has to go on without "
              "this node"};
    case Status::kCounterMissing:
      return {
          "start",
          "the stored records were written beside a counter in a TPM, and passportd has none now" + number,
          "start passportd with the --tpm2 option as before, or for the last time with --previous-tpm2-blob "
          "to give it up; if the TPM is gone, the network has to go on without this node"};
    default:
      return {"start", "the stored records are damaged" + number, restore};
  }
}

// What keeps a node without a network from serving.
Trouble NoNetwork(edl::Phase phase, Status load_error, bool restored) {
  if (load_error != Status::kOk) return RefusedRecords(load_error);
  if (restored)
    return {
        "serve clients", "a backup has been restored here (status 465), and the next start uses it",
        "restart passportd with the same options; then have the keys refreshed: `passport admin refresh`"};
  if (phase == edl::Phase::kBoot) return {"serve clients", "the node is still reading its records", "wait"};
  return {
      "serve clients", "the node has no manifest",
      "new network: run `passport manifest init`, and `passport manifest send` on the machine of every node. "
      "A node that was in a network has lost its records, and with them its identity and shares: restore the "
      "newest copy of its data folder, or a backup of it (`passport backup restore`); without one the "
      "network "
      "goes on without it"};
}

Trouble CounterTrouble() {
  return {
      "refuse an older copy of its own disk",
      "the counter in the TPM has not been raised for this start, or for the changes since, or was not there "
      "when it was last looked at: the TPM, "
      "passport-platform or the host does not answer",
      "look for counter_failed in the log of passportd and see that the TPM works; until then only the other "
      "nodes notice an older disk"};
}

// How a node of the network looks from this one.
enum class PeerState {
  kReady,
  kSettingUp,
  kSilent,
  kNotConnected,
  kRefused,
  kRefusesUs,
  kWaiting,   // its session opens when the policy is confirmed here
  kConfirms,  // when it is confirmed there
  kBanned
};
struct PeerView {
  PartyIndex party;
  bool self;
  bool connected;
  PeerState state;
  Status refused;  // its evidence, with kRefused; that of this node, with kRefusesUs
};

PeerState StateOfAway(const Node& node, PartyIndex party) {
  const Status by_it = node.peers().RefusedBy(party);
  if (node.peers().Refused(party) != Status::kOk) return PeerState::kRefused;
  if (by_it == Status::kPolicyUnconfirmed) return PeerState::kConfirms;
  if (by_it != Status::kOk) return PeerState::kRefusesUs;
  return node.peers().Waits(party) ? PeerState::kWaiting : PeerState::kNotConnected;
}

PeerState StateOf(const Node& node, PartyIndex party, bool connected, bool ready) {
  const PeerTable& peers = node.peers();
  if (peers.Banned(party)) return PeerState::kBanned;
  if (!connected) return StateOfAway(node, party);
  if (peers.Silent(party)) return PeerState::kSilent;
  return ready ? PeerState::kReady : PeerState::kSettingUp;
}

std::vector<PeerView> ViewPeers(const Node& node) {
  const std::vector<PartyIndex> open = node.peers().Open();
  const std::vector<PartyIndex> ready = node.peers().Ready();
  std::vector<PeerView> out;
  for (const peer::ManifestRow& row : node.identity().manifest.rows) {
    const bool self = row.party == node.identity().self;
    const auto in = [&](const std::vector<PartyIndex>& list) {
      return self || std::ranges::find(list, row.party) != list.end();
    };
    const PeerState state = StateOf(node, row.party, in(open), in(ready));
    out.push_back({row.party, self, in(open), state,
                   state == PeerState::kRefusesUs ? node.peers().RefusedBy(row.party)
                                                  : node.peers().Refused(row.party)});
  }
  return out;
}

std::string PeersJson(const std::vector<PeerView>& peers) {
  std::vector<std::string> out;
  for (const PeerView& peer : peers) {
    out.push_back(json::ObjectWriter()
                      .U64("party", peer.party.value)
                      .Bool("self", peer.self)
                      .Bool("connected", peer.connected)
                      .Bool("answers", peer.connected && peer.state != PeerState::kSilent)
                      .Bool("ready", peer.state == PeerState::kReady)
                      .Bool("banned", peer.state == PeerState::kBanned)
                      .Finish());
  }
  return json::ArrayOf(out);
}

// Since this start.
std::string PresignaturesJson(const PresignPool& pool) {
  const PresignPool::Counts& counts = pool.counts();
  json::ObjectWriter lost;
  for (std::size_t i = 0; i < counts.lost.size(); ++i)
    lost.U64(NameOf(static_cast<PresignLoss>(i)), counts.lost[i]);
  return json::ObjectWriter()
      .U64("pooled", pool.size())
      .U64("made", counts.made)
      .U64("hits", counts.hits)
      .U64("misses", counts.misses)
      .Raw("dropped", lost.Finish())
      .Finish();
}

// Why a node in this state cannot take part, and what to do about nodes in it, by their names.
struct AwayRow {
  PeerState state;
  std::string_view why;
  std::string_view next;  // before the names
  std::string_view then;  // after them
};
constexpr AwayRow kAway[] = {
    {PeerState::kNotConnected, " is not connected", "start ", " or mend the network between them"},
    {PeerState::kSilent, " is connected and has said nothing for 15 s", "look at the log of ",
     ": its enclave hangs; restart it if it stays so"},
    {PeerState::kRefused, " shows evidence that is refused", "look at `passport attest` of ",
     ", and at the attestation policy of this node"},
    {PeerState::kRefusesUs, " refuses this node's evidence", "start this node as the attestation policy of ",
     " demands (`passport attest` with that policy names what is missing); if no session opens anywhere, as "
     "many operators as the threshold sign another policy for the present starts: `passport admin policy "
     "--recover`"},
    {PeerState::kWaiting,
     " waits for this node, which asks others whether its attestation policy is the latest",
     "start the nodes that this one waits for; ", " need nothing"},
    {PeerState::kConfirms, " asks others whether its attestation policy is the latest",
     "look at GET /health of ", ", which names the nodes that it waits for"},
    {PeerState::kBanned, " is banned", "find out why checks of ",
     " failed; then this node's operator signs `passport admin unban`"},
    {PeerState::kSettingUp, " is connected and not ready", "wait until ", " and this node are set up"},
};
static_assert(NetworkTime::kFreshMs == 15'000, "as kAway says");

std::string NextFor(const AwayRow& row, const std::string& nodes) {
  return std::string(row.next) + nodes + std::string(row.then);
}

// Which line of the policy refuses a peer, or that its evidence holds under none.
std::string WhyRefused(Status status) {
  if (status == Status::kOk) return "";
  const std::string_view rule = claims::RuleOf(status);
  const std::string number = "status " + std::to_string(static_cast<unsigned>(status));
  return rule.empty() ? " (" + number + ")" : " by the policy's " + std::string(rule) + " (" + number + ")";
}

bool Refuses(PeerState state) { return state == PeerState::kRefused || state == PeerState::kRefusesUs; }

// Nodes that cannot take part now, also when enough others can: one more that goes may be one too many.
std::string AwayJson(const std::vector<PeerView>& peers) {
  std::vector<std::string> out;
  for (const PeerView& peer : peers) {
    const auto* row = std::ranges::find(kAway, peer.state, &AwayRow::state);
    if (row == std::end(kAway)) continue;
    const std::string node = "node " + std::to_string(peer.party.value);
    out.push_back(
        json::ObjectWriter()
            .U64("party", peer.party.value)
            .Text("why", node + std::string(row->why) + (Refuses(peer.state) ? WhyRefused(peer.refused) : ""))
            .Text("do", NextFor(*row, node))
            .Finish());
  }
  return json::ArrayOf(out);
}

// What brings all that are away back.
std::string NextForAll(const std::vector<PeerView>& peers) {
  std::string out;
  for (const AwayRow& row : kAway) {
    std::vector<PartyIndex> parties;
    for (const PeerView& peer : peers) {
      if (peer.state == row.state) parties.push_back(peer.party);
    }
    if (parties.empty()) continue;
    out += (out.empty() ? "" : "; ") + NextFor(row, "node(s) " + NodeList(parties));
  }
  return out;
}

// Records that were not used since this start are not confirmed, and cannot be (rules.md 6).
Trouble Unconfirmed(const std::vector<PartyIndex>& awaited, const std::string& what, bool strict) {
  const std::string nodes = "node(s) " + NodeList(awaited);
  return {
      what,
      "after its start this node confirms its attestation policy and each record with others before it uses "
      "it, for its disk may be an older one; it waits for " +
          nodes,
      "start " + nodes + ", or see why they are silent" +
          (strict ? "; if they are gone for good, as many operators as the threshold sign `passport admin "
                    "resume`"
                  : "")};
}

// What a node with a network can do, and what not and why.
struct Abilities {
  bool signs = false;
  std::vector<std::string> can;
  std::vector<Trouble> cannot;
};

Abilities Assess(const Node& node, const std::vector<PeerView>& peers) {
  const peer::Manifest& manifest = node.identity().manifest;
  const auto ready = static_cast<std::size_t>(std::ranges::count(peers, PeerState::kReady, &PeerView::state));
  const auto answering = static_cast<std::size_t>(std::ranges::count_if(
      peers, [](const PeerView& peer) { return peer.connected && peer.state != PeerState::kSilent; }));
  const std::vector<PartyIndex> awaited = node.Awaited();
  const bool strict = manifest.rollback == peer::RollbackRule::kStrict;
  const bool closed = node.opener().empty();
  Abilities out;
  const auto need = [&](std::size_t quorum, std::size_t have, const std::string& what) {
    if (have >= quorum) return out.can.push_back(json::Quote(what));
    out.cannot.push_back(
        {what, std::to_string(quorum) + " nodes are needed, " + std::to_string(have) + " are ready",
         NextForAll(peers)});
  };
  if (closed && !awaited.empty()) {
    out.cannot.push_back(Unconfirmed(awaited, "sign, register accounts, create and update scopes", strict));
    return out;
  }
  need(manifest.t, ready, "sign");
  out.signs = !out.can.empty() && !closed;
  if (awaited.empty()) {
    need(KeygenQuorum(manifest), ready, "register accounts");
    need(AckQuorum(manifest), answering, "create and update scopes");
  } else {
    out.cannot.push_back(Unconfirmed(
        awaited, "register accounts, create scopes, or use those that were not used since its start",
        strict));
  }
  if (closed)
    out.cannot.push_back({"open client requests", "the network has no envelope key yet",
                          "wait until a quorum of nodes is connected"});
  return out;
}

}  // namespace

std::string_view NameOf(edl::Phase phase) {
  switch (phase) {
    case edl::Phase::kBoot:
      return "boot";
    case edl::Phase::kWaiting:
      return "waiting_for_manifest";
    case edl::Phase::kServing:
      return "serving";
  }
  return "unknown";
}

// "ok" only if nothing is wrong anywhere; "degraded": it signs, and an operator should look; else "unable".
std::string Core::StatusJson() const {
  const bool loaded = phase_ != edl::Phase::kBoot;  // before, nothing tells which records opened
  Abilities able;
  std::vector<PeerView> peers;
  if (node_) {
    peers = ViewPeers(*node_);
    able = Assess(*node_, peers);
    AddKeyTroubles(records_, node_->identity().manifest, able.cannot);
    AddLostShares(records_, node_->repairs(), able.cannot);
    AddPolicyTroubles(*node_, OwnClaims(), able.cannot);
    if (counter_.late()) able.cannot.push_back(CounterTrouble());
    if (const auto progress = node_->refresh().progress()) {
      if (auto trouble = TroubleOf(*progress)) able.cannot.push_back(std::move(*trouble));
    }
  } else {
    able.cannot.push_back(NoNetwork(phase_, load_error_, restore_.done()));
  }
  const bool whole =
      able.signs && able.cannot.empty() &&
      std::ranges::all_of(peers, [](const PeerView& peer) { return peer.state == PeerState::kReady; });
  return json::ObjectWriter()
      .Text("status", whole        ? "ok"
                      : able.signs ? "degraded"
                                   : "unable")
      .Text("phase", NameOf(phase_))
      .U64("party", node_ ? node_->identity().self.value : 0)
      .Raw("can", json::ArrayOf(able.can))
      .Raw("cannot", TroublesJson(able.cannot))
      .Raw("away", AwayJson(peers))
      .Raw("nodes", PeersJson(peers))
      .Raw("confinement_missing", MissingJson(config_.confinement))
      .U64("records", loaded ? records_.count() : 0)
      .U64("keys", loaded ? records_.holders().size() : 0)
      .Raw("sealing", SealingJson())
      .Raw("counter", CounterJson())
      .Raw("epochs", loaded ? EpochsJson(records_) : "{}")
      .Raw("refresh", node_ ? RefreshJson(node_->refresh().progress()) : "null")
      .Raw("presignatures", node_ ? PresignaturesJson(node_->presignatures()) : "null")
      .Finish();
}

}  // namespace passport::core
