// edlgen: reads the two .edl files of the boundary and writes the code and lists that follow from them.
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/edlgen/emit.h"

namespace passport::edlgen {
namespace {

constexpr const char* kUsage =
    "usage: edlgen --out FOLDER [--namespace NAME] [--include FOLDER] CALLS.edl EFFECTS.edl\n"
    "       edlgen --markdown CALLS.edl EFFECTS.edl\n";

Source ReadSource(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(path, 0, "cannot be read");
  return {path, text.str()};
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw Error(path, 0, "cannot be written");
}

int Main(const std::vector<std::string>& arguments) {
  Options options;
  std::string folder;
  bool markdown = false;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool has_value = argument == "--out" || argument == "--namespace" || argument == "--include";
    if (has_value && i + 1 < arguments.size()) {
      (argument == "--out"       ? folder
       : argument == "--include" ? options.include
                                 : options.name_space) = arguments[++i];
    } else if (argument == "--markdown") {
      markdown = true;
    } else {
      paths.push_back(argument);
    }
  }
  if (paths.size() != 2 || paths[0].starts_with("-") || markdown != folder.empty()) {
    std::cerr << kUsage;
    return 2;
  }
  const Surface surface = Load(ReadSource(paths[0]), ReadSource(paths[1]));
  if (markdown) std::cout << SurfaceMarkdown(surface);
  if (!folder.empty())
    for (const OutputFile& file : Generate(surface, options)) WriteFile(folder + "/" + file.name, file.text);
  return 0;
}

}  // namespace
}  // namespace passport::edlgen

int main(int argc, char** argv) {
  try {
    return passport::edlgen::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
