#pragma once

#include "clients/html/charset.hpp"

namespace html {

/// How far into a text its own word on its encoding is looked for.
inline constexpr std::size_t prescan_bytes = 1'024;

/// What the first bytes of a page say of their encoding, in `<meta charset>`, `<meta http-equiv=content-type>` or an XML
/// declaration (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding).
[[nodiscard]] std::optional<std::string_view> prescan(std::string_view bytes, markup kind);

/// The charset that a text such as `text/html; charset=utf-8` names
/// (https://html.spec.whatwg.org/#algorithm-for-extracting-a-character-encoding-from-a-meta-element); empty if none.
[[nodiscard]] std::string_view charset_in(std::string_view content);

} // namespace html
