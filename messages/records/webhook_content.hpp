#pragma once

#include "base/errc.hpp"
#include "base/secret.hpp"
#include "messages/records/run.hpp"

#include <map>
#include <string>
#include <string_view>

/// What a webhook's delivery says, as the templates and filters of its endpoint see it.
namespace records {

/// Whether bodies of this type are taken: JSON, a form, text, a multipart form, or nothing said.
[[nodiscard]] bool is_taken(std::string_view content_type);

[[nodiscard]] bool is_multipart(std::string_view content_type);

/// A body as JSON: a form's fields as an object (one that comes more than once as an array), any other text as a string.
/// invalid: it is not what its type says, or has files.
[[nodiscard]] base::result<boost::json::value> read_content(std::string_view content_type, std::string_view body);

/// `key=value&…` as an object, as read_content says. What cannot be decoded stays as it is.
[[nodiscard]] boost::json::object read_form(std::string_view text);

/// Headers that may be kept: what may hold a secret or a proof is `***`. At most 8 KiB; names in small letters.
[[nodiscard]] boost::json::object kept_headers(const std::map<std::string, base::secret>& headers,
                                               std::string_view token_header);

/// `{body, query, headers}`. Throws nothing: a body that cannot be read is its text.
[[nodiscard]] boost::json::value document_of(const trigger_event& event);

} // namespace records
