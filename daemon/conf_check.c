#include "conf_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "core.h"

static bool
is_ward(const char *s)
{
	return strlen(s) == 5 && strspn(s, "0123456789") == 5;
}

/* It becomes a file name. */
static bool
is_plain_name(const char *s)
{
	return *s != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-_")] == '\0';
}

static bool
is_phone(const char *s)
{
	return strlen(s) <= 30 && strpbrk(s, "0123456789") != NULL &&
	       s[strspn(s, "0123456789 +().-")] == '\0';
}

static bool
is_loopback(const char *s)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, s, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, s, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool
is_none_or_loopback(const char *s)
{
	return *s == '\0' || is_loopback(s);
}

/* "" or a scheme, a host and perhaps a path, to which /a/... is added. */
static bool
is_base_url(const char *s)
{
	size_t n = strlen(s), scheme;

	if (n == 0)
		return true;
	scheme = strncmp(s, "https://", 8) == 0	 ? 8
		 : strncmp(s, "http://", 7) == 0 ? 7
						 : n;
	if (scheme >= n || s[scheme] == '/' || s[n - 1] == '/')
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] >= 0x7f || strchr("?#\"<>\\", s[i]))
			return false;
	return true;
}

/* "" or a public key. */
static bool
is_recipient(const char *s)
{
	return *s == '\0' ||
	       (strlen(s) == 64 && strspn(s, "0123456789abcdefABCDEF") == 64);
}

static bool
is_not_empty(const char *s)
{
	return *s != '\0';
}

static const struct {
	const char *setting;
	bool (*is_fine)(const char *);
	const char *allowed;
} rules[] = {
    {"ward", is_ward, "must be five digits"},
    {"duty_phone", is_phone, "must be a phone number"},
    {"procedure", is_plain_name,
	"must be a name of a-z, 0-9, - and _, without .conf"},
    {"listen", is_loopback, "must be 127.0.0.1 or another loopback address"},
    {"metrics_listen", is_none_or_loopback,
	"must be 127.0.0.1, another loopback address, or empty"},
    {"public_url", is_base_url,
	"must be empty, or https://host without a / at its end"},
    {"database", is_not_empty, "must not be empty"},
    {"master_key_file", is_not_empty, "must not be empty"},
    {"procedures", is_not_empty, "must not be empty"},
    {"calendar", is_not_empty, "must not be empty"},
    {"messages", is_not_empty, "must not be empty"},
    {"channels", is_not_empty, "must not be empty"},
    {"backup_recipient", is_recipient,
	"must be 64 hex digits, as hotlinectl backup key prints them"},
    {"control_socket", is_not_empty, "must not be empty"},
};

const char *
conf_text_fault(const char *setting, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "must be one line without control characters";
	for (size_t i = 0; i < NELEM(rules); i++)
		if (strcmp(rules[i].setting, setting) == 0 &&
		    !rules[i].is_fine(text))
			return rules[i].allowed;
	return NULL;
}
