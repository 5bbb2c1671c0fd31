#pragma once

#include "clients/http/url.hpp"
#include "tools/tool.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// The parts of the tool `web` (web.cpp): pages (web_page.cpp) and searches (web_search.cpp).
namespace tools {

/// Where the engines of search are, and bounds; a test sets its own.
struct web_settings {
  std::string duckduckgo = "https://html.duckduckgo.com/html/";
  std::string brave = "https://api.search.brave.com/res/v1/web/search";
  std::chrono::milliseconds time{30'000};         ///< of one call, redirects and all
  std::uint64_t max_page_bytes = 8 * 1024 * 1024; ///< after decompression
};

/// Redirects that one call follows.
inline constexpr int max_web_redirects = 5;

/// Whether the address lies on a site of the caller's list: tier 1.
[[nodiscard]] bool is_trusted(const net::url& where, const caller& by);

/// The site that an approval of `where` is bound to: its host, with the port where that is not the usual one.
[[nodiscard]] std::string site_of(const net::url& where);

/// Whether who allowed `allowed` has allowed `where` too: the same site, with or without `www.`.
[[nodiscard]] bool is_same_site(const net::url& allowed, const net::url& where);

/// Sends a request of the tool: sets its bounds of time from the call's, answers only what came whole.
/// Throws failure_error with the sentence for the model.
[[nodiscard]] net::response fetch_whole(net::request what, tool_context& context, const web_settings& settings,
                                        std::chrono::steady_clock::time_point until);

/// Fetches and reads the page at `where`, which is allowed.
[[nodiscard]] tool_result fetch_page(const net::url& where, std::size_t max_characters, tool_context& context,
                                     const web_settings& settings);

/// Asks the engine that the settings name.
[[nodiscard]] tool_result search_web(const std::string& query, tool_context& context, const web_settings& settings);

/// The tool itself, with other settings than the usual ones.
[[nodiscard]] std::unique_ptr<tool> web_tool_with(web_settings settings);

} // namespace tools
