#include "push.h"

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "push_base64.h"
#include "seal.h"

#define RECORD_SIZE 4096
#define TAG_SIZE    16
#define HEADER_SIZE (PUSH_SALT_SIZE + 4 + 1 + PUSH_POINT_SIZE)
#define CURVE	    "prime256v1"

/* What only a broken library or no memory can refuse. */
static void
must(bool is_ok)
{
	if (!is_ok)
		fatal("OpenSSL refuses a key or a cipher");
}

/* ---- Keys ---- */

/* The public key of a private one; false if it is none. */
static bool
find_point(struct push_key *k)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
	BIGNUM *n = BN_bin2bn(k->secret, PUSH_KEY_SIZE, NULL);
	bool is_ok;

	must(point != NULL && n != NULL);
	is_ok = !BN_is_zero(n) && BN_cmp(n, EC_GROUP_get0_order(group)) < 0;
	if (is_ok) {
		must(EC_POINT_mul(group, point, n, NULL, NULL, NULL) == 1);
		must(EC_POINT_point2oct(group, point,
			 POINT_CONVERSION_UNCOMPRESSED, k->point,
			 PUSH_POINT_SIZE, NULL) == PUSH_POINT_SIZE);
	}
	BN_clear_free(n);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return is_ok;
}

void
push_key_new(struct push_key *k)
{
	do
		random_bytes(k->secret, PUSH_KEY_SIZE);
	while (!find_point(k));
}

bool
push_key_read(const char *text, struct push_key *k)
{
	return base64url_read(text, k->secret, PUSH_KEY_SIZE) && find_point(k);
}

/* As OpenSSL holds it; secret NULL: a public key.  NULL: not on the curve. */
static EVP_PKEY *
pkey_of(const unsigned char *point, const unsigned char *secret)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *n =
	    secret == NULL ? NULL : BN_bin2bn(secret, PUSH_KEY_SIZE, NULL);
	OSSL_PARAM *params;
	EVP_PKEY *pkey = NULL;

	must(b != NULL && c != NULL);
	must(OSSL_PARAM_BLD_push_utf8_string(
	    b, OSSL_PKEY_PARAM_GROUP_NAME, CURVE, 0));
	must(OSSL_PARAM_BLD_push_octet_string(
	    b, OSSL_PKEY_PARAM_PUB_KEY, point, PUSH_POINT_SIZE));
	if (n != NULL)
		must(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, n));
	params = OSSL_PARAM_BLD_to_param(b);
	must(params != NULL && EVP_PKEY_fromdata_init(c) == 1);
	(void)EVP_PKEY_fromdata(c, &pkey,
	    secret == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_clear_free(n);
	EVP_PKEY_CTX_free(c);
	return pkey;
}

bool
push_to_read(const char *p256dh, const char *auth, struct push_to *to)
{
	EVP_PKEY *pkey;

	if (!base64url_read(p256dh, to->point, PUSH_POINT_SIZE) ||
	    !base64url_read(auth, to->auth, PUSH_AUTH_SIZE) ||
	    to->point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return false;
	pkey = pkey_of(to->point, NULL);
	EVP_PKEY_free(pkey);
	return pkey != NULL;
}

/* ---- Encryption ---- */

static void
agree(const struct push_key *k, const unsigned char *theirs,
    unsigned char out[32])
{
	EVP_PKEY *mine = pkey_of(k->point, k->secret);
	EVP_PKEY *peer = pkey_of(theirs, NULL);
	EVP_PKEY_CTX *c = mine == NULL ? NULL : EVP_PKEY_CTX_new(mine, NULL);
	size_t n = 32;

	must(c != NULL && peer != NULL && EVP_PKEY_derive_init(c) == 1 &&
	     EVP_PKEY_derive_set_peer(c, peer) == 1 &&
	     EVP_PKEY_derive(c, out, &n) == 1 && n == 32);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(mine);
}

/* HKDF (RFC 5869) of one block: expand(extract(salt, secret), info). */
static void
hkdf(const unsigned char *salt, const unsigned char secret[32],
    const struct buf *info, unsigned char out[32])
{
	struct buf block = BUF_MAX(256);
	unsigned char prk[32];

	hmac_sha256(salt, 16, secret, 32, prk);
	buf_add(&block, info->data, info->len);
	buf_add(&block, "\001", 1);
	hmac_sha256(prk, sizeof(prk), block.data, block.len, out);
	buf_done(&block);
	explicit_bzero(prk, sizeof(prk));
}

/* A key of this message, by its use (RFC 8188, 2.2 and 2.3). */
static void
key_for(const char *use, const unsigned char *salt,
    const unsigned char secret[32], unsigned char out[32])
{
	struct buf info = BUF_MAX(64);

	buf_addf(&info, "Content-Encoding: %s", use);
	buf_add(&info, "", 1);
	hkdf(salt, secret, &info, out);
	buf_done(&info);
}

/* The secret that both ends know (RFC 8291, 3.3 and 3.4). */
static void
shared(
    const struct push_to *to, const struct push_key *k, unsigned char out[32])
{
	struct buf info = BUF_MAX(256);
	unsigned char agreed[32];

	buf_add(&info, "WebPush: info", sizeof("WebPush: info"));
	buf_add(&info, to->point, PUSH_POINT_SIZE);
	buf_add(&info, k->point, PUSH_POINT_SIZE);
	agree(k, to->point, agreed);
	hkdf(to->auth, agreed, &info, out);
	explicit_bzero(agreed, sizeof(agreed));
	buf_done(&info);
}

/* AES-128-GCM of text and the mark of the last record. */
static void
cipher(const unsigned char key[16], const unsigned char nonce[12],
    const char *text, unsigned char *out)
{
	static const unsigned char last[] = {2};
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len = (int)strlen(text), n = 0, more = 0;

	must(c != NULL &&
	     EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
	     EVP_EncryptUpdate(c, out, &n, (const unsigned char *)text, len) ==
		 1 &&
	     EVP_EncryptUpdate(c, out + n, &more, last, 1) == 1 &&
	     n + more == len + 1 &&
	     EVP_EncryptFinal_ex(c, out + len + 1, &more) == 1 &&
	     EVP_CIPHER_CTX_ctrl(
		 c, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, out + len + 1) == 1);
	EVP_CIPHER_CTX_free(c);
}

unsigned char *
push_encrypt(const struct push_to *to, const struct push_key *k,
    const unsigned char *salt, const char *text, size_t *out_len)
{
	unsigned char secret[32], key[32], nonce[32];
	unsigned char *out, *p;

	*out_len = HEADER_SIZE + strlen(text) + 1 + TAG_SIZE;
	p = out = xcalloc(1, *out_len);
	memcpy(p, salt, PUSH_SALT_SIZE);
	p += PUSH_SALT_SIZE + 2;
	*p++ = RECORD_SIZE >> 8; /* 32 bits, the highest first */
	*p++ = RECORD_SIZE & 0xff;
	*p++ = PUSH_POINT_SIZE;
	memcpy(p, k->point, PUSH_POINT_SIZE);
	shared(to, k, secret);
	key_for("aes128gcm", salt, secret, key);
	key_for("nonce", salt, secret, nonce);
	cipher(key, nonce, text, p + PUSH_POINT_SIZE);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(key, sizeof(key));
	return out;
}

/* ---- VAPID ---- */

/* ES256 (RFC 7518, 3.4): r and s, 32 bytes each. */
static void
sign(const struct push_key *k, const char *text, unsigned char out[64])
{
	EVP_PKEY *pkey = pkey_of(k->point, k->secret);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char der[128];
	const unsigned char *p = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	must(pkey != NULL && c != NULL &&
	     EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	     EVP_DigestSign(
		 c, der, &n, (const unsigned char *)text, strlen(text)) == 1);
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	must(sig != NULL &&
	     BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32 &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32) == 32);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(pkey);
}

char *
push_vapid(const struct push_key *k, const char *audience, const char *contact,
    int64_t until)
{
	json_t *o = json_pack("{s:s, s:I, s:s}", "aud", audience, "exp",
	    (json_int_t)(until / 1000), "sub", contact);
	char *claims = json_dumps(o, JSON_COMPACT);
	char *body = base64url_encode(claims, strlen(claims));
	/* {"typ":"JWT","alg":"ES256"} */
	char *head = xasprintf("eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.%s", body);
	char *point = base64url_encode(k->point, PUSH_POINT_SIZE), *mark, *out;
	unsigned char signature[64];

	sign(k, head, signature);
	mark = base64url_encode(signature, sizeof(signature));
	out = xasprintf("vapid t=%s.%s, k=%s", head, mark, point);
	free(mark);
	free(point);
	free(head);
	free(body);
	free(claims);
	json_decref(o);
	return out;
}
