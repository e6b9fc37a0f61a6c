#include "trusted/reshare/activation.h"

#include <algorithm>

#include "trusted/sharing/encoding.h"
#include "trusted/sharing/quorum.h"

namespace passport::reshare {
namespace {

constexpr std::uint8_t kVersion = 1;

// Adds those of the given signatures that other members made on digest; says whether there was a new one.
// What this node signed itself it knows, since it stored it before it sent it.
bool Merge(PartyIndex self, const Signatures& given, const std::vector<PartyIndex>& members,
           const Hash32& digest, const Roster& roster, Signatures& known) {
  bool added = false;
  for (const auto& [party, signature] : given) {
    const auto row = roster.find(party);
    if (party == self || known.contains(party) || row == roster.end() || !sharing::Contains(members, party) ||
        !crypto::VerifyEd25519(row->second, digest, signature)) {
      continue;
    }
    known.emplace(party, signature);
    added = true;
  }
  return added;
}

// Whether a set has not everything that the known one has.
bool Lacks(const Signatures& given, const Signatures& known) {
  return std::any_of(known.begin(), known.end(),
                     [&](const auto& entry) { return !given.contains(entry.first); });
}

}  // namespace

Activation::Activation(const KeyId& key, PartyIndex self, Agreement first, Signatures confirmations)
    : key_(key), self_(self), highest_epoch_(first.epoch), caught_up_(true) {
  const std::uint64_t epoch = first.epoch;
  entries_.emplace(epoch, Entry{State::kCertified, std::move(first), std::move(confirmations), {}});
}

Activation::Activation(const KeyId& key, PartyIndex self) : key_(key), self_(self), caught_up_(true) {}

Result<Effects> Activation::Prepare(Agreement agreement, const crypto::Ed25519Signature& confirmation) {
  PASSPORT_CHECK(sharing::Contains(agreement.members, self_));
  if (!caught_up_) return Fail(Status::kBusy);
  if (agreement.epoch <= highest_epoch_) return Fail(Status::kRollback);
  if (!MakeRoom()) return Fail(Status::kLimit);
  highest_epoch_ = agreement.epoch;
  const std::uint64_t epoch = agreement.epoch;
  const auto [entry, _] =
      entries_.emplace(epoch, Entry{State::kPending, std::move(agreement), {{self_, confirmation}}, {}});
  return Effects{true, {}, {NoticeOf(entry->second)}, {}};
}

Effects Activation::Learn(const Notice& notice, const Roster& roster) {
  Effects out;
  const auto found = entries_.find(notice.epoch);
  if (notice.key != key_ || found == entries_.end()) return out;
  Entry& entry = found->second;
  if (entry.state != State::kAborted) Advance(entry, notice, roster, out);
  // Only who brought something new, or does not know of a complete abort, is answered: no two nodes answer
  // each other for ever.
  const bool answers = out.store || (entry.state == State::kAborted && !entry.agreement.members.empty());
  if (answers && (Lacks(notice.confirmations, entry.confirmations) || Lacks(notice.aborts, entry.aborts))) {
    out.reply = NoticeOf(entry);
  }
  return out;
}

void Activation::Advance(Entry& entry, const Notice& notice, const Roster& roster, Effects& effects) {
  const std::vector<PartyIndex>& members = entry.agreement.members;
  const bool confirmed =
      Merge(self_, notice.confirmations, members, entry.agreement.digest, roster, entry.confirmations);
  const bool opposed =
      Merge(self_, notice.aborts, members, AbortDigest(key_, notice.epoch), roster, entry.aborts);
  effects.store = effects.store || confirmed || opposed;

  // A complete abort has this node's own vote in it, so whatever it needs to go back is still there.
  if (entry.aborts.size() == members.size()) {
    entry.state = State::kAborted;
    effects.erase.push_back(notice.epoch);
    effects.send.push_back(NoticeOf(entry));
  } else if (entry.state == State::kPending && entry.confirmations.size() == members.size()) {
    entry.state = State::kCertified;
    effects.send.push_back(NoticeOf(entry));
    if (!HasVotedAbort(entry)) DropBelow(notice.epoch, effects);
  }
}

Effects Activation::Retire(const Agreement& certified) {
  Effects out;
  if (sharing::Contains(certified.members, self_))
    return out;  // Learn has what is to be done, or has done it
  if (certified.epoch > highest_epoch_) {
    highest_epoch_ = certified.epoch;
    out.store = true;
  }
  DropBelow(certified.epoch, out);
  return out;
}

Result<Effects> Activation::VoteAbort(std::uint64_t epoch, const crypto::SigningKey& node_key) {
  auto found = entries_.find(epoch);
  if (found == entries_.end()) {
    if (epoch <= highest_epoch_) return Fail(Status::kDenied);
    if (!MakeRoom()) return Fail(Status::kLimit);
    highest_epoch_ = epoch;
    found = entries_.emplace(epoch, Entry{State::kAborted, {epoch, {}, {}}, {}, {}}).first;
  }
  Entry& entry = found->second;
  if (entry.state == State::kCertified) return Fail(Status::kDenied);
  entry.aborts.emplace(self_, node_key.Sign(AbortDigest(key_, epoch)));
  Effects out{true, {}, {NoticeOf(entry)}, {}};
  if (entry.state == State::kPending)
    Advance(entry, {key_, epoch, {}, {}}, {}, out);  // if it was the last vote
  return out;
}

std::vector<Notice> Activation::Notices() const {
  std::vector<Notice> out;
  for (const auto& [epoch, entry] : entries_) out.push_back(NoticeOf(entry));
  return out;
}

std::optional<std::uint64_t> Activation::SigningEpoch() const {
  if (!caught_up_) return std::nullopt;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->second.state == State::kCertified) return entry->first;
  }
  return std::nullopt;
}

bool Activation::IsSettled() const {
  return entries_.size() <= 1 && std::all_of(entries_.begin(), entries_.end(), [](const auto& entry) {
           return entry.second.state == State::kCertified;
         });
}

std::vector<std::uint64_t> Activation::HeldEpochs() const {
  std::vector<std::uint64_t> out;
  for (const auto& [epoch, entry] : entries_) {
    if (entry.state != State::kAborted) out.push_back(epoch);
  }
  return out;
}

Notice Activation::NoticeOf(const Entry& entry) const {
  return {key_, entry.agreement.epoch, entry.confirmations, entry.aborts};
}

void Activation::DropBelow(std::uint64_t epoch, Effects& effects) {
  while (!entries_.empty() && entries_.begin()->first < epoch) {
    if (entries_.begin()->second.state != State::kAborted) effects.erase.push_back(entries_.begin()->first);
    entries_.erase(entries_.begin());
    effects.store = true;
  }
}

// What was given up is only remembered for others, so the oldest of it makes room.
bool Activation::MakeRoom() {
  if (entries_.size() < kEntriesMax) return true;
  const auto aborted = std::find_if(entries_.begin(), entries_.end(),
                                    [](const auto& entry) { return entry.second.state == State::kAborted; });
  if (aborted == entries_.end()) return false;
  entries_.erase(aborted);
  return true;
}

Bytes Activation::Encode() const {
  Writer writer;
  writer.U8(kVersion).Raw(key_.bytes).U16(self_.value).U64(highest_epoch_);
  writer.U8(static_cast<std::uint8_t>(entries_.size()));
  for (const auto& [epoch, entry] : entries_) {
    writer.U8(static_cast<std::uint8_t>(entry.state)).U64(epoch).Raw(entry.agreement.digest);
    sharing::WriteParties(writer, entry.agreement.members);
    WriteSignatures(writer, entry.confirmations);
    WriteSignatures(writer, entry.aborts);
  }
  return writer.Take();
}

Result<Activation> Activation::Parse(ByteSpan input) {
  Reader reader(input);
  if (reader.U8() != kVersion) return Fail(Status::kMalformed);
  const KeyId key{reader.Array<32>()};
  Activation out(key, {reader.U16()});
  out.caught_up_ = false;
  out.highest_epoch_ = reader.U64();
  const std::uint8_t count = reader.U8();
  if (count > kEntriesMax) reader.Reject();
  std::uint64_t last = 0;
  for (std::uint8_t i = 0; i < count && !reader.failed(); ++i) {
    const std::uint8_t state = reader.U8();
    const std::uint64_t epoch = reader.U64();
    if (state < 1 || state > 3 || (i > 0 && epoch <= last) || epoch > out.highest_epoch_) reader.Reject();
    last = epoch;
    Entry entry{static_cast<State>(state), {epoch, reader.Array<32>(), {}}, {}, {}};
    entry.agreement.members = sharing::ReadParties(reader, sharing::kPartiesMax);
    entry.confirmations = ReadSignatures(reader);
    entry.aborts = ReadSignatures(reader);
    out.entries_.emplace(epoch, std::move(entry));
  }
  if (!reader.Done()) return Fail(Status::kMalformed);
  return out;
}

}  // namespace passport::reshare
