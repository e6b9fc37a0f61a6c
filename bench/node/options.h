// What bench_node is asked to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "tools/client/http.h"

namespace passport::bench {

struct Options {
  std::vector<client::Url> urls;  // clients are spread over them
  std::size_t accounts = 100;
  std::size_t clients = 4;  // each with its own connection, AES key and header sets
  std::size_t threads = 1;  // the clients are spread over them
  std::chrono::duration<double> warmup{1};
  std::chrono::duration<double> time{10};
  double rate = 0;  // requests a second of all clients together; 0: as fast as they are answered
  std::chrono::milliseconds patience{30'000};  // for one answer
  bool json = false;
};

// Nothing after --help, which prints the options. Throws std::exception with a sentence for the operator.
std::optional<Options> ReadOptions(int argc, char** argv);

}  // namespace passport::bench
