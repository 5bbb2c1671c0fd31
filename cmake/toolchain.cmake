# Compiler, linker and cache settings for our own code.

option(OAI_PCH "Share one precompiled header between the folders that speak CAF" ON)

find_program(OAI_CCACHE ccache)
if(OAI_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths become relative to the build folder, so that clones (and build folders of equal depth) share their hits.
  cmake_path(IS_PREFIX CMAKE_SOURCE_DIR ${CMAKE_BINARY_DIR} NORMALIZE inside)
  set(base_dir /)
  if(inside)
    set(base_dir ${CMAKE_SOURCE_DIR})
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${base_dir} CCACHE_NOHASHDIR=1 ${OAI_CCACHE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-fpch-preprocess) # ccache can follow a precompiled header only with it
endif()
find_program(OAI_MOLD mold)
if(OAI_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Everything that we wrote links to this; generated and foreign code does not have to.
add_library(our_code INTERFACE)
target_include_directories(our_code INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(our_code INTERFACE -Wall -Wextra -Wpedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU) # clang builds the fuzz targets only, and has opinions of its own
  target_compile_options(our_code INTERFACE -Werror -Wno-maybe-uninitialized) # g++ 12 at -O2 warns of moves of std::variant
endif()
