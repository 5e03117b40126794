/* What a request line and a header line may look like. */
#include <string.h>
#include <strings.h>

#include "http_gate.h"

#define HEADERS_MAX 100
/* More digits than any length that we take. */
#define LENGTH_DIGITS 10

#define ALPHA	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"
#define NAMES	ALPHA DIGITS "-"
#define TARGETS NAMES "._~!$&'()*+,;=:@/%?"
#define HOSTS	NAMES "._:[]"

/* Headers that may come only once. */
enum once { HOST = 1, LENGTH = 2, CODING = 4 };
static const struct {
	const char *name;
	unsigned bit;
} once[] = {
    {"host", HOST},
    {"content-length", LENGTH},
    {"transfer-encoding", CODING},
    {"expect", 1U << 3},
    {"content-type", 1U << 4},
    {"authorization", 1U << 5},
    {"idempotency-key", 1U << 6},
    {"if-match", 1U << 7},
    {"if-none-match", 1U << 8},
    {"webhook-id", 1U << 9},
    {"webhook-timestamp", 1U << 10},
    {"webhook-signature", 1U << 11},
    {"cookie", 1U << 12},
    {"origin", 1U << 13},
    {"sec-fetch-site", 1U << 14},
    {"x-csrf-token", 1U << 15},
    {"content-digest", 1U << 16},
};

static const struct {
	const char *name;
	bool takes_body;
} methods[] = {
    {"GET", false},
    {"HEAD", false},
    {"POST", true},
    {"PUT", true},
    {"PATCH", true},
    {"DELETE", false},
    {"OPTIONS", false},
};

/* A piece of a line; not NUL-terminated. */
struct span {
	const char *p;
	size_t n;
};

static bool
is_made_of(struct span s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr(set, s.p[i]) == NULL)
			return false;
	return s.n > 0;
}

static bool
is_word(struct span s, const char *word)
{
	return strlen(word) == s.n && strncasecmp(s.p, word, s.n) == 0;
}

/* Cut off what stands before the first c; false if there is none. */
static bool
cut(struct span *rest, char c, struct span *out)
{
	const char *at = rest->n > 0 ? memchr(rest->p, c, rest->n) : NULL;

	if (at == NULL)
		return false;
	*out = (struct span){rest->p, (size_t)(at - rest->p)};
	rest->n -= out->n + 1;
	rest->p = at + 1;
	return true;
}

static const char *
check_method(struct gate_head *h, struct span s)
{
	if (!is_made_of(s, ALPHA))
		return "bad_request";
	for (size_t i = 0; i < NELEM(methods); i++)
		if (strlen(methods[i].name) == s.n &&
		    memcmp(methods[i].name, s.p, s.n) == 0) {
			h->takes_body = methods[i].takes_body;
			return NULL;
		}
	return "not_implemented";
}

static const char *
check_version(struct gate_head *h, struct span s)
{
	if (s.n != 8 || memcmp(s.p, "HTTP/", 5) != 0 || s.p[6] != '.' ||
	    !is_made_of((struct span){s.p + 5, 1}, DIGITS) ||
	    !is_made_of((struct span){s.p + 7, 1}, DIGITS))
		return "bad_request";
	if (s.p[5] != '1' || s.p[7] > '1')
		return "version_not_supported";
	h->is_1_0 = s.p[7] == '0';
	return NULL;
}

/* The byte a %XX stands for; -1 if it is not two hex digits. */
static int
escaped(struct span s, size_t at)
{
	char text[3] = {0};
	unsigned char byte;

	if (s.n - at < 3)
		return -1;
	memcpy(text, s.p + at + 1, 2);
	return hex_decode(&byte, 1, text) ? byte : -1;
}

/* Escapes of control characters are never meant well. */
static bool
has_good_escapes(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%') {
			int byte = escaped(s, i);

			if (byte < 0x20 || byte == 0x7f)
				return false;
		}
	return true;
}

/* "." or "..", also when a dot is written %2e. */
static bool
is_dots(struct span segment)
{
	int dots = 0;

	for (size_t i = 0; i < segment.n; i++) {
		bool is_escape =
		    segment.p[i] == '%' && escaped(segment, i) == '.';

		if (segment.p[i] != '.' && !is_escape)
			return false;
		dots++;
		i += is_escape ? 2 : 0;
	}
	return dots == 1 || dots == 2;
}

static bool
is_good_path(struct span path)
{
	struct span segment;

	if (path.n == 0 || path.p[0] != '/' || (path.n > 1 && path.p[1] == '/'))
		return false;
	while (cut(&path, '/', &segment))
		if (is_dots(segment))
			return false;
	return !is_dots(path);
}

static const char *
check_target(struct span s, size_t uri_max)
{
	struct span path, rest = s;

	if (s.n > uri_max)
		return "uri_too_long";
	if (!is_made_of(s, TARGETS) || !has_good_escapes(s))
		return "bad_request";
	if (!cut(&rest, '?', &path))
		path = s;
	return is_good_path(path) ? NULL : "bad_request";
}

const char *
head_request_line(
    struct gate_head *h, const char *line, size_t n, size_t uri_max)
{
	struct span method, target, version = {line, n};
	const char *problem;

	h->has_line = true;
	if (!cut(&version, ' ', &method) || !cut(&version, ' ', &target))
		return "bad_request";
	problem = check_method(h, method);
	if (problem == NULL)
		problem = check_version(h, version);
	if (problem == NULL)
		problem = check_target(target, uri_max);
	return problem;
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool
has_controls(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') ||
		    s.p[i] == 0x7f)
			return true;
	return false;
}

static const char *
check_length(struct gate_head *h, struct span value)
{
	if (!is_made_of(value, DIGITS))
		return "bad_request";
	if (value.n > LENGTH_DIGITS)
		return "too_large";
	h->length = 0;
	for (size_t i = 0; i < value.n; i++)
		h->length = h->length * 10 + (value.p[i] - '0');
	return NULL;
}

static unsigned
once_bit(struct span name)
{
	for (size_t i = 0; i < NELEM(once); i++)
		if (is_word(name, once[i].name))
			return once[i].bit;
	return 0;
}

const char *
head_header(struct gate_head *h, const char *line, size_t n)
{
	struct span name, value = {line, n};
	unsigned bit;

	if (++h->n_headers > HEADERS_MAX)
		return "headers_too_large";
	if (!cut(&value, ':', &name) || !is_made_of(name, NAMES) ||
	    has_controls(value))
		return "bad_request";
	value = trim(value);
	bit = once_bit(name);
	if (h->seen & bit)
		return "bad_request";
	h->seen |= bit;
	if (bit == HOST && !is_made_of(value, HOSTS))
		return "bad_request";
	if (is_word(name, "expect"))
		h->is_odd_expect = !is_word(value, "100-continue");
	return bit == LENGTH ? check_length(h, value) : NULL;
}

/* Only a counted body has one end that all agree on. */
static const char *
check_body(const struct gate_head *h, int64_t body_max)
{
	if (h->seen & CODING)
		return (h->seen & LENGTH) || h->is_1_0 ? "bad_request"
						       : "length_required";
	if (!h->takes_body)
		return h->length > 0 ? "bad_request" : NULL;
	if (!(h->seen & LENGTH))
		return "length_required";
	return h->length > body_max ? "too_large" : NULL;
}

const char *
head_end(const struct gate_head *h, int64_t body_max)
{
	if (!(h->seen & HOST) && !h->is_1_0)
		return "bad_request";
	if (h->is_odd_expect)
		return "expectation_failed";
	return check_body(h, body_max);
}
