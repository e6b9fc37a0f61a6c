// Everything the generator writes, made from one checked Surface.
#pragma once

#include "tools/edlgen/surface.h"

namespace passport::edlgen {

struct Options {
  std::string name_space = "passport::edl";
  std::string include = "edl/generated";  // how the generated headers are included
};

struct OutputFile {
  std::string name;
  std::string text;
};

// All files: types, effects, dispatch, host, fuzz targets, surface JSON.
std::vector<OutputFile> Generate(const Surface& surface, const Options& options);

// The audit list, byte for byte what the schema number is the hash of.
std::string SurfaceJson(const Surface& surface);
// The first four bytes of its SHA-256, read as little endian.
std::uint32_t SchemaNumber(const Surface& surface);
// The same list as a page for people.
std::string SurfaceMarkdown(const Surface& surface);

// The parts of Generate, one file each.
void EmitTypes(const Surface& surface, const Options& options, std::vector<OutputFile>& files);
void EmitEffects(const Surface& surface, const Options& options, std::vector<OutputFile>& files);
void EmitDispatch(const Surface& surface, const Options& options, std::vector<OutputFile>& files);
void EmitHost(const Surface& surface, const Options& options, std::vector<OutputFile>& files);
void EmitFuzz(const Surface& surface, const Options& options, std::vector<OutputFile>& files);

}  // namespace passport::edlgen
