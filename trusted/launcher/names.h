// What passportd uses of trusted/process under its own name.
#pragma once

#include "trusted/process/await.h"
#include "trusted/process/helper.h"
#include "trusted/process/say.h"
#include "trusted/process/small_file.h"
#include "trusted/process/spawn.h"

namespace passport::launcher {

using process::AwaitEnd;
using process::Child;
using process::Confined;
using process::Descriptor;
using process::ErrorText;
using process::FirstReadable;
using process::Helper;
using process::Image;
using process::kHelperMs;
using process::NowMs;
using process::Problem;
using process::Program;
using process::ReadSmallFile;
using process::Say;
using process::WriteNewFile;

}  // namespace passport::launcher
