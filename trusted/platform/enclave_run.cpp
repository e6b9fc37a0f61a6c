// The life of an enclave process: check how it was started, lock it in, say READY, answer one record after
// the other.
#include "trusted/platform/enclave_run.h"

#include <sys/prctl.h>

#include <csignal>

#include "trusted/platform/channel.h"
#include "trusted/platform/confine.h"
#include "trusted/platform/libraries.h"

namespace passport::platform {
namespace {

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

// Answers until the host is gone or breaks the framing. Whatever the reason, the handler's secrets die with
// the caller.
Exit Serve(Channel& host, edl::NodeHandler& handler) {
  edl::SequenceState sequence;
  for (;;) {
    const Result<ByteSpan, ChannelError> record = host.Receive();
    if (!record.ok()) return ExitOf(record.error());
    const edl::DispatchResult answer = edl::Dispatch(handler, record.value(), sequence);
    if (!answer.ok()) return Exit::kFraming;
    for (const Bytes& part : answer.value()) {
      const Result<Unit, ChannelError> sent = host.Send(part);
      if (!sent.ok()) return ExitOf(sent.error());
    }
  }
}

Result<LaunchInfo> ReceiveLaunchInfo(Channel& launcher) {
  const Result<ByteSpan, ChannelError> record = launcher.Receive();
  if (!record.ok()) return Fail(Status::kMalformed);
  Result<LaunchInfo> info = LaunchInfo::Parse(record.value());
  launcher.Wipe();
  return info;
}

// Layers that CheckStart saw for itself are its own word, not passportd's.
void KeepOwnFindings(const ConfinementRecord& own, ConfinementRecord& record) {
  for (const Layer layer : {Layer::kExecuteOnlyImage, Layer::kEmptyEnvironment, Layer::kOwnDescriptors}) {
    const LayerState& state = own.Get(layer);
    state.state == State::kUnavailable ? record.SetOutcome(layer, state.error)
                                       : record.Set(layer, state.state);
  }
}

core::CoreConfig ToCoreConfig(LaunchInfo info, const ConfinementRecord& confinement,
                              const EnclaveParts& parts) {
  core::CoreConfig config;
  config.keys.unique = std::move(info.unique_key);
  config.keys.product = std::move(info.product_key);
  config.keys.svn = info.svn;
  config.measurement = info.measurement;
  config.build = parts.build;
  config.envelope_source = parts.envelope_source;
  if (info.limits.sessions) config.signing.runs_max = *info.limits.sessions;
  if (info.limits.presignatures) config.presign.total_max = *info.limits.presignatures;
  config.confinement.push_back({"mode", info.development ? "development" : "production"});
  for (const auto& [layer, state] : confinement.Listing()) config.confinement.push_back({layer, state});
  return config;
}

}  // namespace

Exit RunEnclave(int argument_count, char* const* environment, const EnclaveParts& parts) {
  ConfinementRecord own;
  if (const std::optional<Exit> bad = CheckStart(argument_count, environment, own)) return *bad;
  if (!StartLibraries().ok()) return Exit::kLibraries;
  Channel launcher(kLauncherChannel);
  Result<LaunchInfo> info = ReceiveLaunchInfo(launcher);
  if (!info.ok()) return Exit::kLaunchInfo;
  // passportd may have died before its death was tied to ours; from here on the tie is our own, too.
  prctl(PR_SET_PDEATHSIG, SIGKILL);

  StartReport report;
  report.confinement = info.value().launch;
  KeepOwnFindings(own, report.confinement);
  Channel host(kHostChannel);
  Confine(report.confinement);
  const std::optional<Layer> missing = MissingLayer(report.confinement, info.value().development);
  report.ready = !missing.has_value();
  report.missing = missing.value_or(Layer::kSeccomp);
  if (!launcher.Send(report.Encode()).ok()) return Exit::kLauncherChannel;
  if (missing) return Exit::kConfinement;

  const std::unique_ptr<crypto::Rng> rng = parts.make_rng(info.value());
  core::Core core(ToCoreConfig(std::move(info).value(), report.confinement, parts), *rng);
  const Exit end = Serve(host, core);
  host.Wipe();
  return end;
}

}  // namespace passport::platform
