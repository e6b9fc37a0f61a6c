// Swtpm: a software TPM in a folder of its own, started and stopped by the test.
#pragma once

#include <sys/types.h>

#include <string>

namespace passport::tpm_test {

// Whether Debian's swtpm is here. Says why not, for a test that is left out.
bool HaveSwtpm();

// A fresh TPM. Power off and on again keeps what a TPM keeps: seeds and NV memory.
class Swtpm {
 public:
  Swtpm();
  ~Swtpm();
  Swtpm(const Swtpm&) = delete;
  Swtpm& operator=(const Swtpm&) = delete;

  void PowerOff();  // by SIGKILL, as if the plug was pulled; waits for its end
  void PowerOn();   // returns when its socket takes connections
  void Reboot() {
    PowerOff();
    PowerOn();
  }
  // What passport-platform calls it.
  std::string Name() const { return "swtpm:path=" + folder_ + "/tpm"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  pid_t pid_ = -1;
};

}  // namespace passport::tpm_test
