#pragma once

#include "clients/http/curl_handle.hpp"
#include "clients/http/transfer.hpp"

#include <optional>
#include <string>

namespace net {

/// Bounds of what is sent.
inline constexpr std::size_t max_request_headers = 100;
inline constexpr std::size_t max_request_head_bytes = 64 * 1024;
inline constexpr std::size_t max_request_body_bytes = 64 * 1024 * 1024; // a model's request with images and PDFs

/// What is wrong with the request's method, headers and body, as one sentence without the values: names that are no tokens,
/// values that hold line ends, headers that are ours to set (Host, Content-Length, Connection and their like).
[[nodiscard]] std::optional<std::string> reason_against(const request& what);

/// The header lines, credentials and our own ones included.
[[nodiscard]] curl_list header_lines(const request& what);

} // namespace net
