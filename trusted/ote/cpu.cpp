#include "trusted/ote/cpu.h"

namespace passport::ote {

bool CpuSupported() { return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul"); }

}  // namespace passport::ote
