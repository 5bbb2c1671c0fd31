# Libraries of the system, and those that ./dev setup put into .deps.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.88 REQUIRED) # Debian's libcurl4-gnutls-dev
find_package(PostgreSQL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED) # time zones, from the machine's tzdata

function(oai_imported name header)
  cmake_parse_arguments(arg "" "" "LIBS;HINTS" ${ARGN})
  find_path(OAI_${name}_INCLUDE ${header} HINTS ${arg_HINTS} PATH_SUFFIXES include REQUIRED)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${OAI_${name}_INCLUDE})
  foreach(lib IN LISTS arg_LIBS)
    find_library(OAI_${lib}_LIBRARY ${lib} HINTS ${arg_HINTS} PATH_SUFFIXES lib REQUIRED)
    target_link_libraries(${name} INTERFACE ${OAI_${lib}_LIBRARY})
  endforeach()
endfunction()

oai_imported(caf caf/all.hpp LIBS caf_core)
target_link_libraries(caf INTERFACE Threads::Threads)
oai_imported(argon2 argon2.h LIBS argon2)
oai_imported(tomlplusplus toml++/toml.h)
oai_imported(gumbo gumbo.h LIBS gumbo)
oai_imported(cmark_gfm cmark-gfm.h LIBS cmark-gfm-extensions cmark-gfm)
oai_imported(utf8proc utf8proc.h LIBS utf8proc)
oai_imported(pqxx pqxx/pqxx LIBS pqxx HINTS ${OAI_DEPS_DIR}/libpqxx)
target_link_libraries(pqxx INTERFACE PostgreSQL::PostgreSQL)

# Every macro that changes a class of cpp-httplib stands here and nowhere else: two settings in one program break the one-definition rule.
oai_imported(httplib httplib.h HINTS ${OAI_DEPS_DIR}/cpp-httplib)
target_compile_definitions(httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_USE_POLL
  CPPHTTPLIB_LISTEN_BACKLOG=1024 CPPHTTPLIB_KEEPALIVE_TIMEOUT_CHECK_INTERVAL_USECOND=100000)
target_link_libraries(httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB Threads::Threads)
