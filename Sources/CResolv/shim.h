/* glibc's stub resolver, asked in a state of its own, and its macros as functions. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

enum { CRESOLV_TEXT = ns_t_txt, CRESOLV_IPV4 = ns_t_a, CRESOLV_IPV6 = ns_t_aaaa };
enum { CRESOLV_NO_SUCH_NAME = HOST_NOT_FOUND, CRESOLV_NO_RECORD = NO_DATA };

/*
 * The length of the answer about a whole name, or -1 and why. Where no `server` is given those of resolv.conf are
 * asked. Four seconds at most: glibc waits `retrans` seconds for each of three servers, `retry` times for each; an
 * answer that does not fit into a datagram is read as far as it goes, because TCP would wait without end.
 */
static inline int cresolv_ask(
    const char *name, int type, const struct in_addr *server, unsigned short port,
    unsigned char *answer, int room, int *problem
) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) {
        *problem = NO_RECOVERY;
        return -1;
    }
    if (server) {
        state.nscount = 1;
        state.nsaddr_list[0] = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = *server};
    }
    state.options |= RES_USE_EDNS0 | RES_IGNTC;
    state.retrans = state.nscount > 1 ? 1 : 2;
    state.retry = state.nscount > 1 ? 1 : 2;
    int length = res_nquery(&state, name, ns_c_in, type, answer, room);
    *problem = state.res_h_errno;
    res_nclose(&state);
    return length > room ? room : length;
}

/* How much the record at a place of the answer says and where; -1 where it is of another type, -2 where none is. */
static inline int cresolv_record(
    const unsigned char *answer, int length, int place, int type, const unsigned char **start
) {
    ns_msg message;
    ns_rr record;
    if (ns_initparse(answer, length, &message) != 0 || place >= ns_msg_count(message, ns_s_an)) return -2;
    if (ns_parserr(&message, ns_s_an, place, &record) != 0) return -2;
    if (ns_rr_type(record) != type) return -1;
    *start = ns_rr_rdata(record);
    return ns_rr_rdlen(record);
}
