#include "text.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_COLUMNS 76

static void
print_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\')
			fputs("\\e", stdout);
		else if (s[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(s[i]);
}

void
text_print_mdoc(const char *s)
{
	size_t column = 0;
	bool is_end = false; /* of a sentence */

	for (s += strspn(s, " "); *s != '\0'; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		if (is_end || column + n > LINE_MAX_COLUMNS) {
			putchar('\n');
			column = 0;
		} else if (column > 0) {
			putchar(' ');
		}
		if (column == 0 && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		print_word(s, n);
		column += n + 1;
		is_end = s[n - 1] == '.';
		s += n;
	}
	putchar('\n');
}
