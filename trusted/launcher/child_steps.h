// Steps that a child takes on itself between clone and exec. Each returns 0 or an errno.
#pragma once

#include <sys/types.h>

#include <initializer_list>

namespace passport::launcher {

// One descriptor that the next program gets: `fd` becomes number `as`.
struct Placement {
  int fd;
  int as;
  bool close_on_exec;
};

int DieWithParent();       // SIGKILL when passportd ends; repeated after a change of uid, which clears it
int ResetSignals();        // default actions, nothing blocked
int EnterEmptyRoot();      // in a mount namespace of its own: an empty read-only tmpfs as root, the old root
                           // detached
int DropBoundingSet();     // no program can ever get a capability again; needs CAP_SETPCAP
int ClearCapabilities();   // permitted, effective, inheritable and ambient
int BecomeUser(uid_t id);  // uid and gid, no other groups
int PlaceDescriptors(std::initializer_list<Placement> placements);  // and closes all others

}  // namespace passport::launcher
