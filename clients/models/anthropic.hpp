#pragma once

#include "clients/models/dialect.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

/// Anthropic's Messages API, version 2023-06-01 (platform.claude.com/docs/en/api/messages and build-with-claude/streaming, and
/// the types of anthropics/anthropic-sdk-typescript; read 2026-11-25).
namespace models::anthropic {

inline constexpr std::string_view version = "2023-06-01";

/// The API wants a bound for each answer. Reasoning counts, so it is not small; a model that is known to do less gets its own.
inline constexpr std::int64_t default_max_tokens = 32'000;

/// POST /v1/messages. Tools, system prompt, the end of the earlier turns and (where tools may lead to another call) the end of
/// the conversation are marked for the provider's cache: at most the four marks that it takes.
[[nodiscard]] http_call make_call(const request& r);
[[nodiscard]] std::unique_ptr<decoder> make_decoder(const request& r);
[[nodiscard]] reply read_answer(const request& r, std::string_view body);
/// `{"type":"error","error":{"type","message"}}`, or whatever else came with that status.
[[nodiscard]] provider_error read_error(int status, std::string_view body);

} // namespace models::anthropic
