#include "clients/html/charset.hpp"

#include "base/encoding.hpp"
#include "clients/html/prescan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <iconv.h>

namespace html {

namespace {

struct encoding {
  std::string_view name;   ///< of the standard
  const char* iconv;       ///< what iconv calls it; nullptr: read here
  std::string_view labels; ///< lower case, between spaces
};

// https://encoding.spec.whatwg.org/#names-and-labels: `latin1` is windows-1252 there, `gb2312` is GBK, and so on. For
// each the converter that covers what pages hold: CP932 for Shift_JIS, UHC for EUC-KR, GB18030 for GBK.
constexpr encoding encodings[] = {
  {"UTF-8", nullptr, " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 "},
  {"windows-1252", nullptr,
   " windows-1252 iso-8859-1 latin1 us-ascii ascii ansi_x3.4-1968 cp1252 cp819 csisolatin1 ibm819 iso-ir-100 iso8859-1 "
   "iso88591 iso_8859-1 iso_8859-1:1987 l1 x-cp1252 x-user-defined "},
  {"IBM866", "CP866", " ibm866 866 cp866 csibm866 "},
  {"ISO-8859-2", "ISO-8859-2",
   " iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2 "},
  {"ISO-8859-3", "ISO-8859-3",
   " iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 "},
  {"ISO-8859-4", "ISO-8859-4",
   " iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4 "},
  {"ISO-8859-5", "ISO-8859-5",
   " iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 "},
  {"ISO-8859-6", "ISO-8859-6",
   " iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 "
   "iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 "},
  {"ISO-8859-7", "ISO-8859-7",
   " iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
   "iso_8859-7:1987 "
   "sun_eu_greek "},
  {"ISO-8859-8", "ISO-8859-8",
   " iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
   "iso_8859-8:1988 visual iso-8859-8-i csiso88598i logical "},
  {"ISO-8859-10", "ISO-8859-10", " iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6 "},
  {"ISO-8859-13", "ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
  {"ISO-8859-14", "ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
  {"ISO-8859-15", "ISO-8859-15", " iso-8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9 "},
  {"ISO-8859-16", "ISO-8859-16", " iso-8859-16 "},
  {"KOI8-R", "KOI8-R", " koi8-r cskoi8r koi koi8 koi8_r "},
  {"KOI8-U", "KOI8-U", " koi8-u koi8-ru "},
  {"macintosh", "MACINTOSH", " macintosh csmacintosh mac x-mac-roman "},
  {"windows-874", "CP874", " windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 "},
  {"windows-1250", "CP1250", " windows-1250 cp1250 x-cp1250 "},
  {"windows-1251", "CP1251", " windows-1251 cp1251 x-cp1251 "},
  {"windows-1253", "CP1253", " windows-1253 cp1253 x-cp1253 "},
  {"windows-1254", "CP1254",
   " windows-1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
   "x-cp1254 "},
  {"windows-1255", "CP1255", " windows-1255 cp1255 x-cp1255 "},
  {"windows-1256", "CP1256", " windows-1256 cp1256 x-cp1256 "},
  {"windows-1257", "CP1257", " windows-1257 cp1257 x-cp1257 "},
  {"windows-1258", "CP1258", " windows-1258 cp1258 x-cp1258 "},
  {"x-mac-cyrillic", "MAC-CYRILLIC", " x-mac-cyrillic x-mac-ukrainian "},
  {"GBK", "GB18030", " gbk chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk "},
  {"gb18030", "GB18030", " gb18030 "},
  {"Big5", "BIG5-HKSCS", " big5 big5-hkscs cn-big5 csbig5 x-x-big5 "},
  {"EUC-JP", "EUC-JP-MS", " euc-jp cseucpkdfmtjapanese x-euc-jp "},
  {"ISO-2022-JP", "ISO-2022-JP", " iso-2022-jp csiso2022jp "},
  {"Shift_JIS", "CP932", " shift_jis csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis "},
  {"EUC-KR", "UHC",
   " euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 "},
  // Encodings in which a text can be hidden from who looks at its bytes; browsers read none of it either.
  {"replacement", nullptr, " replacement csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr "},
  {"UTF-16BE", "UTF-16BE", " utf-16be unicodefffe "},
  {"UTF-16LE", "UTF-16LE", " utf-16le utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff "},
};

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

const encoding* find_encoding(std::string_view name) {
  const auto at = std::ranges::find(encodings, name, &encoding::name);
  return at == std::ranges::end(encodings) ? nullptr : &*at;
}

/// Bytes 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); the others stand for themselves.
constexpr std::array<std::uint16_t, 32> windows_1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                     0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
      continue;
    }
    const std::uint16_t code = byte < 0xA0 ? windows_1252[byte - 0x80U] : byte;
    if (code >= 0x800) {
      out += static_cast<char>(0xE0U | (code >> 12U));
      out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    } else {
      out += static_cast<char>(0xC0U | (code >> 6U));
    }
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
  return out;
}

/// iconv's converter as a value that ends itself.
class converter {
public:
  explicit converter(const char* from) : handle_(::iconv_open("UTF-8", from)) {}
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() {
    if (is_there())
      ::iconv_close(handle_);
  }
  [[nodiscard]] bool is_there() const noexcept { return handle_ != reinterpret_cast<iconv_t>(-1); }

  /// `unit`: bytes that are passed over where nothing can be read.
  [[nodiscard]] std::string convert(std::string_view bytes, std::size_t unit) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 2);
    std::array<char, 16 * 1024> buffer{};
    auto* in = const_cast<char*>(bytes.data()); // iconv's type; it only reads
    auto left = bytes.size();
    const auto step = [&](char** from) {
      auto* to = buffer.data();
      auto room = buffer.size();
      const auto how = ::iconv(handle_, from, from == nullptr ? nullptr : &left, &to, &room);
      const int fault = how == static_cast<std::size_t>(-1) ? errno : 0;
      out.append(buffer.data(), buffer.size() - room);
      return fault;
    };
    while (left > 0) {
      const int fault = step(&in);
      if (fault == 0 || fault == E2BIG)
        continue;
      out += replacement_character; // not text (EILSEQ), or the end of the bytes within a character (EINVAL)
      const auto passed = std::min(fault == EINVAL ? left : unit, left);
      in += passed;
      left -= passed;
    }
    step(nullptr); // a letter that waits for its accent
    return out;
  }

private:
  iconv_t handle_;
};

struct byte_order_mark {
  std::string_view bytes;
  std::string_view encoding;
};
constexpr std::array<byte_order_mark, 3> marks{
  {{"\xEF\xBB\xBF", "UTF-8"}, {"\xFE\xFF", "UTF-16BE"}, {"\xFF\xFE", "UTF-16LE"}}};

/// A byte that is replaced becomes three; of a well-formed text those are the NULs only.
bool is_utf8(std::string_view bytes) {
  const auto nuls = static_cast<std::size_t>(std::ranges::count(bytes, '\0'));
  return base::to_clean_utf8(bytes).size() == bytes.size() + 2 * nuls;
}

} // namespace

std::optional<std::string_view> encoding_of_label(std::string_view label) {
  constexpr std::string_view space = " \t\n\r\f";
  label.remove_prefix(std::min(label.find_first_not_of(space), label.size()));
  label = label.substr(0, label.find_last_not_of(space) + 1);
  constexpr std::size_t longest_label = 32;
  if (label.empty() || label.size() > longest_label || label.find_first_of(space) != std::string_view::npos)
    return std::nullopt;
  std::string padded = " " + std::string(label) + " ";
  std::ranges::transform(padded, padded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto at
    = std::ranges::find_if(encodings, [&](const auto& e) { return e.labels.find(padded) != std::string_view::npos; });
  return at == std::ranges::end(encodings) ? std::nullopt : std::optional(at->name);
}

std::string header_parameter(std::string_view header, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  for (auto at = header.find(';'); at != std::string_view::npos; at = header.find(';', at + 1)) {
    auto rest = header.substr(at + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.size() <= name.size() || !std::ranges::equal(rest.substr(0, name.size()), name, {}, lower)
        || rest[name.size()] != '=')
      continue;
    rest.remove_prefix(name.size() + 1);
    if (rest.starts_with('"'))
      return std::string(rest.substr(1, rest.find('"', 1) - 1));
    return std::string(rest.substr(0, rest.find_first_of("; \t")));
  }
  return {};
}

std::string_view encoding_of(std::string_view bytes, std::string_view content_type, markup kind) {
  for (const auto& mark : marks)
    if (bytes.starts_with(mark.bytes))
      return mark.encoding;
  if (const auto told = encoding_of_label(header_parameter(content_type, "charset")))
    return *told;
  if (kind != markup::none)
    if (const auto told = prescan(bytes, kind))
      return *told;
  return is_utf8(bytes) ? "UTF-8" : "windows-1252";
}

std::string to_utf8(std::string_view bytes, std::string_view encoding) {
  for (const auto& mark : marks)
    if (mark.encoding == encoding && bytes.starts_with(mark.bytes))
      bytes.remove_prefix(mark.bytes.size());
  if (encoding == "UTF-8")
    return base::to_clean_utf8(bytes);
  if (encoding == "replacement")
    return bytes.empty() ? std::string{} : std::string(replacement_character);
  const auto* known = find_encoding(encoding);
  if (known != nullptr && known->iconv != nullptr) {
    if (converter from(known->iconv); from.is_there())
      return base::to_clean_utf8(from.convert(bytes, encoding.starts_with("UTF-16") ? 2 : 1));
  }
  return base::to_clean_utf8(from_windows_1252(bytes));
}

} // namespace html
