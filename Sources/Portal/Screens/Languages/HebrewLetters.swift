extension LetterWords {
    static let hebrew = LetterWords(
        resetPassword: Wording(
            subject: "קביעת סיסמה חדשה עבור \(.provider)",
            paragraphs: [
                "התקבלה בקשה, כנראה ממך, לקבוע סיסמה חדשה לחשבון עם הכתובת הזאת."
            ],
            link: "קביעת סיסמה חדשה",
            closing: """
                הקישור עובד פעם אחת, למשך 30 דקות. אם הבקשה לא באה ממך, אפשר להתעלם מההודעה הזאת. \
                הסיסמה נשארת כפי שהיא.
                """
        ),
        passwordChanged: Wording(
            subject: "הסיסמה שלך עבור \(.provider) שונתה",
            paragraphs: [
                """
                היא שונתה \(.date) בשעה \(.time) UTC, מהכתובת \(.address). יש להיכנס מחדש בכל דפדפן \
                שהיה מחובר.
                """
            ],
            link: "קביעת סיסמה חדשה",
            closing: "אם השינוי לא נעשה על ידך, יש לקבוע עכשיו סיסמה חדשה."
        ),
        accessStops: "היישומים שאישרת מפסיקים לפעול עד שייפתחו שוב.",
        confirmNewAddress: Wording(
            subject: "אישור כתובת הדואר החדשה עבור \(.provider)",
            paragraphs: [
                "התקבלה בקשה, כנראה ממך, להיכנס עם הכתובת הזאת."
            ],
            link: "אישור הכתובת הזאת",
            closing: "הקישור עובד פעם אחת, למשך 60 דקות. אם הבקשה לא באה ממך, אפשר להתעלם מההודעה הזאת."
        ),
        addressChanged: Wording(
            subject: "כתובת הדואר שלך עבור \(.provider) שונתה",
            paragraphs: [
                """
                הכתובת של החשבון היא עכשיו \(.email). היא שונתה \(.date) בשעה \(.time) UTC, מהכתובת \
                \(.address).
                """,
                "אי אפשר עוד להיכנס עם הכתובת שאליה נשלחה ההודעה הזאת.",
            ],
            link: "לקבלת עזרה",
            closing: "אם השינוי לא נעשה על ידך, יש להשיב עכשיו להודעה הזאת."
        ),
        invitedToTest: Wording(
            subject: "בקשה לבדוק את \(.name)",
            paragraphs: [
                """
                התקבלה בקשה ממישהו מ־\(.place) לנסות את \(.name) עם החשבון שלך ב־\(.provider), לפני \
                אישור היישום על ידי \(.provider).
                """
            ],
            link: "מענה להזמנה",
            closing: "אם לא עושים דבר, לא קורה דבר."
        ),
        connected: Wording(
            subject: "\(.name) יכול עכשיו להשתמש בנתונים שלך ב־\(.provider)",
            paragraphs: [
                "אישרת זאת \(.date) בשעה \(.time) UTC. היישום יכול:"
            ],
            link: "צפייה בחיבור",
            closing: "אפשר לנתק אותו בכל עת. אם האישור לא ניתן על ידך, יש לנתק אותו עכשיו."
        ),
        permissionsGrew: Wording(
            subject: "\(.name) קיבל הרשאה חדשה",
            paragraphs: [
                "אישרת לו יותר מאשר קודם. היישום יכול עכשיו גם:"
            ],
            link: "צפייה בחיבור",
            closing: "אפשר לנתק אותו בכל עת. אם האישור לא ניתן על ידך, יש לנתק אותו עכשיו."
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) מבקש להשתמש בנתונים שלך ב־\(.provider)",
            paragraphs: [
                "הבקשה מאת \(.provider) בשם היישום. באישור שלך הוא יוכל:"
            ],
            link: "צפייה בבקשה",
            closing: """
                הקישור עובד פעם אחת, עד \(.date) בשעה \(.time) UTC. שום דבר לא ישותף לפני האישור שלך.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
