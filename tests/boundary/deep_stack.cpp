#include "tests/boundary/deep_stack.h"

#include "tests/unit/ot/whole.h"
#include "trusted/mul/rvole.h"
#include "trusted/platform/arena.h"
#include "trusted/platform/arena_stack.h"
#include "trusted/platform/process_arena.h"

namespace passport::boundary {
namespace {

constexpr PartyIndex kLower{1};
constexpr PartyIndex kHigher{2};
// Below the frame of who asks: frames of what it calls to ask.
constexpr std::size_t kOwnBytes = 2048;
// The rest of the stack is that of main and its callers.
constexpr std::size_t kLookedAtBytes = platform::kArenaStackBytes - (std::size_t{64} << 10);

[[gnu::noinline]] void Multiply(const ot::PairSetup& lower, const ot::PairSetup& higher, crypto::Rng& rng) {
  const mul::Gadget gadget(lower.ctx_as_alice);
  const Hash32 ssid = rng.Array<32>();
  mul::Shares inputs;
  for (curve::SecretScalar& input : inputs) input.ExposeMutable() = curve::Scalar::Random(rng);
  mul::BobStarted bob = mul::StartBob(higher.as_bob, gadget, ssid, rng);
  const auto alice = mul::RespondAlice(lower.as_alice, gadget, ssid, inputs, bob.message, kHigher, rng);
  PASSPORT_CHECK(alice.ok());
  const mul::MultiplyMessage& message = alice.value().message;
  PASSPORT_CHECK(mul::FinishBob(std::move(bob.state), higher.as_bob, gadget, ssid, message, kLower).ok());
}

[[gnu::noinline]] void RunProtocols() {
  crypto::SystemRng rng;
  const ot::SetupRoster roster{{}, 1, {kLower, 0, {}}, {kHigher, 0, {}}};
  auto hello = ot::StartLower(roster, rng);
  auto reply = ot::RespondHigher(roster, std::move(hello.out), rng).value();
  auto finish = ot::FinishLower(std::move(hello.next), std::move(reply.out), rng).value();
  auto confirm = ot::FinishHigher(std::move(reply.next), std::move(finish.out)).value();
  const ot::PairSetup lower = ot::ConfirmLower(std::move(finish.next), confirm.out).value();
  Multiply(lower, confirm.next, rng);
}

// How far below the caller the stack is not as the end of it, which no call reaches.
[[gnu::noinline]] std::size_t DepthOfTraces() {
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto* const here = reinterpret_cast<const volatile platform::StackWord*>(frame & ~std::uintptr_t{7});
  constexpr std::ptrdiff_t kOwnWords = kOwnBytes / sizeof *here;
  std::ptrdiff_t depth = kLookedAtBytes / sizeof *here;
  const platform::StackWord nobodys = here[-depth];
  PASSPORT_CHECK(nobodys != 0);
  while (depth > kOwnWords && here[-depth] == nobodys) --depth;
  return depth > kOwnWords ? static_cast<std::size_t>(depth) * sizeof *here : 0;
}

}  // namespace

void WipeAfterProtocols() {
  RunProtocols();
  PASSPORT_CHECK(DepthOfTraces() > 16'384);  // or the next lines show nothing
  platform::WipeArenaStack();
  PASSPORT_CHECK(DepthOfTraces() == 0);
}

}  // namespace passport::boundary
