// The supervisor in a process of its own, with less patience than passportd has.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/signalfd.h>

#include <csignal>

#include "tests/boundary/child.h"
#include "trusted/launcher/supervisor.h"

namespace passport::boundary {
namespace {

using launcher::End;
using process::Descriptor;

// Supervises `image` and the fake host in `mode`, as root or not, and gives the supervisor's end.
Ending Supervise(const std::string& image_path, const std::string& mode) {
  return InChild([&] {
    launcher::Options options;
    options.host_path = BOUNDARY_FAKE_HOST;
    options.host_arguments = {mode};
    options.development = true;
    launcher::Programs programs;
    programs.enclave = process::MeasureImage("passport-enclave", image_path).value();
    programs.host = Descriptor(open(BOUNDARY_FAKE_HOST, O_PATH | O_CLOEXEC));
    sigset_t signals;
    sigemptyset(&signals);
    const Descriptor wanted(signalfd(-1, &signals, SFD_CLOEXEC));
    launcher::Supervisor supervisor(
        {.options = options,
         .programs = programs,
         .signals = wanted,
         .pace = {.delay_first_ms = 1, .delay_max_ms = 2, .quick_deaths_max = 4}});
    return static_cast<int>(supervisor.Run());
  });
}

TEST(Supervisor, GivesUpOnAHostThatNeverLasts) {
  EXPECT_EQ(Supervise(PASSPORT_ENCLAVE, "no such mode"), (Ending{false, static_cast<int>(End::kCrashLoop)}));
}

TEST(Supervisor, GivesUpAtOnceOnAnImageThatCannotRun) {
  EXPECT_EQ(Supervise(PASSPORT_SOURCE_DIR "/README.md", "hello"),
            (Ending{false, static_cast<int>(End::kFinal)}));
}

}  // namespace
}  // namespace passport::boundary
