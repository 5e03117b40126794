# A manual page from its template: @LIST@ is what a program prints.
#   cmake -DPROGRAM=... -DOPTION=... -DIN=page.in -DOUT=page -P page.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} ${OPTION} OUTPUT_VARIABLE LIST
                COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${LIST}" LIST)
file(READ ${IN} page)
string(REPLACE "@LIST@" "${LIST}" page "${page}")
file(WRITE ${OUT} "${page}")
