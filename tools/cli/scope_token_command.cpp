// passport scope token: an operator's word that a developer may create scopes in a closed network.
#include <iostream>

#include "edl/base/uuid.h"
#include "tools/cli/command.h"
#include "tools/cli/files.h"
#include "tools/cli/operator_key.h"
#include "tools/cli/problem.h"
#include "trusted/json/write.h"
#include "trusted/peer/manifest.h"

namespace passport::cli {

int ScopeToken(const Command& self, const Arguments& arguments) {
  po::options_description options("options");
  options.add_options()("operator-key", po::value<std::string>(), "the operator's key file (needed)")(
      "party", po::value<long>(), "the number of the operator's node (needed)")(
      "network", po::value<std::string>(), "the network's id, as GET /enclave says it (needed)")(
      "owner", po::value<std::string>(), "the developer's public key: NAME_pub.der (needed)");
  const auto values = ReadOptions(self, arguments, options);
  if (!values) return 0;
  const auto network = ParseUuid(Required(*values, "network"));
  if (!network.ok()) throw UsageProblem("--network is not a network id (a UUID)");
  const long party = Optional<long>(*values, "party").value_or(0);
  if (party < 1 || party > peer::kPartiesMax) throw UsageProblem("--party is a node's number");
  const crypto::SigningKey key = LoadOperatorKey(Required(*values, "operator-key"));
  const std::string owner = ReadFile(Required(*values, "owner"));
  const auto signature = key.Sign(peer::ScopeTokenStatement(network.value(), AsBytes(owner)));
  const std::string token = json::ObjectWriter()
                                .U64("party", static_cast<std::uint64_t>(party))
                                .Text("signature", ToHex(signature))
                                .Finish();
  std::cout << json::ObjectWriter().Raw("operator_token", token).Finish() << std::endl;
  return 0;
}

}  // namespace passport::cli
