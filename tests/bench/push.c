/*
 * The ceiling of the courier: libcurl's multi interface posting a small body
 * to a local sink, 16 at a time.  Connections are kept; "fresh" makes a new one
 * for each, as the courier must: libcurl sends again by itself when a kept one
 * turns out to be dead, and an attempt is one.
 *
 *   push URL COUNT [fresh]	prints how many a second
 */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

#define PARALLEL 16
#define BODY                                                                   \
	"{\"id\":\"01900000-0000-7000-8000-000000000000\",\"subject\":\"HS\"," \
	"\"text\":\"99999: HS K7Q2 con 6 gio\"}"

struct push {
	CURLM *multi;
	CURL *easy[PARALLEL];
	int64_t left, done, failed;
};

static size_t
swallow(char *p, size_t size, size_t n, void *arg)
{
	(void)p, (void)arg;
	return size * n;
}

static void
begin(struct push *p, CURL *easy)
{
	if (p->left <= 0)
		return;
	p->left--;
	curl_multi_add_handle(p->multi, easy);
}

static void
finished(struct push *p, const CURLMsg *m)
{
	CURL *easy = m->easy_handle;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	p->done++;
	if (m->data.result != CURLE_OK || status / 100 != 2)
		p->failed++;
	curl_multi_remove_handle(p->multi, easy);
	begin(p, easy);
}

static void
run(struct push *p, int64_t count)
{
	const CURLMsg *m;
	int n;

	while (p->done < count) {
		curl_multi_perform(p->multi, &n);
		while ((m = curl_multi_info_read(p->multi, &n)) != NULL)
			finished(p, m);
		curl_multi_poll(p->multi, NULL, 0, 100, NULL);
	}
}

int
main(int argc, char **argv)
{
	struct push p = {0};
	int64_t count = argc > 2 ? strtoll(argv[2], NULL, 10) : 0;
	long fresh = argc > 3;
	int64_t before;

	if (count <= 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 2;
	p.multi = curl_multi_init();
	p.left = count;
	before = now_us();
	for (int i = 0; i < PARALLEL; i++) {
		p.easy[i] = curl_easy_init();
		curl_easy_setopt(p.easy[i], CURLOPT_URL, argv[1]);
		curl_easy_setopt(p.easy[i], CURLOPT_POSTFIELDS, BODY);
		curl_easy_setopt(p.easy[i], CURLOPT_WRITEFUNCTION, swallow);
		curl_easy_setopt(p.easy[i], CURLOPT_FRESH_CONNECT, fresh);
		curl_easy_setopt(p.easy[i], CURLOPT_FORBID_REUSE, fresh);
		begin(&p, p.easy[i]);
	}
	run(&p, count);
	printf("%.0f\n", (double)count * 1e6 / (double)(now_us() - before));
	for (int i = 0; i < PARALLEL; i++)
		curl_easy_cleanup(p.easy[i]);
	curl_multi_cleanup(p.multi);
	return p.failed == 0 ? 0 : 1;
}
