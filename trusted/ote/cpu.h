// Whether this processor has the instructions that OT extension is written in.
#pragma once

namespace passport::ote {

// AES-NI and PCLMULQDQ, asked once at start: a node without them refuses to run. There is no table-based
// fallback, because its timing would depend on the seeds.
bool CpuSupported();

}  // namespace passport::ote
