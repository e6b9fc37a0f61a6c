// The life of an enclave process: check how it was started, lock it in, say READY, answer one record after
// the other.
#include "trusted/platform/enclave_run.h"

#include "trusted/platform/build_kind.h"
#include "trusted/platform/channel.h"
#include "trusted/platform/confined_start.h"
#include "trusted/platform/process_arena.h"

namespace passport::platform {
namespace {

struct EnclaveStart {
  int argument_count;
  char* const* environment;
};

Exit ExitOf(ChannelError error) {
  switch (error) {
    case ChannelError::kClosed:
      return Exit::kOrderly;
    case ChannelError::kTooLong:
      return Exit::kFraming;
    case ChannelError::kBroken:
      return Exit::kHostChannel;
  }
  return Exit::kHostChannel;
}

// Answers one record. The exit code if there is nothing more to answer. Not inlined, so that all it used lies
// below its caller's frame.
[[gnu::noinline]] std::optional<Exit> ServeOne(Channel& host, edl::NodeHandler& handler,
                                               edl::SequenceState& sequence) {
  const Result<ByteSpan, ChannelError> record = host.Receive();
  if (!record.ok()) return ExitOf(record.error());
  const edl::DispatchResult answer = edl::Dispatch(handler, record.value(), sequence);
  if (!answer.ok()) return Exit::kFraming;
  for (const Bytes& part : answer.value()) {
    const Result<Unit, ChannelError> sent = host.Send(part);
    if (!sent.ok()) return ExitOf(sent.error());
  }
  return std::nullopt;
}

// Answers until the host is gone or breaks the framing. Whatever the reason, the handler's secrets die with
// the caller. What a call left on the stack is wiped once its answer is out.
Exit Serve(Channel& host, edl::NodeHandler& handler) {
  edl::SequenceState sequence;
  for (;;) {
    if (const std::optional<Exit> end = ServeOne(host, handler, sequence)) return *end;
    WipeArenaStack();
  }
}

// A request that passportd does not take is one without an answer: the core asks again.
void AskLauncher(ByteSpan request) {
  Channel launcher(kLauncherDescriptor);
  [[maybe_unused]] const Result<Unit, ChannelError> sent = launcher.Send(request);
}

std::vector<core::Claim> Claims(const LaunchInfo& info, const ConfinementRecord& confinement) {
  std::vector<core::Claim> claims = {{"mode", info.development ? "development" : "production"}};
  for (const auto& [layer, state] : confinement.Listing()) claims.push_back({layer, state});
  const bool is_signed = info.release.signer_sha256 != Hash32{};
  claims.push_back({"signer", is_signed ? ToHex(info.release.signer_sha256) : "none"});
  return claims;
}

// An instrumented build runs unconfined, and --dev is for whoever looks inside: neither is for production.
core::LaunchClaims ToClaims(const LaunchInfo& info, const ConfinementRecord& record) {
  return {.debug = info.development || kSanitized,
          .release = {info.release.signer_sha256, info.release.product_id, info.release.svn},
          .filter_sha256 = record.filter_sha256,
          .key_sources = info.keys.source_mask,
          .key_epoch = info.keys.key_epoch};
}

std::vector<core::ProviderState> ToProviders(const std::vector<platform_link::Probe>& probes) {
  std::vector<core::ProviderState> out;
  for (const platform_link::Probe& probe : probes)
    out.push_back({static_cast<attest::Provider>(probe.provider), probe.available, probe.text});
  return out;
}

core::CoreConfig ToCoreConfig(ConfinedStart start, const EnclaveParts& parts) {
  LaunchInfo& info = start.info;
  core::CoreConfig config;
  config.confinement = Claims(info, start.confinement);
  config.launch = ToClaims(info, start.confinement);
  config.providers = ToProviders(info.providers);
  config.keys.unique = std::move(info.keys.unique);
  config.keys.product = std::move(info.keys.product);
  config.keys.svn = info.release.svn;
  config.keys.source_mask = info.keys.source_mask;
  config.keys.key_epoch = info.keys.key_epoch;
  if (info.previous) {
    config.keys.previous =
        sealing::PreviousKeys{std::move(info.previous->unique), std::move(info.previous->product),
                              info.previous->source_mask, info.previous->key_epoch};
  }
  config.counter = info.counter;
  // A TPM that the root key does not come from any more is there for the key before, one last time.
  config.counter_ends = info.counter && (info.keys.source_mask & sealing::kSourceTpm2) == 0;
  config.measurement = info.measurement;
  config.build = parts.build;
  config.envelope_source = parts.envelope_source;
  config.platform = AskLauncher;
  config.platform_key = std::move(info.platform_key);
  if (info.limits.sessions) config.signing.runs_max = *info.limits.sessions;
  if (info.limits.presignatures) config.presign.total_max = *info.limits.presignatures;
  return config;
}

Exit RunEnclave(const EnclaveStart& start, const EnclaveParts& parts) {
  Result<ConfinedStart, Exit> started = StartConfined(start.argument_count, start.environment);
  if (!started.ok()) return started.error();
  Channel host(kHostDescriptor, parts.kernel);
  const std::unique_ptr<crypto::Rng> rng = parts.make_rng(started.value().info);
  // On the heap: its frame would be longer than what the wiping of the stack looks at (arena_stack.h).
  const auto core = std::make_unique<core::Core>(ToCoreConfig(std::move(started).value(), parts), *rng);
  const Exit end = Serve(host, *core);
  host.Wipe();
  return end;
}

}  // namespace

void RunEnclave(int argument_count, char* const* environment, const EnclaveParts& parts) {
  struct Everything {
    EnclaveStart start;
    const EnclaveParts& parts;
  } everything{{argument_count, environment}, parts};
  RunOnArenaStack(
      [](void* context) {
        const auto* const all = static_cast<const Everything*>(context);
        return RunEnclave(all->start, all->parts);
      },
      &everything);
}

}  // namespace passport::platform
