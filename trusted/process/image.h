// A trusted image: copied into a sealed memfd while it is hashed, so that what was measured is what runs.
#pragma once

#include <string>

#include "edl/base/bytes.h"
#include "trusted/platform/confinement_record.h"
#include "trusted/process/descriptor.h"
#include "trusted/process/say.h"

namespace passport::process {

struct Image {
  std::string name;      // of the process
  Descriptor file;       // for execveat with AT_EMPTY_PATH
  Hash32 measurement{};  // SHA-256 of the bytes
  platform::LayerState
      sealed{};  // applied: `file` is a sealed memfd of mode 0111; else it is the file on disk
};

// Falls back to the file itself, hashed and later executed through one descriptor, only where the kernel
// refuses an executable memfd or the layer is left out; the file must then be writable by its owner alone,
// root or this user.
Result<Image, Problem> MeasureImage(const std::string& name, const std::string& path,
                                    platform::LayerSet without = {});

}  // namespace passport::process
