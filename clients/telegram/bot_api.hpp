#pragma once

#include "base/secret.hpp"
#include "clients/http/transfer.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace telegram {

/// Where the Bot API is, and as whom.
struct bot {
  std::string base_url; ///< `https://api.telegram.org`, without a slash at the end
  base::secret token;
};

/// Whether that can be a token: digits, a colon, letters.
[[nodiscard]] bool is_token(std::string_view text);

/// The request for a method. The token is in its address: it goes to no log.
[[nodiscard]] net::request call(const bot& b, std::string_view method, const boost::json::object& arguments,
                                std::chrono::seconds time = std::chrono::seconds{30});
/// The request for a file, by the `file_path` that getFile answers.
[[nodiscard]] net::request download(const bot& b, std::string_view file_path, std::uint64_t most_bytes);

/// What an answer means to the caller.
enum class meaning {
  ok,
  flood,          ///< 429: wait `retry_after`
  second_poller,  ///< 409: somebody else polls, or a webhook is set
  bad_token,      ///< 401, 404
  forbidden,      ///< 403: the bot was blocked or removed
  bad_formatting, ///< 400: the HTML is not understood
  not_modified,   ///< 400: an edit that changes nothing
  refused,        ///< any other 400
  away            ///< no answer, 5xx, or one that is not of the Bot API: try again later
};

struct answer {
  telegram::meaning meaning = telegram::meaning::away;
  boost::json::value result; ///< ok
  std::string description;   ///< else: one sentence, without the token
  std::chrono::seconds retry_after{0};
};

[[nodiscard]] answer read(const bot& b, const net::response& response);

/// A chat's id as the API takes it: a number, or the @name of a channel.
[[nodiscard]] boost::json::value id_value(std::string_view chat_id);

/// Arguments of sendMessage.
[[nodiscard]] boost::json::object message(std::string_view chat_id, std::string_view text, bool html);

} // namespace telegram
