// What a node does at its start: hello, all records, the manifest, then ticks.
#include <fstream>
#include <iterator>

#include "edl/base/codec.h"
#include "untrusted/node/node.h"
#include "untrusted/node/timers.h"

namespace passport::host::node {

using enclave::Urgency;
using metrics::Level;

namespace {

constexpr std::size_t kChunkBytesMax = 150000;
static_assert(kChunkBytesMax <= edl::ProvisionCall::kDataMax);

// What the enclave said of a provision call: 0, a verdict, or the status of the call.
std::uint16_t VerdictOf(const edl::Answer& answer) {
  for (const edl::Effect& effect : answer.effects) {
    const auto* verdict = std::get_if<edl::VerdictEffect>(&effect);
    if (verdict != nullptr && verdict->status != 0) return verdict->status;
  }
  return static_cast<std::uint16_t>(answer.status);
}

}  // namespace

void Node::SayHello() {
  // The nonce is for enclaves of other kinds, whose hello is signed; this one does not look at it.
  const auto asked = enclave_.Submit(Urgency::kPeer, edl::HelloCall{}, [this](const edl::Answer& answer) {
    if (answer.status != Status::kOk)
      return Fail("hello_refused", "host and enclave must come from one build");
    LoadRecords(std::nullopt);
  });
  if (!asked.ok()) Fail("enclave_lost", "no call could be made");
}

void Node::LoadRecords(std::optional<RecordId> after) {
  const auto records = store_.Scan(after, kChunkBytesMax);
  if (!records.ok()) return Fail("store_unreadable", records.error().Text());
  if (records.value().empty()) return FinishRecords();
  Writer data;
  for (const store::Record& record : records.value()) data.Raw(record.id.span()).Var(record.bytes);
  const RecordId last = records.value().back().id;
  const auto asked = enclave_.Submit(
      Urgency::kPeer, edl::ProvisionCall{.kind = edl::ProvisionKind::kRecords, .data = data.bytes()},
      [this, last](const edl::Answer&) { LoadRecords(last); });
  if (!asked.ok()) Fail("store_unreadable", "a record is larger than the boundary takes; restore a backup");
}

void Node::FinishRecords() {
  const auto asked = enclave_.Submit(
      Urgency::kPeer, edl::ProvisionCall{.kind = edl::ProvisionKind::kRecordsEnd},
      [this](const edl::Answer& answer) {
        const std::uint16_t verdict = VerdictOf(answer);
        if (verdict != 0) {
          // The node stays up so that GET /health can say more; it signs nothing.
          log_.Write(Level::kError, "records_not_accepted",
                     {{"status", std::uint64_t{verdict}},
                      {"next", "see GET /health; the store is not what this enclave last left"}});
        }
        BeReady();
      });
  if (!asked.ok()) Fail("enclave_lost", "no call could be made");
}

void Node::BeReady() {
  // A node that has a manifest is given it again: whoever started it with another file, or a broken one, must
  // hear of it now and not when the store is lost (rules.md 14). Records that were refused are told of
  // already.
  if (phase_ != static_cast<std::uint16_t>(edl::Phase::kBoot) && !options_.manifest_path.empty())
    LoadManifest();
  timers_->tick_at = std::chrono::steady_clock::now();
  ScheduleTick();
  events_.on_ready(api_port_);
}

void Node::LoadManifest() {
  const auto refuse = [this](const std::string& reason) {
    log_.Write(Level::kWarn, "manifest_not_loaded", {{"path", options_.manifest_path}, {"reason", reason}});
  };
  if (options_.manifest_path.empty()) return refuse("no --manifest was given");
  std::ifstream file(options_.manifest_path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || text.empty()) {
    const bool waiting = phase_ == static_cast<std::uint16_t>(edl::Phase::kWaiting);
    return refuse(std::string("the file cannot be read or is empty; ") +
                  (waiting ? "the node waits, give it with SIGHUP or `passport manifest send`"
                           : "the node goes on with the manifest it has; put the file back"));
  }
  const edl::ProvisionCall call{.kind = edl::ProvisionKind::kManifest, .data = AsBytes(text)};
  const auto asked = enclave_.Submit(Urgency::kPeer, call, [this, refuse](const edl::Answer& answer) {
    const std::uint16_t verdict = VerdictOf(answer);
    if (verdict != 0)
      return refuse(
          "the enclave refused it with status " + std::to_string(verdict) +
          "; `passport manifest show FILE` says whether the file is whole, `passport attest` whether it "
          "is this node's");
    log_.Write(Level::kInfo, "manifest_loaded", {{"path", options_.manifest_path}});
  });
  if (!asked.ok()) refuse("the file is too large or the enclave is busy");
}

}  // namespace passport::host::node
