#include "conf_text.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#define TOO_LARGE                                                              \
	"this number is too large; they go from -2147483648 to 2147483647"

#define NAME_MAX_BYTES 64

/* Where the scan stands. */
struct scan {
	const char *path, *p;
	int line;
	struct faults *faults;
};

static void
fault(const struct scan *s, const char *what)
{
	char where[512];

	snprintf(where, sizeof(where), "%s:%d", s->path, s->line);
	faults_add(s->faults, where, "%s", what);
}

static void
to_line_end(struct scan *s)
{
	s->p += strcspn(s->p, "\n");
}

static void
skip_comment(struct scan *s)
{
	for (s->p += 2; *s->p != '\0' && strncmp(s->p, "*/", 2) != 0; s->p++)
		s->line += *s->p == '\n';
	if (*s->p != '\0')
		s->p += 2;
}

static void
check_string(struct scan *s)
{
	for (s->p++; *s->p != '\0' && *s->p != '"'; s->p++) {
		s->line += *s->p == '\n';
		if (*s->p != '\\')
			continue;
		s->p++;
		if (*s->p == 'u' || *s->p == 'U')
			fault(s, "\\u is not known here, write the letter");
		else if (*s->p == 'x' || *s->p == 'X')
			fault(s, "\\x is not used here, write the letter");
		else if (*s->p != '\0' && strchr("nrtf\\\"", *s->p) == NULL)
			fault(s, "a backslash stands only in \\n \\r \\t "
				 "\\f \\\\ and \\\"");
		if (*s->p == '\0')
			return;
	}
	if (*s->p == '"')
		s->p++;
}

/* A number outside a string: plain decimal that fits, or nothing. */
static void
check_number(struct scan *s)
{
	size_t n = strspn(s->p, "+-0123456789xXabcdefABCDEF.L");
	size_t digits = strspn(s->p + (*s->p == '-'), "0123456789");
	char text[24];
	int64_t v;

	if (digits == 0 || n != digits + (*s->p == '-'))
		fault(s, "numbers are written in plain decimal");
	else if (n >= sizeof(text))
		fault(s, TOO_LARGE);
	else {
		memcpy(text, s->p, n);
		text[n] = '\0';
		if (digits > 1 && s->p[*s->p == '-'] == '0')
			fault(s, "a number with a leading 0 would be octal");
		else if (!number_parse(text, INT32_MIN, INT32_MAX, &v))
			fault(s, TOO_LARGE);
	}
	s->p += n > 0 ? n : 1;
}

static void
check_one(struct scan *s)
{
	if (*s->p == '\n') {
		s->line++;
		s->p++;
	} else if (*s->p == '#' || strncmp(s->p, "//", 2) == 0) {
		to_line_end(s);
	} else if (strncmp(s->p, "/*", 2) == 0) {
		skip_comment(s);
	} else if (*s->p == '"') {
		check_string(s);
	} else if (*s->p == '@') {
		fault(s, "@include is not used here");
		to_line_end(s);
	} else if (strchr("+-0123456789", *s->p) != NULL) {
		check_number(s);
	} else {
		size_t n = strspn(s->p, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_-*");

		s->p += n > 0 ? n : 1;
	}
}

/* False, after a fault at the line, if the text is not UTF-8. */
static bool
check_utf8(struct scan s)
{
	while (*s.p != '\0') {
		size_t n = strcspn(s.p, "\n");

		if (!text_is_utf8(s.p, n)) {
			fault(&s, "this is not UTF-8");
			return false;
		}
		s.line++;
		s.p += n + (s.p[n] == '\n');
	}
	return true;
}

void
conf_text_check(const char *path, const char *text, struct faults *faults)
{
	struct scan s = {path, text, 1, faults};

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		fault(&s, "the file starts with a byte order mark; save it "
			  "as UTF-8 without one");
		return;
	}
	if (!check_utf8(s))
		return;
	while (*s.p != '\0')
		check_one(&s);
}

size_t
name_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_BYTES + 1], la = strlen(a), lb = strlen(b);

	if (la > NAME_MAX_BYTES || lb > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}
