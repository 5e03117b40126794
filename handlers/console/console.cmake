# The pages: every file of this folder and two libraries from npm, compressed
# and made one C table (console.h).  A new page needs no line here.
set(console_c ${CMAKE_BINARY_DIR}/generated/console_files.c)
set(console_rows "")
set(console_files "")
if(CONSOLE)
  find_program(NPM npm)
  if(NOT NPM)
    message(FATAL_ERROR "The console needs npm to fetch its two libraries: install Debian's npm, "
                        "or build without pages with -DCONSOLE=OFF")
  endif()
  find_program(GZIP gzip REQUIRED)
  set(here ${CMAKE_CURRENT_LIST_DIR})
  set(packages ${CMAKE_BINARY_DIR}/console)
  set(preact ${packages}/node_modules/preact/dist/preact.module.js)
  set(htm ${packages}/node_modules/htm/dist/htm.module.js)
  # Locked, and only again when the lock has changed.
  add_custom_command(OUTPUT ${preact} ${htm}
    DEPENDS ${here}/package.json ${here}/package-lock.json
    COMMAND ${CMAKE_COMMAND} -E make_directory ${packages}
    COMMAND ${CMAKE_COMMAND} -E copy ${here}/package.json ${here}/package-lock.json ${packages}
    COMMAND ${NPM} ci --prefix ${packages} --ignore-scripts --no-audit --no-fund --silent
    COMMAND ${CMAKE_COMMAND} -E touch ${preact} ${htm}
    COMMENT "Fetching the libraries of the console" VERBATIM)
  file(GLOB console_files CONFIGURE_DEPENDS ${here}/*.html ${here}/*.css ${here}/*.js ${here}/*.mjs
    ${here}/*.json ${here}/*.svg ${here}/*.png ${here}/*.webmanifest)
  list(FILTER console_files EXCLUDE REGEX "package(-lock)?[.]json$")
  foreach(file IN LISTS console_files)
    get_filename_component(name ${file} NAME)
    list(APPEND console_rows ${name}=${file})
  endforeach()
  list(APPEND console_rows preact.mjs=${preact} htm.mjs=${htm})
  list(APPEND console_files ${preact} ${htm})
endif()
string(REPLACE ";" "|" console_rows "${console_rows}")
add_custom_command(OUTPUT ${console_c}
  DEPENDS ${console_files} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  COMMAND ${CMAKE_COMMAND} -DROWS=${console_rows} -DOUT=${console_c} -DGZIP=${GZIP}
          -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  VERBATIM)
