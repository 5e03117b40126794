# Installing and the Debian package.  Everything is found by its kind: a new
# unit, page or sample needs no line here.
set(docdir ${CMAKE_INSTALL_PREFIX}/share/doc/hotlined)
set(etcdir ${CMAKE_INSTALL_FULL_SYSCONFDIR}/hotlined)

# ---- Manual: templates get the lists that the programs print ----------------
find_program(GZIP gzip REQUIRED)
file(GLOB pages CONFIGURE_DEPENDS conf/*.[1-8] conf/*.[1-8].in systemd/*.[1-8] systemd/*.[1-8].in)
set(page_hotlined.conf.5 hotlined --man)
set(page_hotline-procedure.5 hotlinectl --facts)
set(page_hotlinectl.1 hotlinectl --man)
set(papers "")
# One page is all list.
set(messages ${CMAKE_BINARY_DIR}/man/hotline-messages.7)
add_custom_command(OUTPUT ${messages}.gz DEPENDS hotlined
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/man
  COMMAND hotlined --messages > ${messages} COMMAND ${GZIP} -9nkf ${messages})
list(APPEND papers ${messages}.gz)
install(FILES ${messages}.gz DESTINATION ${CMAKE_INSTALL_PREFIX}/share/man/man7)
foreach(file IN LISTS pages)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "\\.in$" "" name ${name})
  set(page ${CMAKE_BINARY_DIR}/man/${name})
  if(file MATCHES "\\.in$")
    list(GET page_${name} 0 program)
    list(GET page_${name} 1 option)
    add_custom_command(OUTPUT ${page} DEPENDS ${file} ${program} systemd/page.cmake
      COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${program}> -DOPTION=${option}
              -DIN=${file} -DOUT=${page} -P ${CMAKE_SOURCE_DIR}/systemd/page.cmake)
  else()
    add_custom_command(OUTPUT ${page} DEPENDS ${file}
      COMMAND ${CMAKE_COMMAND} -E copy ${file} ${page})
  endif()
  add_custom_command(OUTPUT ${page}.gz DEPENDS ${page} COMMAND ${GZIP} -9nkf ${page})
  list(APPEND papers ${page}.gz)
  string(REGEX MATCH "[1-8]$" section ${name})
  install(FILES ${page}.gz DESTINATION ${CMAKE_INSTALL_PREFIX}/share/man/man${section})
endforeach()
set(changelog ${CMAKE_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${changelog} DEPENDS systemd/changelog
  COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/systemd/changelog > ${changelog})
add_custom_target(papers ALL DEPENDS ${papers} ${changelog})

# ---- Files ---------------------------------------------------------------------
install(TARGETS hotlined DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS hotline-courier hotlinectl DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY conf/ DESTINATION ${etcdir}
        FILES_MATCHING PATTERN "*.conf" PATTERN "*.yml" PATTERN "*.json"
        PATTERN "failure.*" PATTERN sites EXCLUDE)
install(DIRECTORY DESTINATION ${etcdir}/secrets
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
install(DIRECTORY conf/sites/ DESTINATION ${docdir}/examples)
file(GLOB units CONFIGURE_DEPENDS systemd/*.service systemd/*.socket systemd/*.timer)
install(FILES ${units} DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
install(FILES systemd/hotlined.rules DESTINATION ${CMAKE_INSTALL_PREFIX}/share/polkit-1/rules.d)
install(FILES systemd/hotlined.sysusers
        DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME hotlined.conf)
install(FILES systemd/hotlined.tmpfiles
        DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d RENAME hotlined.conf)
install(FILES systemd/hotlinectl.bash
        DESTINATION ${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions RENAME hotlinectl)
install(FILES systemd/copyright ${changelog} README.md DESTINATION ${docdir})
install(FILES systemd/lintian-overrides
        DESTINATION ${CMAKE_INSTALL_PREFIX}/share/lintian/overrides RENAME hotlined)

# What is linked, by what Debian says of the files at this moment.
if(DPKG_QUERY)
  set(sbom ${CMAKE_BINARY_DIR}/hotlined.spdx.json)
  install(CODE "execute_process(COMMAND \"${CMAKE_COMMAND}\" -DVERSION=${PROJECT_VERSION}
    \"-DPROGRAMS=$<TARGET_FILE:hotlined>;$<TARGET_FILE:hotline-courier>;$<TARGET_FILE:hotlinectl>\"
    \"-DCONSOLE=$<$<BOOL:${CONSOLE}>:${CMAKE_BINARY_DIR}/console>\"
    \"-DOUT=${sbom}\" -P \"${CMAKE_SOURCE_DIR}/systemd/sbom.cmake\" COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${sbom} DESTINATION ${docdir})
endif()

# ---- Debian package --------------------------------------------------------------
# The owner of libevent is called differently in each Debian.
execute_process(COMMAND ${DPKG_QUERY} -W -f "\${Depends}" libevent-dev
                OUTPUT_VARIABLE event_dev ERROR_QUIET)
string(REGEX MATCH "libevent-2[^ ,]*" event_package "${event_dev}")
string(REGEX MATCH "libevent-pthreads-2[^ ,]*" pthreads_package "${event_dev}")

# Under /etc everything is the admin's.
file(GLOB_RECURSE samples CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/conf
     conf/*.conf conf/*.yml conf/*.json conf/failure.*)
list(FILTER samples EXCLUDE REGEX "^sites/")
list(TRANSFORM samples PREPEND "${etcdir}/")
list(JOIN samples "\n" conffiles)
file(WRITE ${CMAKE_BINARY_DIR}/debian/conffiles "${conffiles}\n")
foreach(script postinst prerm postrm)
  configure_file(systemd/${script} ${CMAKE_BINARY_DIR}/debian/${script} COPYONLY
                 FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                 WORLD_READ WORLD_EXECUTE)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hotlined)
set(CPACK_PACKAGE_CONTACT "The authors of hotlined <hotlined@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "case intake, statutory clocks and escalation for a ward")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "hotlined takes notifications that a child may be in danger from hotline 111,
schools, the health station, the police and citizens, opens a case, gives it
to a member of the ward's child protection team, runs the clocks of the law
(Decree 56/2017) and calls one person after another until a human acts.
.
This package has the daemon, the courier that sends its alerts, and the tool
of the admin.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "${event_package} (>= 2.1.12-stable-8+deb12u1), ${pthreads_package} (>= 2.1.12-stable-8+deb12u1), systemd (>= 252), curl")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx | caddy, smstools, chrony")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_BINARY_DIR}/debian/conffiles ${CMAKE_BINARY_DIR}/debian/postinst
    ${CMAKE_BINARY_DIR}/debian/prerm ${CMAKE_BINARY_DIR}/debian/postrm)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
include(CPack)
