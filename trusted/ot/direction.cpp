#include "trusted/ot/direction.h"

namespace passport::ot {

protocol::Outcome<std::optional<BobSide>> BobSteps::Step(crypto::Rng& rng) {
  PASSPORT_TRY(std::optional<BaseOtSent> sent, answer_.Step(rng));
  if (!sent) return std::optional<BobSide>();
  PprfBuilt built = BuildPprf(context_, sent->pads);
  return std::optional(BobSide{std::move(built.seeds), std::move(sent->message), std::move(built.message)});
}

protocol::Outcome<std::optional<SenderSeeds>> AliceSteps::Step() {
  PASSPORT_TRY(std::optional<BaseOtReceived> received, finish_.Step());
  if (!received) return std::optional<SenderSeeds>();
  PASSPORT_TRY(SenderSeeds seeds,
               EvaluatePprf(context_, std::move(received->pads), std::move(received->choices), pprf_, bob_));
  return std::optional(std::move(seeds));
}

}  // namespace passport::ot
