#include "tests/fuzz/model_stream.hpp"

/// Any bytes as what OpenRouter sends; OpenAI and compatible servers are read the same way, but for their lists.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  model_stream::try_all(models::api::openrouter, bytes);
  (void)models::read_models(models::api::openai, "p", bytes);
  (void)models::read_models(models::api::compatible, "p", bytes);
  return 0;
}
