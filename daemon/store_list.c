#include "store_parts.h"

void
list_init(struct list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

void
list_add(struct list *l, struct item *i)
{
	i->next = NULL;
	*l->tail = i;
	l->tail = &i->next;
}

struct item *
list_take(struct list *l)
{
	struct item *i = l->head;

	if (i == NULL)
		return NULL;
	l->head = i->next;
	if (l->head == NULL)
		l->tail = &l->head;
	return i;
}

void
list_return(struct list *l, struct item *i)
{
	i->next = l->head;
	l->head = i;
	if (i->next == NULL)
		l->tail = &i->next;
}
