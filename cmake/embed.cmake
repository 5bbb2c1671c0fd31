# Files that travel inside the program. The bytes are taken in by the assembler (.incbin), so that their size costs no compile time.

option(OAI_UI "Build the web app into the program" ON)
set(OAI_NODE ${OAI_DEPS_DIR}/node/bin/node)

# Gives `target` storage::aide_migrations() and storage::brain_migrations().
function(oai_embed_migrations target)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/aide/*.sql ${CMAKE_SOURCE_DIR}/migrations/brain/*.sql)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded_migrations.cpp)
  # The list of names is an input of its own: a removed file must show too.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/migrations.list CONTENT "${files}\n" @ONLY)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_SOURCE_DIR}/migrations -D OUTPUT=${output} -P ${script}
    DEPENDS ${files} ${script} ${CMAKE_BINARY_DIR}/generated/migrations.list
    COMMENT "Embedding the migrations" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# Gives `target` http::ui_assets(): the web app as http/ui/build.mjs made it, or nothing if it cannot be built here.
function(oai_embed_ui target)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_ui.cmake)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded_assets.cpp)
  set(ui ${CMAKE_SOURCE_DIR}/http/ui)
  if(OAI_UI AND EXISTS ${ui}/build.mjs AND EXISTS ${ui}/node_modules AND EXISTS ${OAI_NODE})
    file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${ui}/*)
    list(FILTER inputs EXCLUDE REGEX "/http/ui/(node_modules|dist)/")
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/ui.list CONTENT "${inputs}\n" @ONLY)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -E rm -rf ${CMAKE_BINARY_DIR}/ui ${CMAKE_BINARY_DIR}/generated/ui
      COMMAND ${OAI_NODE} ${ui}/build.mjs ${CMAKE_BINARY_DIR}/ui
      COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_BINARY_DIR}/ui -D PACKED=${CMAKE_BINARY_DIR}/generated/ui -D OUTPUT=${output} -P ${script}
      DEPENDS ${inputs} ${script} ${CMAKE_BINARY_DIR}/generated/ui.list
      WORKING_DIRECTORY ${ui} COMMENT "Building the web app" VERBATIM)
  else()
    message(STATUS "The web app is left out: ./dev setup brings node and its packages")
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -P ${script}
      DEPENDS ${script} VERBATIM)
  endif()
  target_sources(${target} PRIVATE ${output})
endfunction()
