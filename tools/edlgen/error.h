// The one way a wrong .edl file is refused: an exception that says file, line and reason.
#pragma once

#include <stdexcept>
#include <string>

namespace passport::edlgen {

// A file given to the generator. The path is only named in errors; its stem names the generated files.
struct Source {
  std::string path;
  std::string text;
};

class Error : public std::runtime_error {
 public:
  Error(const std::string& path, int line, const std::string& reason)
      : std::runtime_error(path + ":" + std::to_string(line) + ": " + reason) {}
};

}  // namespace passport::edlgen
