// The enclave's image: copied into a sealed memfd while it is hashed, so that what was measured is what runs.
#pragma once

#include <string>

#include "edl/base/bytes.h"
#include "trusted/launcher/descriptor.h"
#include "trusted/launcher/say.h"

namespace passport::launcher {

struct Image {
  Descriptor file;       // for execveat with AT_EMPTY_PATH
  Hash32 measurement{};  // SHA-256 of the bytes
  int memfd_error = 0;   // 0: `file` is a sealed memfd of mode 0111; else why it is the file on disk
};

// Falls back to the file itself, hashed and later executed through one descriptor, only where the kernel
// refuses an executable memfd; the file must then be writable by its owner alone, root or this user.
Result<Image, Problem> MeasureImage(const std::string& path);

}  // namespace passport::launcher
