#include "tests/fuzz/model_stream.hpp"

/// Any bytes as what Anthropic's API sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model_stream::try_all(models::api::anthropic, {reinterpret_cast<const char*>(data), size});
  return 0;
}
