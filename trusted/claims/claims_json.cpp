#include "trusted/claims/claims_json.h"

#include "trusted/json/write.h"

namespace passport::claims {

std::string_view NameOf(Platform platform) { return platform == Platform::kProcess ? "process" : "unknown"; }

std::string_view NameOf(MeasuredBy measured_by) {
  switch (measured_by) {
    case MeasuredBy::kHardware:
      return "hardware";
    case MeasuredBy::kLauncher:
      return "launcher";
    case MeasuredBy::kSelf:
      return "self";
  }
  return "unknown";
}

std::string_view NameOf(Rollback rollback) {
  switch (rollback) {
    case Rollback::kNone:
      return "none";
    case Rollback::kPeersWeak:
      return "peers-weak";
    case Rollback::kPeers:
      return "peers";
    case Rollback::kPeersAndCounter:
      return "peers-and-counter";
  }
  return "unknown";
}

std::string KeySourceNames(std::uint8_t key_sources) {
  constexpr std::pair<std::uint8_t, std::string_view> kNames[] = {
      {1, "keyfile"}, {2, "tpm2"}, {4, "credential"}};
  std::string out;
  for (const auto& [bit, name] : kNames) {
    if ((key_sources & bit) != 0) out += (out.empty() ? "" : "+") + std::string(name);
  }
  return out.empty() ? "none" : out;
}

std::string ToJson(const Claims& c) {
  json::ObjectWriter layers;
  for (const LayerClaim& claim : c.layers) layers.Text(claim.layer, claim.state);
  return json::ObjectWriter()
      .Text("platform", NameOf(c.platform))
      .Text("provider", attest::NameOf(c.provider))
      .Bool("simulated", c.simulated)
      .Bool("debug", c.debug)
      .Text("measured_by", NameOf(c.measured_by))
      .Text("measurement", ToHex(c.measurement))
      .Text("signer", ToHex(c.release.signer))
      .U64("product_id", c.release.product_id)
      .U64("svn", c.release.svn)
      .Text("build", c.build)
      .U64("edl_schema", c.edl_schema)
      .Text("filter_sha256", ToHex(c.filter_sha256))
      .Text("config_hash", ToHex(HashOf(c.configuration)))
      .Text("manifest_hash", ToHex(c.configuration.manifest_hash))
      .Text("policy_hash", ToHex(c.configuration.policy_hash))
      .U64("policy_version", c.configuration.policy_version)
      .U64("sessions_max", c.configuration.sessions_max)
      .U64("presignatures_max", c.configuration.presignatures_max)
      .U64("node", c.node.value)
      .U64("epoch", c.epoch)
      .Text("identity_key", ToHex(c.identity_key))
      .Text("channel_key", ToHex(c.channel_key))
      .Text("instance_key", ToHex(c.instance_key))
      .Text("envelope_key_sha256", ToHex(c.envelope_key_sha256))
      .Text("boot", ToHex(c.boot.bytes))
      .U64("boot_counter", c.boot_counter)
      .U64("head_counter", c.head_counter)
      .Text("head_hash", ToHex(c.head_hash))
      .Raw("confinement", layers.Finish())
      .Text("key_sources", KeySourceNames(c.key_sources))
      .U64("key_epoch", c.key_epoch)
      .Text("rollback", NameOf(c.rollback))
      .Text("verifier_nonce", ToHex(c.verifier_nonce))
      .Finish();
}

}  // namespace passport::claims
