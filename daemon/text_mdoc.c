#include "text.h"

#include <stdio.h>
#include <string.h>

void
text_print_mdoc(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (char before = ' '; *s != '\0'; before = *s++)
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else if (*s == '.' && s[1] == ' ' && before != ' ') {
			fputs(".\n", stdout);
			s += strspn(s + 1, " ");
		} else
			putchar(*s);
	putchar('\n');
}
