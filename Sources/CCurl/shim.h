/* libcurl, and its variadic questions, asked in ways Swift can call. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*ccurl_sink)(char *bytes, size_t size, size_t count, void *receiver);

static inline CURLcode ccurl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long number) {
    return curl_easy_setopt(handle, option, number);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}

/* Bytes that stay where they are until the transfer is over. */
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, size_t count) {
    CURLcode problem = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return problem != CURLE_OK ? problem : curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}

static inline CURLcode ccurl_set_sinks(CURL *handle, ccurl_sink head, ccurl_sink body, void *receiver) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, head);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, receiver);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    return curl_easy_setopt(handle, CURLOPT_WRITEDATA, receiver);
}

static inline long ccurl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

typedef size_t (*ccurl_source)(char *room, size_t size, size_t count, void *giver);
typedef int (*ccurl_watch)(CURL *handle, curl_infotype kind, char *bytes, size_t count, void *watcher);

/* A letter that is given piece by piece, and a look at every command and reply. */
static inline CURLcode ccurl_set_letter(CURL *handle, ccurl_source source, ccurl_watch watch, void *giver) {
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, source);
    curl_easy_setopt(handle, CURLOPT_READDATA, giver);
    curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, watch);
    return curl_easy_setopt(handle, CURLOPT_DEBUGDATA, giver);
}

static inline size_t ccurl_abort(void) { return CURL_READFUNC_ABORT; }
static inline long ccurl_tls(int required) { return required ? CURLUSESSL_ALL : CURLUSESSL_NONE; }
