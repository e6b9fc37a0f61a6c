// Where the parts of the core put what they want done: the effects of the call in progress.
#pragma once

#include "edl/base/events.h"
#include "edl/base/ids.h"
#include "edl/generated/effects.h"

namespace passport::core {

// One per core. Begin and End bracket a call; nothing outside a call can have effects.
class Outbox {
 public:
  void Begin(edl::Effects& effects) { effects_ = &effects; }
  void End() { effects_ = nullptr; }
  edl::Effects& operator*() { return Current(); }
  edl::Effects* operator->() { return &Current(); }

  void Log(Event event, const RequestId& request, PartyIndex party, std::uint64_t value) {
    Current().Log(static_cast<std::uint16_t>(event), request.bytes, party.value, value);
  }

 private:
  edl::Effects& Current() {
    PASSPORT_CHECK(effects_ != nullptr);
    return *effects_;
  }
  edl::Effects* effects_ = nullptr;
};

}  // namespace passport::core
