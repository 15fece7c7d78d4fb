/* libcurl, and its variadic questions, asked in ways Swift can call. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

/* libcurl brings twenty other libraries along, most of them with libpq, which every start would load, and the process that
 * decodes logos as well. So it is loaded when something is first sent. */
#define CCURL_FUNCTIONS(EACH) \
    EACH(curl_easy_cleanup) EACH(curl_easy_getinfo) EACH(curl_easy_init) EACH(curl_easy_perform) EACH(curl_easy_reset) \
    EACH(curl_easy_setopt) EACH(curl_easy_strerror) EACH(curl_global_init) EACH(curl_slist_append) \
    EACH(curl_slist_free_all)

/* A handle, and the functions that take it, by their own names. */
struct ccurl {
    CURL *handle;
#define CCURL_FIELD(name) __typeof__(&name) name;
    CCURL_FUNCTIONS(CCURL_FIELD)
};

/* False when the library is not there, lacks one of them, or cannot be started. */
static inline _Bool ccurl_open(struct ccurl *curl) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
#define CCURL_FIND(name) \
    if (!(curl->name = (__typeof__(&name))dlsym(library, #name))) return 0;
    CCURL_FUNCTIONS(CCURL_FIND)
    return curl->curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && (curl->handle = curl->curl_easy_init());
}

typedef size_t (*ccurl_sink)(char *bytes, size_t size, size_t count, void *receiver);

static inline CURLcode ccurl_set_text(const struct ccurl *curl, CURLoption option, const char *text) {
    return curl->curl_easy_setopt(curl->handle, option, text);
}

static inline CURLcode ccurl_set_number(const struct ccurl *curl, CURLoption option, long number) {
    return curl->curl_easy_setopt(curl->handle, option, number);
}

static inline CURLcode ccurl_set_list(const struct ccurl *curl, CURLoption option, struct curl_slist *list) {
    return curl->curl_easy_setopt(curl->handle, option, list);
}

/* Bytes that stay where they are until the transfer is over. */
static inline CURLcode ccurl_set_body(const struct ccurl *curl, const void *bytes, size_t count) {
    CURLcode problem = curl->curl_easy_setopt(curl->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return problem != CURLE_OK ? problem : curl->curl_easy_setopt(curl->handle, CURLOPT_POSTFIELDS, bytes);
}

static inline CURLcode ccurl_set_sinks(const struct ccurl *curl, ccurl_sink head, ccurl_sink body, void *receiver) {
    curl->curl_easy_setopt(curl->handle, CURLOPT_HEADERFUNCTION, head);
    curl->curl_easy_setopt(curl->handle, CURLOPT_HEADERDATA, receiver);
    curl->curl_easy_setopt(curl->handle, CURLOPT_WRITEFUNCTION, body);
    return curl->curl_easy_setopt(curl->handle, CURLOPT_WRITEDATA, receiver);
}

static inline long ccurl_status(const struct ccurl *curl) {
    long status = 0;
    curl->curl_easy_getinfo(curl->handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

typedef size_t (*ccurl_source)(char *room, size_t size, size_t count, void *giver);
typedef int (*ccurl_watch)(CURL *handle, curl_infotype kind, char *bytes, size_t count, void *watcher);

/* A letter that is given piece by piece, and a look at every command and reply. */
static inline CURLcode ccurl_set_letter(const struct ccurl *curl, ccurl_source source, ccurl_watch watch, void *giver) {
    curl->curl_easy_setopt(curl->handle, CURLOPT_UPLOAD, 1L);
    curl->curl_easy_setopt(curl->handle, CURLOPT_READFUNCTION, source);
    curl->curl_easy_setopt(curl->handle, CURLOPT_READDATA, giver);
    curl->curl_easy_setopt(curl->handle, CURLOPT_VERBOSE, 1L);
    curl->curl_easy_setopt(curl->handle, CURLOPT_DEBUGFUNCTION, watch);
    return curl->curl_easy_setopt(curl->handle, CURLOPT_DEBUGDATA, giver);
}

static inline size_t ccurl_abort(void) { return CURL_READFUNC_ABORT; }
static inline long ccurl_tls(int required) { return required ? CURLUSESSL_ALL : CURLUSESSL_NONE; }
