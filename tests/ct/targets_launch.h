// The targets of ct_launch: keys on their way from passportd into the core, and the link back.
#pragma once

namespace passport::ct {

void LaunchKeys();
void LaunchInformation();
void PlatformLink();

}  // namespace passport::ct
