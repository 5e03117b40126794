/* What everybody outside knows: the books that tests/auditor.py reads. */
#include <string.h>

#include "seal.h"
#include "simulation.h"

static const char *const lists[] = {
    "sent", "texts", "acts", "acked", "updates", "faults"};
static const char *const maps[] = {"receipts", "received", "anchors"};

void
books_begin(void)
{
	life.books = json_object();
	for (size_t i = 0; i < NELEM(lists); i++)
		json_object_set_new(life.books, lists[i], json_array());
	for (size_t i = 0; i < NELEM(maps); i++)
		json_object_set_new(life.books, maps[i], json_object());
	hash_init(&life.ledger);
}

/* All that happens, and when, is what a replay is compared by. */
void
books_note(const char *what, const char *text)
{
	int64_t at = time_now();

	hash_add(&life.ledger, &at, sizeof(at));
	hash_add(&life.ledger, what, strlen(what) + 1);
	hash_add(&life.ledger, text, strlen(text) + 1);
}

void
books_add(const char *list, const char *text)
{
	books_note(list, text);
	json_array_append_new(
	    json_object_get(life.books, list), json_string(text));
}

void
books_receipt(const char *key, json_t *receipt)
{
	json_t *all = json_object_get(life.books, "receipts");
	const json_t *old = json_object_get(all, key);
	char *text = json_dumps(receipt, JSON_COMPACT | JSON_SORT_KEYS);

	books_note("receipt", text);
	free(text);
	if (old == NULL)
		json_object_set(all, key, receipt);
	else if (!json_equal(json_object_get(old, "id"),
		     json_object_get(receipt, "id")))
		books_add("faults", "I2 a key has two receipts");
}

void
books_got(const json_t *msg)
{
	json_t *all = json_object_get(life.books, "received");
	const char *own = json_string_value(json_object_get(msg, "message"));
	const char *id =
	    own != NULL ? own : json_string_value(json_object_get(msg, "id"));
	const char *text = json_string_value(json_object_get(msg, "text"));
	json_int_t n = json_integer_value(json_object_get(all, id));

	json_object_set_new(all, id, json_integer(n + 1));
	books_note("got", id);
	books_add("texts", text);
	books_add("texts", json_string_value(json_object_get(msg, "subject")));
}

static size_t
count(const char *list)
{
	const json_t *of = json_object_get(life.books, list);

	return json_is_array(of) ? json_array_size(of) : json_object_size(of);
}

/* The books to a file, and one line that says how it was. */
void
books_print(void)
{
	unsigned char hash[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	char *path = xasprintf("%s/books.json", life.dir);

	hash_end(&life.ledger, hash);
	hex_encode(hex, hash, sizeof(hash));
	json_object_set_new(
	    life.books, "late_ms", json_integer(life.longest_outage));
	json_object_set_new(life.books, "end", json_integer(time_now()));
	if (json_dump_file(life.books, path, JSON_COMPACT) != 0)
		fatal("cannot write the books");
	printf("ledger=%s boots=%d receipts=%zu acts=%zu acked=%zu messages=%zu"
	       " distinct=%zu anchors=%zu\n",
	    hex, life.boots, count("receipts"), count("acts"), count("acked"),
	    count("texts") / 2, count("received"), count("anchors"));
	free(path);
	json_decref(life.books);
}
