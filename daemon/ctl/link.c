/* A create-only link as the sheet that a school puts up. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "qr.h"

static const char *
text_of(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s == NULL ? "" : s;
}

static int
print_sheet(const struct call *c, const json_t *link)
{
	int rc;

	printf(
	    "BÁO TIN VỀ TRẺ EM CẦN ĐƯỢC BẢO VỆ - %s\n\n"
	    "Trẻ đang gặp nguy hiểm ngay lúc này: gọi 111 hoặc 113 trước.\n"
	    "Không khẩn cấp: quét mã này bằng máy ảnh của điện thoại, hoặc gõ"
	    " địa chỉ bên dưới.\n\n",
	    text_of(link, "ward_name"));
	rc = qr_print(text_of(link, "url"));
	printf("\n%s\n\n"
	       "Không cần tài khoản. Chúng tôi không lưu địa chỉ mạng hay thông"
	       " tin về máy của bạn.\n"
	       "Dùng đến hết ngày %s. Số trực: %s\n\n",
	    text_of(link, "url"), call_text(c, "until"),
	    text_of(link, "duty_phone"));
	printf("(%s, %s: hotlinectl link revoke %s)\n", text_of(link, "agency"),
	    text_of(link, "not_after_at"), text_of(link, "id"));
	return rc;
}

/* "link add" and "link renew" */
int
verb_link(struct call *c)
{
	bool is_new = strcmp(c->verb->words, "link add") == 0;
	json_t *link = NULL;
	int rc = call_send_to(c, "POST",
	    is_new ? "/v1/admin/agencies/{}/links" : "/v1/admin/links/{}/renew",
	    &link);

	if (rc == CTL_OK && c->json)
		answer_print(c, link);
	else if (rc == CTL_OK)
		rc = print_sheet(c, link);
	json_decref(link);
	return rc;
}
