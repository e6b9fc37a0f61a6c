#include "tests/sim/passkey_fixture.h"

namespace passport::sim {

PasskeyWorld::PasskeyWorld()
    : world(Options{.seed = 21, .relayed = true, .presign = {.total_max = 0}}, kPasskeyConfig),
      wallet(world.network, world.client.scope, world.rng) {}

PasskeyWorld& PasskeyTest::Instance() {
  static PasskeyWorld instance;
  return instance;
}

}  // namespace passport::sim
