#include "trusted/platform/layers.h"

#include <algorithm>

namespace passport::platform {

std::string_view LayerName(Layer layer) {
  const auto row = std::ranges::find(kLayers, layer, &LayerRow::layer);
  return row == kLayers.end() ? "unknown layer" : row->name;
}

std::optional<Layer> FindLayer(std::string_view name) {
  const auto row = std::ranges::find(kLayers, name, &LayerRow::name);
  return row == kLayers.end() ? std::nullopt : std::optional(row->layer);
}

std::optional<Layer> FindLayer(std::uint8_t number) {
  const auto row = std::ranges::find(kLayers, static_cast<Layer>(number), &LayerRow::layer);
  return row == kLayers.end() ? std::nullopt : std::optional(row->layer);
}

}  // namespace passport::platform
