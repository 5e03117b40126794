# What the programs are linked with and embed, as SPDX 2.3, from what Debian says
# of the files on this machine and npm of its packages.
#   cmake -DVERSION=... -DPROGRAMS="a;b" -DCONSOLE=folder
#         -DOUT=hotlined.spdx.json -P sbom.cmake
cmake_minimum_required(VERSION 3.25)
string(TIMESTAMP now "%Y-%m-%dT%H:%M:%SZ" UTC)
string(TIMESTAMP stamp "%s" UTC)

function(quiet var)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE out ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${var} "${out}" PARENT_SCOPE)
endfunction()

# Every library the loader would take, once.
set(libraries "")
foreach(program IN LISTS PROGRAMS)
  quiet(lines ldd ${program})
  string(REGEX MATCHALL "=> /[^ ]+" found "${lines}")
  list(APPEND libraries ${found})
endforeach()
list(TRANSFORM libraries REPLACE "^=> " "")
list(REMOVE_DUPLICATES libraries)
list(SORT libraries)

# Either side of the merged /usr may be the one that dpkg knows.
set(candidates "")
foreach(library IN LISTS libraries)
  string(REGEX REPLACE "^/usr/" "/" short ${library})
  file(REAL_PATH ${library} real)
  string(REGEX REPLACE "^/usr/" "/" real_short ${real})
  list(APPEND candidates ${short} /usr${short} ${real_short} /usr${real_short})
endforeach()
list(REMOVE_DUPLICATES candidates)
quiet(owned dpkg-query -S ${candidates})
foreach(library IN LISTS libraries)
  get_filename_component(name ${library} NAME)
  file(REAL_PATH ${library} real)
  get_filename_component(real ${real} NAME)
  string(FIND "${owned}\n" "/${name}\n" at)
  string(FIND "${owned}\n" "/${real}\n" real_at)
  if(at LESS 0 AND real_at LESS 0)
    message(FATAL_ERROR "no package owns ${library}")
  endif()
endforeach()
string(REGEX REPLACE "[:,][^\n]*" "" owners "${owned}")
string(REPLACE "\n" ";" owners "${owners}")
list(REMOVE_DUPLICATES owners)
list(SORT owners)

quiet(all dpkg-query -W -f "\${Package}|\${Version}|\${Architecture}|\${source:Package}|\${source:Version}|\${Homepage}|\n" ${owners})
string(REPLACE "\n" ";" all "${all}")
set(packages "")
set(relations "")
# One package, as the variables say, and how hotlined is related to it.
macro(add_package relation)
  list(APPEND packages "    {
      \"SPDXID\": \"SPDXRef-${id}\",
      \"name\": \"${name}\",
      \"versionInfo\": \"${version}\",
      \"supplier\": \"${supplier}\",
      \"originator\": \"NOASSERTION\",
      \"downloadLocation\": \"NOASSERTION\",
      \"homepage\": \"${homepage}\",
      \"sourceInfo\": \"${from}\",
      \"filesAnalyzed\": false,
      \"licenseConcluded\": \"NOASSERTION\",
      \"licenseDeclared\": \"${licence}\",
      \"copyrightText\": \"NOASSERTION\",
      \"externalRefs\": [
        {
          \"referenceCategory\": \"PACKAGE-MANAGER\",
          \"referenceType\": \"purl\",
          \"referenceLocator\": \"${purl}\"
        }
      ]
    }")
  list(APPEND relations "    {
      \"spdxElementId\": \"SPDXRef-hotlined\",
      \"relationshipType\": \"${relation}\",
      \"relatedSpdxElement\": \"SPDXRef-${id}\"
    }")
endmacro()

set(before "")
foreach(facts IN LISTS all)
  string(REPLACE "|" ";" facts "${facts}")
  list(GET facts 0 owner)
  # Once, though it is there for two architectures.
  if(owner STREQUAL before)
    continue()
  endif()
  set(before ${owner})
  list(GET facts 1 version)
  list(GET facts 2 arch)
  list(GET facts 3 source)
  list(GET facts 4 source_version)
  list(GET facts 5 homepage)
  if(NOT homepage)
    set(homepage NOASSERTION)
  endif()
  string(REPLACE "+" "%2B" url "${version}")
  string(REPLACE ":" "%3A" url "${url}")
  string(REGEX REPLACE "[^A-Za-z0-9.-]" "-" id ${owner})
  set(name ${owner})
  set(supplier "Organization: Debian")
  set(from "built from ${source} ${source_version}")
  set(licence NOASSERTION)
  set(purl "pkg:deb/debian/${owner}@${url}?arch=${arch}")
  add_package(DYNAMIC_LINK)
endforeach()

# What the pages embed, if there are pages.
set(n 0)
if(EXISTS ${CONSOLE}/package.json)
  file(READ ${CONSOLE}/package.json wanted)
  string(JSON n LENGTH ${wanted} dependencies)
endif()
while(n GREATER 0)
  math(EXPR n "${n} - 1")
  string(JSON name MEMBER ${wanted} dependencies ${n})
  file(READ ${CONSOLE}/node_modules/${name}/package.json facts)
  string(JSON version GET ${facts} version)
  string(JSON licence GET ${facts} license)
  string(JSON homepage ERROR_VARIABLE none GET ${facts} homepage)
  if(NOT homepage)
    set(homepage NOASSERTION)
  endif()
  set(id npm-${name})
  set(supplier NOASSERTION)
  set(from "the pages, embedded into hotlined")
  set(purl "pkg:npm/${name}@${version}")
  add_package(CONTAINS)
endwhile()

list(JOIN packages ",\n" packages)
list(JOIN relations ",\n" relations)
file(WRITE ${OUT} "{
  \"spdxVersion\": \"SPDX-2.3\",
  \"dataLicense\": \"CC0-1.0\",
  \"SPDXID\": \"SPDXRef-DOCUMENT\",
  \"name\": \"hotlined-${VERSION}\",
  \"documentNamespace\": \"urn:hotlined:sbom:${VERSION}:${stamp}\",
  \"creationInfo\": {
    \"created\": \"${now}\",
    \"creators\": [\"Tool: sbom.cmake\"]
  },
  \"packages\": [
    {
      \"SPDXID\": \"SPDXRef-hotlined\",
      \"name\": \"hotlined\",
      \"versionInfo\": \"${VERSION}\",
      \"downloadLocation\": \"NOASSERTION\",
      \"filesAnalyzed\": false,
      \"licenseConcluded\": \"NOASSERTION\",
      \"licenseDeclared\": \"NOASSERTION\",
      \"copyrightText\": \"NOASSERTION\"
    },
${packages}
  ],
  \"relationships\": [
    {
      \"spdxElementId\": \"SPDXRef-DOCUMENT\",
      \"relationshipType\": \"DESCRIBES\",
      \"relatedSpdxElement\": \"SPDXRef-hotlined\"
    },
${relations}
  ]
}
")
