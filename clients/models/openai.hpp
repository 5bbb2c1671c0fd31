#pragma once

#include "clients/models/dialect.hpp"

#include <memory>
#include <string_view>

/// OpenAI's Chat Completions, also as OpenRouter and servers like Ollama, llama.cpp and vLLM speak it
/// (developers.openai.com/api/docs/api-reference/chat, the types of openai/openai-node, openrouter.ai/docs: api-reference,
/// use-cases/reasoning-tokens, use-cases/usage-accounting; read 2026-11-25). `a` is any api but anthropic.
namespace models::openai {

/// POST /chat/completions. A base URL ends with the version (`…/v1`).
[[nodiscard]] http_call make_call(api a, const request& r);
[[nodiscard]] std::unique_ptr<decoder> make_decoder(const request& r);
[[nodiscard]] reply read_answer(const request& r, std::string_view body);
/// `{"error":{"message","type","code"}}`, OpenRouter's `{"error":{"code":429,"message","metadata"}}`, and what other servers
/// make of it.
[[nodiscard]] provider_error read_error(int status, std::string_view body);

/// The error in a body or a chunk, where there is one; its status, unless `status` says it, after its code.
[[nodiscard]] std::optional<provider_error> find_error(const boost::json::object& in, int status);

} // namespace models::openai
