#include "trusted/platform/confinement_record.h"

#include <cerrno>

#include "edl/base/codec.h"

namespace passport::platform {
namespace {

constexpr std::uint8_t kVersion = 3;

// The errors that these system calls give, by name; the number says the rest.
std::string ErrorName(int error) {
  switch (error) {
    case EPERM:
      return "EPERM";
    case EACCES:
      return "EACCES";
    case EINVAL:
      return "EINVAL";
    case ENOSYS:
      return "ENOSYS";
    case ENOMEM:
      return "ENOMEM";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    case ENOSPC:
      return "ENOSPC";
    case EAGAIN:
      return "EAGAIN";
    case ENXIO:
      return "ENXIO";
    case ENODEV:
      return "ENODEV";
    default:
      return "errno " + std::to_string(error);
  }
}

}  // namespace

void ConfinementRecord::SetOutcome(Layer layer, int error) {
  if (error == 0) {
    At(layer) = {State::kApplied, 0};
  } else {
    At(layer) = {State::kUnavailable, static_cast<std::uint16_t>(error)};
  }
}

Bytes ConfinementRecord::Encode() const {
  Writer out;
  out.U8(kVersion).U8(static_cast<std::uint8_t>(launch_kind)).U8(landlock_version).U8(kLayerCount);
  for (const LayerRow& row : kLayers) {
    const LayerState& state = Get(row.layer);
    out.U8(static_cast<std::uint8_t>(row.layer)).U8(static_cast<std::uint8_t>(state.state)).U16(state.error);
  }
  out.U64(arena_bytes).U64(arena_locked_bytes).Raw(filter_sha256);
  return out.Take();
}

Result<ConfinementRecord> ConfinementRecord::Parse(ByteSpan input) {
  Reader in(input);
  ConfinementRecord record;
  if (in.U8() != kVersion) return Fail(Status::kMalformed);
  const std::uint8_t kind = in.U8();
  record.landlock_version = in.U8();
  if (kind < 1 || kind > 2 || in.U8() != kLayerCount) return Fail(Status::kMalformed);
  record.launch_kind = static_cast<LaunchKind>(kind);
  for (const LayerRow& row : kLayers) {
    if (in.U8() != static_cast<std::uint8_t>(row.layer)) return Fail(Status::kMalformed);
    LayerState& layer = record.At(row.layer);
    const std::uint8_t state = in.U8();
    layer.error = in.U16();
    if (state < 1 || state > 4) return Fail(Status::kMalformed);
    layer.state = static_cast<State>(state);
    if ((layer.state == State::kUnavailable) != (layer.error != 0)) return Fail(Status::kMalformed);
  }
  record.arena_bytes = in.U64();
  record.arena_locked_bytes = in.U64();
  record.filter_sha256 = in.Array<32>();
  if (!in.Done()) return Fail(Status::kMalformed);
  return record;
}

std::string DescribeState(const LayerState& state) {
  const std::string word(kLayerStates[static_cast<std::size_t>(state.state) - 1]);
  return state.state == State::kUnavailable ? word + " (" + ErrorName(state.error) + ")" : word;
}

std::vector<std::pair<std::string, std::string>> ConfinementRecord::Listing() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const LayerRow& row : kLayers) out.emplace_back(row.name, DescribeState(Get(row.layer)));
  out.emplace_back("launch", launch_kind == LaunchKind::kMemfd ? "memfd" : "file");
  out.emplace_back("landlock-version", std::to_string(landlock_version));
  out.emplace_back("arena-mib", std::to_string(arena_bytes >> 20));
  out.emplace_back("arena-locked-mib", std::to_string(arena_locked_bytes >> 20));
  out.emplace_back("filter-sha256", ToHex(filter_sha256));
  return out;
}

}  // namespace passport::platform
