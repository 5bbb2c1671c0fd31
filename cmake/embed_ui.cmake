# cmake [-D SOURCE=folder -D PACKED=folder] -D OUTPUT=file.cpp -P embed_ui.cmake
# Compresses every file below SOURCE into PACKED and writes OUTPUT. Without SOURCE there are no files.
include(${CMAKE_CURRENT_LIST_DIR}/incbin.cmake)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_json "application/json")
set(type_webmanifest "application/manifest+json")
set(type_map "application/json")
set(type_txt "text/plain; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_ico "image/x-icon")
set(type_woff2 "font/woff2")
set(type_wasm "application/wasm")

set(bytes "")
set(rows "")
set(count 0)
set(files "")
if(SOURCE)
  file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/*)
endif()
foreach(file IN LISTS files)
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(REPLACE "." "" extension "${extension}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "cmake/embed_ui.cmake has no content type for ${file}")
  endif()
  set(packed ${PACKED}/${count}.gz)
  file(MAKE_DIRECTORY ${PACKED})
  execute_process(COMMAND gzip -9nc ${SOURCE}/${file} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${SOURCE}/${file} hash)
  string(SUBSTRING ${hash} 0 16 etag)
  set(immutable false)
  if(file MATCHES "^assets/.*-[0-9A-Z]+\\.[a-z0-9]+$") # esbuild's names: assets/main-3F2A9C1B.js
    set(immutable true)
  endif()
  oai_incbin(text oai_asset_${count} ${packed})
  string(APPEND bytes "${text}")
  string(APPEND rows "    {\"/${file}\", \"${type_${extension}}\", {oai_asset_${count}, oai_asset_${count}_end}, \"\\\"${etag}\\\"\", ${immutable}},\n")
  math(EXPR count "${count} + 1")
endforeach()

if(count GREATER 0)
  set(body "  static const std::array<embedded_asset, ${count}> all{{\n${rows}  }};\n  return all;\n")
else()
  set(body "  return {};\n")
endif()
file(WRITE ${OUTPUT} "// Made by cmake/embed_ui.cmake.
#include \"http/embedded_assets.hpp\"

#include <array>

${bytes}
namespace http {

std::span<const embedded_asset> ui_assets() {
${body}}

} // namespace http
")
