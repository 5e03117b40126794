/*
 * libcurl refuses an option for want of memory or because the program is wrong.
 * Both are fatal: a message that left without one would leave another way than
 * its maker meant.
 */
#ifndef CURL_MUST_H
#define CURL_MUST_H

#include "log.h"

#include <curl/curl.h>

static inline void
curl_must(CURLcode how)
{
	if (how != CURLE_OK)
		fatal("libcurl refused an option: %s", curl_easy_strerror(how));
}

#define curl_set(...) curl_must(curl_easy_setopt(__VA_ARGS__))

/* A list with the text, which is copied, at its end; NULL: a new one. */
static inline struct curl_slist *
curl_list(struct curl_slist *list, const char *text)
{
	list = curl_slist_append(list, text);
	if (list == NULL)
		fatal("no memory for a list of libcurl's");
	return list;
}

#endif
