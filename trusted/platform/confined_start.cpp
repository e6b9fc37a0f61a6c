#include "trusted/platform/confined_start.h"

#include <sys/prctl.h>

#include <csignal>

#include "trusted/platform/channel.h"
#include "trusted/platform/confine.h"
#include "trusted/platform/libraries.h"
#include "trusted/platform/process_arena.h"

namespace passport::platform {
namespace {

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

}  // namespace

Result<ConfinedStart, Exit> StartConfined(int argument_count, char* const* environment) {
  ConfinementRecord own;
  if (const std::optional<Exit> bad = CheckStart(argument_count, environment, own)) return Fail(*bad);
  if (!StartLibraries().ok()) return Fail(Exit::kLibraries);
  Channel launcher(kLauncherDescriptor);
  Result<LaunchInfo> info = ReceiveLaunchInfo(launcher);
  if (!info.ok()) return Fail(Exit::kLaunchInfo);
  const bool development = info.value().development;
  const LayerSet without = info.value().without;
  // passportd may have died before its death was tied to ours; from here on the tie is our own, too.
  if (!without.Has(Layer::kParentDeathSignal)) prctl(PR_SET_PDEATHSIG, SIGKILL);

  StartReport report;
  report.confinement = info.value().launch;
  KeepOwnFindings(own, report.confinement);
  ClaimArena(report.confinement);
  Confine(report.confinement, without);
  const std::optional<Layer> missing = MissingLayer(report.confinement, info.value().required, development);
  report.ready = !missing.has_value();
  report.missing = missing.value_or(Layer::kSeccomp);
  if (!launcher.Send(report.Encode()).ok()) return Fail(Exit::kLauncherChannel);
  if (missing) return Fail(Exit::kConfinement);
  return ConfinedStart{std::move(info).value(), report.confinement};
}

}  // namespace passport::platform
