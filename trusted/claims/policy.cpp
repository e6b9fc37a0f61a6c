#include "trusted/claims/policy.h"

#include <algorithm>

#include "edl/base/layers.h"
#include "trusted/claims/claims_json.h"
#include "trusted/crypto/hash.h"
#include "trusted/json/json.h"
#include "trusted/json/write.h"

namespace passport::claims {
namespace {

using attest::Provider;
using json::Value;

constexpr std::uint64_t kVersionMax = UINT32_MAX;
constexpr std::size_t kListMax = 256;
constexpr std::uint64_t kAgeSecondsMin = 60;
constexpr std::uint32_t kAgeSecondsMax = 24 * 3600;  // also of the built-in policies
constexpr std::size_t kWordBytesMax = 64;            // of what a message repeats

template <class T>
using Parsed = Result<T, PolicyProblem>;

Failure<PolicyProblem> Wrong(const std::string& where, const std::string& how) {
  return Fail(PolicyProblem{where + " " + how});
}

// What the file has where something else should be, as a terminal can show it.
std::string Not(const Value& value) {
  if (const auto text = value.AsString(); text.ok())
    return ", not " + json::Quote(text.value().substr(0, kWordBytesMax));
  if (const auto number = value.AsU64(); number.ok()) return ", not " + std::to_string(number.value());
  return "";
}

// A member's name, likewise.
std::string Word(std::string_view name) {
  const std::string quoted = json::Quote(name.substr(0, kWordBytesMax));
  return quoted.substr(1, quoted.size() - 2);
}

// One object of the file. Whatever was not asked for by the end is unknown.
class Members {
 public:
  Members(const Value& object, std::string path) : object_(object), path_(std::move(path)) {}

  const Value* Find(std::string_view key) {
    asked_.push_back(std::string(key));
    return object_.Find(key);
  }
  Parsed<const Value*> Need(std::string_view key) {
    const Value* value = Find(key);
    if (value == nullptr) return Wrong(path_ + std::string(key), "is missing");
    return value;
  }
  std::string Name(std::string_view key) const { return path_ + std::string(key); }

  Parsed<std::uint64_t> Number(std::string_view key, std::uint64_t min, std::uint64_t max) {
    PASSPORT_TRY(const Value* value, Need(key));
    const auto number = value->AsU64();
    if (!number.ok() || number.value() < min || number.value() > max)
      return Wrong(Name(key),
                   "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return number.value();
  }
  Parsed<std::uint64_t> NumberOr(std::string_view key, std::uint64_t absent, std::uint64_t max) {
    if (object_.Find(key) == nullptr) return Find(key), Parsed<std::uint64_t>(absent);
    return Number(key, 0, max);
  }
  Parsed<bool> BoolOr(std::string_view key, bool absent) {
    const Value* value = Find(key);
    if (value == nullptr) return absent;
    const auto flag = value->AsBool();
    if (!flag.ok()) return Wrong(Name(key), "must be true or false");
    return flag.value();
  }
  // Each item of an array, if there is one, is made a T; none twice.
  template <class T, class F>
  Parsed<std::vector<T>> List(std::string_view key, const std::string& of_what, F&& read) {
    std::vector<T> out;
    const Value* value = Find(key);
    if (value == nullptr) return out;
    const auto items = value->AsArray();
    if (!items.ok() || items.value().size() > kListMax)
      return Wrong(Name(key), "must be a list of at most " + std::to_string(kListMax) + " " + of_what);
    for (const Value& item : items.value()) {
      const std::optional<T> read_item = read(item);
      if (!read_item) return Wrong(Name(key), "must be a list of " + of_what + Not(item));
      out.push_back(*read_item);
    }
    return out;
  }
  Parsed<Unit> NoneElse() const {
    for (const json::Member& member : object_.AsObject().value()) {
      if (std::ranges::find(asked_, member.key) == asked_.end())
        return Wrong(path_ + Word(member.key), "is not a member of a policy");
    }
    return Unit{};
  }

 private:
  const Value& object_;
  std::string path_;
  std::vector<std::string> asked_;
};

std::optional<Bytes> ReadHex(const Value& item) {
  const auto text = item.AsString();
  if (!text.ok()) return std::nullopt;
  auto bytes = ParseHex(text.value());
  if (!bytes.ok() || bytes.value().empty() || bytes.value().size() > attest::kFindingBytesMax)
    return std::nullopt;
  return std::move(bytes).value();
}

std::optional<Hash32> ReadHash(const Value& item) {
  const auto bytes = ReadHex(item);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  const Hash32 hash = ToArray<32>(*bytes).value();
  if (hash == Hash32{}) return std::nullopt;  // what claims and findings say for `none`
  return hash;
}

std::optional<std::uint16_t> ReadComponent(const Value& item) {
  const auto number = item.AsU64();
  if (!number.ok() || number.value() > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(number.value());
}

bool IsLayer(std::string_view name) { return std::ranges::count(kLayers, name, &LayerRow::name) > 0; }

std::optional<std::string> ReadLayer(const Value& item) {
  const auto text = item.AsString();
  if (!text.ok() || !IsLayer(text.value())) return std::nullopt;
  return std::string(text.value());
}

std::optional<std::string> ReadTakenLayer(const Value& item) {
  const auto text = item.AsString();
  if (!text.ok()) return std::nullopt;
  return std::string(text.value());
}

Parsed<std::vector<Hash32>> Hashes(Members& members, std::string_view key) {
  return members.List<Hash32>(key, "SHA-256 hashes, 64 hex digits each", ReadHash);
}

bool IsHardware(Provider provider) { return provider >= Provider::kSnp; }

std::optional<Provider> ProviderOf(std::string_view name) {
  for (std::uint8_t i = 0; i < attest::kProviderCount; ++i) {
    if (attest::NameOf(static_cast<Provider>(i)) == name) return static_cast<Provider>(i);
  }
  return std::nullopt;
}

std::string ProviderNames() {
  std::string out;
  for (std::uint8_t i = 0; i < attest::kProviderCount; ++i)
    out += (i == 0 ? "" : ", ") + std::string(attest::NameOf(static_cast<Provider>(i)));
  return out;
}

Parsed<ProviderRules> ReadRules(Provider provider, const Value& value) {
  const std::string name = "providers." + std::string(attest::NameOf(provider));
  if (!value.IsObject()) return Wrong(name, "must be an object");
  Members members(value, name + ".");
  ProviderRules out;
  if (provider > Provider::kSimulated) {
    PASSPORT_TRY(out.roots, Hashes(members, "roots"));
    PASSPORT_TRY(out.attesters, Hashes(members, "attesters"));
    PASSPORT_TRY(out.measurements, members.List<Bytes>("measurements", "hex strings", ReadHex));
    PASSPORT_TRY(out.minimum_tcb,
                 members.List<std::uint16_t>("minimum_tcb", "numbers below 65536", ReadComponent));
    PASSPORT_TRY(out.current_tcb, members.BoolOr("current_tcb", false));
    if (out.roots.empty() && out.attesters.empty())
      return Wrong(name, "needs roots or attesters: otherwise anybody's key would do");
    if (IsHardware(provider) && out.measurements.empty())
      return Wrong(name + ".measurements", "must not be empty: otherwise any machine image would do");
  }
  PASSPORT_TRY_VOID(members.NoneElse());
  return out;
}

Parsed<Unit> ReadProviders(Members& members, Policy& out) {
  PASSPORT_TRY(const Value* value, members.Need("providers"));
  const auto rows = value->AsObject();
  if (!rows.ok() || rows.value().empty()) return Wrong("providers", "must be an object that is not empty");
  for (const json::Member& row : rows.value()) {
    const auto provider = ProviderOf(row.key);
    if (!provider) return Wrong("providers." + Word(row.key), "is no provider: " + ProviderNames() + " are");
    PASSPORT_TRY(out.providers[*provider], ReadRules(*provider, row.value));
  }
  return Unit{};
}

Parsed<Rollback> ReadRollback(Members& members) {
  const Value* value = members.Find("minimum_rollback");
  if (value == nullptr) return Rollback::kNone;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Rollback::kPeersAndCounter); ++i) {
    const auto text = value->AsString();
    if (text.ok() && text.value() == NameOf(static_cast<Rollback>(i))) return static_cast<Rollback>(i);
  }
  return Wrong("minimum_rollback", "must be none, peers-weak, peers or peers-and-counter" + Not(*value));
}

using LayerReader = std::optional<std::string> (*)(const Value& item);

Result<Policy, PolicyProblem> Read(std::string_view file, LayerReader read_layer) {
  if (file.size() > kPolicyBytesMax)
    return Wrong("the file", "is longer than " + std::to_string(kPolicyBytesMax) + " bytes");
  const auto parsed = json::Parse(file, {.depth_max = 5});
  if (!parsed.ok() || !parsed.value().IsObject()) return Wrong("the file", "is not one strict JSON object");
  Members members(parsed.value(), "");
  Policy out;
  out.hash = crypto::HashSha256(AsBytes(file));
  PASSPORT_TRY(out.version, members.Number("version", 1, kVersionMax));
  PASSPORT_TRY_VOID(ReadProviders(members, out));
  PASSPORT_TRY(out.measurements, Hashes(members, "measurements"));
  PASSPORT_TRY(out.signers, Hashes(members, "signers"));
  PASSPORT_TRY(const std::uint64_t svn, members.NumberOr("minimum_svn", 0, UINT32_MAX));
  PASSPORT_TRY(const std::uint64_t age, members.Number("evidence_age_max_s", kAgeSecondsMin, kAgeSecondsMax));
  PASSPORT_TRY(out.layers, members.List<std::string>("required_layers", "layers of confinement", read_layer));
  PASSPORT_TRY(out.minimum_rollback, ReadRollback(members));
  PASSPORT_TRY(out.allow_simulated, members.BoolOr("allow_simulated", false));
  PASSPORT_TRY(out.allow_debug, members.BoolOr("allow_debug", false));
  PASSPORT_TRY_VOID(members.NoneElse());
  if (out.measurements.empty()) return Wrong("measurements", "must not be empty");
  if (out.providers.contains(Provider::kSimulated) != out.allow_simulated)
    return Wrong("allow_simulated", "and providers.simulated must go together");
  out.minimum_svn = static_cast<std::uint32_t>(svn);
  out.evidence_age_max_s = static_cast<std::uint32_t>(age);
  return out;
}

}  // namespace

Result<Policy, PolicyProblem> ParsePolicy(std::string_view file) { return Read(file, ReadLayer); }

Result<Policy, PolicyProblem> ReadTaken(std::string_view file) { return Read(file, ReadTakenLayer); }

Policy NobodysPolicy(std::string_view file) {
  Policy out;
  out.hash = crypto::HashSha256(AsBytes(file));
  out.evidence_age_max_s = kAgeSecondsMin;
  const auto parsed = json::Parse(file, {.depth_max = 5});
  const Value* version = parsed.ok() && parsed.value().IsObject() ? parsed.value().Find("version") : nullptr;
  const auto number = version != nullptr ? version->AsU64() : Result<std::uint64_t>(0);
  if (number.ok() && number.value() <= kVersionMax) out.version = number.value();
  return out;
}

Policy DevnetPolicy() {
  Policy out;
  out.providers = {{Provider::kNone, {}}, {Provider::kSimulated, {}}};
  out.evidence_age_max_s = kAgeSecondsMax;
  out.allow_simulated = true;
  out.allow_debug = true;
  return out;
}

Policy ProductionPolicy(std::vector<Hash32> measurements) {
  Policy out;
  out.providers = {{Provider::kNone, {}}};
  out.measurements = std::move(measurements);
  out.evidence_age_max_s = kAgeSecondsMax;
  return out;
}

namespace {

// A layer that this version does not have cannot be asked for any more.
bool LayersNotWeaker(const Policy& current, const Policy& next) {
  return std::ranges::all_of(current.layers, [&](const std::string& layer) {
    return !IsLayer(layer) || std::ranges::count(next.layers, layer) > 0;
  });
}

// A list that was asked about is asked about still.
template <class T>
bool StillAsked(const std::vector<T>& current, const std::vector<T>& next) {
  return current.empty() || !next.empty();
}

bool ComponentsAtLeast(const std::vector<std::uint16_t>& values, const std::vector<std::uint16_t>& minimum) {
  for (std::size_t i = 0; i < minimum.size(); ++i) {
    if ((i < values.size() ? values[i] : 0) < minimum[i]) return false;
  }
  return true;
}

bool RulesNotWeaker(const ProviderRules& current, const ProviderRules& next) {
  return StillAsked(current.measurements, next.measurements) &&
         ComponentsAtLeast(next.minimum_tcb, current.minimum_tcb) &&
         (next.current_tcb || !current.current_tcb);
}

}  // namespace

bool Follows(std::uint64_t current, std::uint64_t next) {
  return next > current && next - current <= kVersionsAheadMax;
}

Result<Unit> NotWeaker(const Policy& current, const Policy& next) {
  for (const auto& [provider, rules] : next.providers) {
    const auto before = current.providers.find(provider);
    // The built-in policies know no hardware to enrol: the first file may name it.
    const bool first = current.version == 0 && provider > Provider::kSimulated;
    if (first) continue;
    if (before == current.providers.end()) return Fail(Status::kWeakerProviders);
    if (!RulesNotWeaker(before->second, rules)) return Fail(Status::kWeakerProviderRules);
  }
  const std::pair<bool, Status> rest[] = {
      {StillAsked(current.measurements, next.measurements), Status::kWeakerMeasurements},
      {StillAsked(current.signers, next.signers), Status::kWeakerSigners},
      {next.minimum_svn >= current.minimum_svn, Status::kWeakerSvn},
      {next.evidence_age_max_s <= current.evidence_age_max_s, Status::kWeakerAge},
      {LayersNotWeaker(current, next), Status::kWeakerLayers},
      {next.minimum_rollback >= current.minimum_rollback, Status::kWeakerRollback},
      {current.allow_simulated || !next.allow_simulated, Status::kWeakerSimulated},
      {current.allow_debug || !next.allow_debug, Status::kWeakerDebug}};
  for (const auto& [holds, status] : rest) {
    if (!holds) return Fail(Status{status});
  }
  return Ok();
}

std::string_view WeakerMember(Status status) {
  constexpr std::pair<Status, std::string_view> kMembers[] = {
      {Status::kWeakerProviders, "providers"},
      {Status::kWeakerProviderRules, "providers: the rules of one"},
      {Status::kWeakerMeasurements, "measurements"},
      {Status::kWeakerSigners, "signers"},
      {Status::kWeakerSvn, "minimum_svn"},
      {Status::kWeakerAge, "evidence_age_max_s"},
      {Status::kWeakerLayers, "required_layers"},
      {Status::kWeakerRollback, "minimum_rollback"},
      {Status::kWeakerSimulated, "allow_simulated"},
      {Status::kWeakerDebug, "allow_debug"}};
  const auto* row = std::ranges::find(kMembers, status, &std::pair<Status, std::string_view>::first);
  return row == std::end(kMembers) ? std::string_view() : row->second;
}

}  // namespace passport::claims
