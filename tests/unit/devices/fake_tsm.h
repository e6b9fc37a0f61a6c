// FakeTsm: the kernel's side of one configfs-tsm entry, over named pipes.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "edl/base/bytes.h"

namespace passport::devices {

// A folder `report` with the entry that passport-platform makes. Pipes make the order certain: what is
// written into inblob has been taken, and counted, before outblob can be opened.
class FakeTsm {
 public:
  struct Script {
    std::string provider = "sev_guest\n";
    Bytes report;
    Bytes certificates;
    int quotes = 1;             // how many are asked for, all in all
    int foreign_writes_in = 0;  // the first so many of them are disturbed by somebody else's write
  };
  explicit FakeTsm(Script script);
  ~FakeTsm();  // ends it, done or not
  FakeTsm(const FakeTsm&) = delete;
  FakeTsm& operator=(const FakeTsm&) = delete;

  std::string folder() const { return folder_ + "/report"; }
  // What was written to inblob; after the last quote.
  const Bytes& asked() const { return asked_; }

 private:
  void Serve();
  Bytes ReadPipe(const std::string& path) const;
  void SetGeneration(int value) const;
  std::string Attribute(const char* name) const { return folder_ + "/report/passport-platform/" + name; }

  Script script_;
  std::string folder_;
  Bytes asked_;
  std::atomic<bool> stop_ = false;
  std::thread kernel_;
};

}  // namespace passport::devices
