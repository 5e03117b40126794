# A file as a C array: -DSYMBOL=name -DFILE=in -DOUT=out.c
file(READ ${FILE} bytes HEX)
if(FILE MATCHES "json$")
  # Line ends, indentation and the blank after a line's key, which no JSON
  # string contains as such.
  string(REGEX REPLACE "(..)" "\\1 " bytes "${bytes}")
  string(REGEX REPLACE "(0a (20 )*22 ([013-9a-f]. |2[013-9a-f] )+22 3a )20 " "\\1" bytes "${bytes}")
  string(REGEX REPLACE "0a (20 )*" "" bytes "${bytes}")
  string(REPLACE " " "" bytes "${bytes}")
endif()
string(LENGTH "${bytes}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include <stddef.h>\n\nextern const unsigned char ${SYMBOL}[];\nextern const size_t ${SYMBOL}_len;\nconst unsigned char ${SYMBOL}[] = {\n${bytes}0x00};\nconst size_t ${SYMBOL}_len = ${length};\n")
