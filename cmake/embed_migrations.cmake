# cmake -D SOURCE=migrations -D OUTPUT=file.cpp -P embed_migrations.cmake
include(${CMAKE_CURRENT_LIST_DIR}/incbin.cmake)

set(bytes "")
set(functions "")
foreach(database aide brain)
  file(GLOB files ${SOURCE}/${database}/*.sql) # sorted by name, and the names begin with four digits
  set(rows "")
  set(count 0)
  foreach(file IN LISTS files)
    cmake_path(GET file FILENAME filename)
    if(NOT filename MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
      message(FATAL_ERROR "${file}: a migration is called NNNN_what_it_does.sql (lower case, digits, _)")
    endif()
    set(name ${CMAKE_MATCH_2})
    string(REGEX REPLACE "^0+([0-9])" "\\1" number ${CMAKE_MATCH_1})
    set(symbol oai_migration_${database}_${number})
    oai_incbin(text ${symbol} ${file})
    string(APPEND bytes "${text}")
    string(APPEND rows "    {${number}, \"${name}\", {${symbol}, ${symbol}_end}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND functions "std::span<const embedded_migration> ${database}_migrations() {\n")
  if(count GREATER 0)
    string(APPEND functions "  static const std::array<embedded_migration, ${count}> all{{\n${rows}  }};\n  return all;\n}\n\n")
  else()
    string(APPEND functions "  return {};\n}\n\n")
  endif()
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/embed_migrations.cmake.
#include \"storage/embedded_migrations.hpp\"

#include <array>

${bytes}
namespace storage {

${functions}} // namespace storage
")
