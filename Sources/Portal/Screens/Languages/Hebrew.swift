extension ConsentWords {
    static func hebrew(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "חיבור \(.name)",
            wantsToConnect: "\(.name) מבקש להתחבר לחשבון שלך ב־\(tenant)",
            asksForMore: "\(.name) מבקש הרשאות נוספות",
            hasChanged: "\(.name) השתנה מאז שאישרת אותו",
            signedInAs: "מחובר בתור ",
            useAnotherAccount: "לא אתה? שימוש בחשבון אחר",
            whichCompany: "הנתונים של איזו חברה?",
            chooseCompany: "יש לבחור חברה",
            isConnectedFor: "\(.name) מחובר עבור \(.company). אם תיבחר חברה אחרת, הגישה הזו תסתיים.",
            willBeAble: "\(.name) יוכל",
            willNotBeAble: "\(.name) לא יוכל",
            newPermissions: "הרשאות חדשות",
            alreadyAllowed: "כבר אושר",
            view: "צפייה",
            change: "שינוי",
            account: "חשבון",
            onlyAnAccount: "היישום ידע רק שיש לך כאן חשבון (מספר, לא השם שלך).",
            mayLeaveOut: "אפשר לבחור מה לשתף. החיבור יפעל גם בלי השאר.",
            changedSince: "מה השתנה מאז ",
            nameWas: "שמו היה \(.name).",
            publisherWas: "המפרסם היה \(.name).",
            logoIsNew: "הלוגו חדש.",
            returnedTo: "בעבר חזרת אל \(.place).",
            registrationChanged: "הרישום שלו השתנה: כתובות או קישורים, מה מותר לו לבקש, או מי מטפל בו.",
            sensitive: "רגיש",
            publishedBy: "מפרסם",
            registeredBySomeoneAt: "נרשם על ידי מישהו מ־",
            youWillReturnTo: "בסיום חוזרים אל",
            youWillStay: "נשארים כאן.",
            thisComputer: "המחשב הזה",
            theApp: "היישום ",
            accessLasts: "תוקף הגישה",
            untilDisconnected: "עד שאנתק אותו",
            thirtyDays: "30 ימים",
            sevenDays: "7 ימים",
            asBefore: "עד \(.time), כמו קודם",
            connectedSince: "מחובר מאז",
            registeredHereOn: "נרשם כאן בתאריך",
            verifiedBy: "אומת על ידי \(tenant)",
            notVerified: "לא מאומת",
            verifiedDomain: "מאומת: ",
            sentElsewhere: "לא מאומת – תועברו אל ",
            allow: "אישור גישה",
            cancel: "ביטול",
            keepsEarlier: "ביטול משאיר את מה שאושר קודם.",
            disconnectAnyTime: "אפשר לנתק את \(.name) בכל עת תחת \(.link).",
            connectedApplications: "יישומים מחוברים",
            privacyPolicy: "מדיניות פרטיות",
            terms: "תנאים",
            opens: "פותח",
            report: "דיווח על היישום",
            unchecked: (
                "\(tenant) לא בדקה מי יצר את היישום הזה.",
                "כדאי להמשיך רק אם הגעת מאתר או מאדם שסומכים עליהם."
            ),
            onThisComputer: (
                "היישום הזה פועל על המחשב הזה.",
                """
                \(tenant) אינה יכולה לאשר איזו תוכנה תקבל את הגישה. כדאי להמשיך רק אם הפעלת אותה עכשיו בעצמך. אם הדפדפן \
                יציג אחר כך „אין אפשרות להתחבר”, יש להפעיל את התוכנה שוב ולחזור על הפעולה.
                """
            ),
            onThisDevice: (
                "היישום הזה מותקן במכשיר הזה.",
                "\(tenant) אינה יכולה לאשר איזה יישום יקבל את הגישה. כדאי להמשיך רק אם הפעלת אותו עכשיו בעצמך."
            ),
            testAccount: (
                "זהו חשבון בדיקה של היישום הזה.",
                "עד ש־\(tenant) תאשר אותו, רק חשבונות הבדיקה שלו יכולים לחבר אותו."
            ),
            administrator: (
                "יש לך תפקיד מנהל ב־\(tenant).",
                "היישום מקבל את הגישה של חשבון הלקוח, לא של חשבון הניהול."
            ),
            byHand: (
                "הבקשה מאת \(tenant) בשם \(.name).",
                "בקשה \(.reference)."
            ),
            months: [
                "בינואר", "בפברואר", "במרץ", "באפריל", "במאי", "ביוני", "ביולי", "באוגוסט", "בספטמבר",
                "באוקטובר",
                "בנובמבר", "בדצמבר",
            ]
        )
    }
}
