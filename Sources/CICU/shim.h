#define U_SHOW_CPLUSPLUS_API 0
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>

/* ICU's functions carry its version in their names, through macros that Swift does not see. Each of these
   says how many UTF-16 units the answer has, which may be more than there was room for, or -1. */

/* NFKC_Casefold: one case, one form, nothing that is ignorable (UAX 31). */
static inline int32_t portal_icu_fold(const UChar *text, int32_t length, UChar *answer, int32_t room) {
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *folding = unorm2_getNFKCCasefoldInstance(&error);
    int32_t needed = unorm2_normalize(folding, text, length, answer, room, &error);
    return U_SUCCESS(error) || error == U_BUFFER_OVERFLOW_ERROR ? needed : -1;
}

/* What every text becomes that looks the same (UTS 39 §4). */
static inline int32_t portal_icu_skeleton(
    const USpoofChecker *checker, const UChar *text, int32_t length, UChar *answer, int32_t room) {
    UErrorCode error = U_ZERO_ERROR;
    int32_t needed = uspoof_getSkeleton(checker, 0, text, length, answer, room, &error);
    return U_SUCCESS(error) || error == U_BUFFER_OVERFLOW_ERROR ? needed : -1;
}

/* A checker of what is "Highly Restrictive" (UTS 39 §5.2); null without memory. */
static inline USpoofChecker *portal_icu_open(void) {
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&error);
    if (U_FAILURE(error)) return 0;
    uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL, &error);
    return U_SUCCESS(error) ? checker : 0;
}

/* Whether letters stand together that are not written together. */
static inline int portal_icu_mixes(const USpoofChecker *checker, const UChar *text, int32_t length) {
    UErrorCode error = U_ZERO_ERROR;
    int32_t found = uspoof_check2(checker, text, length, 0, &error);
    return U_SUCCESS(error) && (found & USPOOF_RESTRICTION_LEVEL) != 0;
}
