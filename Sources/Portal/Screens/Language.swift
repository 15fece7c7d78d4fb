import Registry

// Longer functions than elsewhere: a language is one list of phrases, and half a list helps nobody.

/// A language the consent screen speaks; the rest of the product is in English.
enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case arabic = "ar"

    var name: String {
        switch self {
        case .english: "English"
        case .arabic: "العربية"
        }
    }

    var isRightToLeft: Bool { self == .arabic }

    /// The first language asked for that we speak: `ui_locales` (OpenID Connect Core §3.1.2.1) before the
    /// browser's `Accept-Language` (RFC 9110 §12.5.4), whose order is taken as its preference.
    init(asked uiLocales: String?, acceptLanguage: String?) {
        let tags = (uiLocales ?? "").utf8.split(separator: UInt8(ascii: " "))
        let accepted = (acceptLanguage ?? "").utf8.split(separator: UInt8(ascii: ","))
        let found = (tags + accepted).lazy.compactMap { Language(tag: String(decoding: $0, as: UTF8.self)) }
        self = found.first ?? .english
    }

    /// Reads the primary subtag (RFC 5646 §2.2.1): `ar-EG;q=0.9` is Arabic.
    private init?(tag: String) {
        let primary = tag.utf8.drop { $0 == UInt8(ascii: " ") }.prefix {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
        }
        self.init(rawValue: String(decoding: primary, as: UTF8.self).lowercased())
    }
}

/// A sentence around a name, which stands in isolation so that its direction does not disturb the sentence's.
struct Around: Sendable {
    let before: String
    let after: String
}

/// Every word of the consent screen in one language.
struct ConsentWords: Sendable {
    let title: Around
    let wantsToConnect: Around
    let asksForMore: Around
    let hasChanged: Around
    let signedInAs: String
    let useAnotherAccount: String
    let willBeAble: Around
    let willNotBeAble: Around
    let newPermissions: String
    let alreadyAllowed: String
    let view: String
    let change: String
    let account: String
    let onlyAnAccount: String
    let mayLeaveOut: String
    let changedSince: String
    let nameWas: Around
    let publisherWas: Around
    let logoIsNew: String
    let returnedTo: Around
    let addressesChanged: String
    let sensitive: String
    let publishedBy: String
    let registeredBySomeoneAt: String
    let youWillReturnTo: String
    let youWillStay: String
    let thisComputer: String
    let theApp: String
    let accessLasts: String
    let untilDisconnected: String
    let thirtyDays: String
    let sevenDays: String
    let asBefore: Around
    let connectedSince: String
    let registeredHereOn: String
    let verifiedBy: String
    let notVerified: String
    let allow: String
    let cancel: String
    let keepsEarlier: String
    let disconnectAnyTime: Around
    let connectedApplications: String
    let privacyPolicy: String
    let terms: String
    let opens: String
    let report: String
    let unchecked: (fact: String, advice: String)
    let onThisComputer: (fact: String, advice: String)
    let onThisDevice: (fact: String, advice: String)
    let testAccount: (fact: String, advice: String)
    let administrator: (fact: String, advice: String)

    /// Around an application's name and the reference of a request by hand.
    let byHand: (fact: Around, request: Around)
    let months: [String]
}

extension ConsentWords {
    init(_ language: Language, tenant: String) {
        self = language == .arabic ? .arabic(tenant) : .english(tenant)
    }

    func heading(of group: OfferedScope.Group) -> String {
        switch group {
        case .view: view
        case .change: change
        case .account: account
        }
    }

    private static func english(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: Around(before: "Connect ", after: ""),
            wantsToConnect: Around(before: "", after: " wants to connect to your \(tenant) account"),
            asksForMore: Around(before: "", after: " asks for more access"),
            hasChanged: Around(before: "", after: " has changed since you allowed it"),
            signedInAs: "Signed in as ",
            useAnotherAccount: "Not you? Use another account",
            willBeAble: Around(before: "", after: " will be able to"),
            willNotBeAble: Around(before: "", after: " will not be able to"),
            newPermissions: "New permissions",
            alreadyAllowed: "Already allowed",
            view: "View",
            change: "Change",
            account: "Account",
            onlyAnAccount: "It only learns that you have an account here (a number, not your name).",
            mayLeaveOut: "Untick what you do not want to share. It connects without that.",
            changedSince: "What changed since ",
            nameWas: Around(before: "Its name was ", after: "."),
            publisherWas: Around(before: "It was published by ", after: "."),
            logoIsNew: "It has a new logo.",
            returnedTo: Around(before: "You returned to ", after: " before."),
            addressesChanged: "It changed the list of addresses it may send people to.",
            sensitive: "Sensitive",
            publishedBy: "Published by",
            registeredBySomeoneAt: "Registered by someone at ",
            youWillReturnTo: "You will return to",
            youWillStay: "You will stay here.",
            thisComputer: "this computer",
            theApp: "the app ",
            accessLasts: "Access lasts",
            untilDisconnected: "Until I disconnect it",
            thirtyDays: "For 30 days",
            sevenDays: "For 7 days",
            asBefore: Around(before: "Until ", after: ", as before"),
            connectedSince: "Connected since",
            registeredHereOn: "Registered here on",
            verifiedBy: "Verified by \(tenant)",
            notVerified: "Not verified",
            allow: "Allow access",
            cancel: "Cancel",
            keepsEarlier: "If you cancel, it keeps what you allowed before.",
            disconnectAnyTime: Around(before: "You can disconnect ", after: " at any time in "),
            connectedApplications: "Connected applications",
            privacyPolicy: "Privacy policy",
            terms: "Terms",
            opens: "opens",
            report: "Report this application",
            unchecked: (
                "\(tenant) has not checked who made this application.",
                "Only continue if you started this from a website or person you trust."
            ),
            onThisComputer: (
                "This application runs on this computer.",
                """
                \(tenant) cannot confirm which program receives access. Continue only if you have just started it \
                yourself. If your browser then shows “cannot connect”, start the program again and repeat.
                """
            ),
            onThisDevice: (
                "This application is installed on this device.",
                "\(tenant) cannot confirm which app receives access. Continue only if you have just started it yourself."
            ),
            testAccount: (
                "You are a test account of this application.",
                "Until \(tenant) approves it, only its test accounts can connect it."
            ),
            administrator: (
                "You are an administrator of \(tenant).",
                "This application gets the access of your customer account, not of your administration."
            ),
            byHand: (
                Around(before: "\(tenant) asks on behalf of ", after: "."),
                Around(before: "Request ", after: ".")
            ),
            months: CalendarText.months
        )
    }

    private static func arabic(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: Around(before: "ربط ", after: ""),
            wantsToConnect: Around(before: "يريد ", after: " الاتصال بحسابك في \(tenant)"),
            asksForMore: Around(before: "يطلب ", after: " صلاحيات إضافية"),
            hasChanged: Around(before: "تغيّر ", after: " منذ أن سمحت له"),
            signedInAs: "تم تسجيل الدخول باسم ",
            useAnotherAccount: "لست أنت؟ استخدام حساب آخر",
            willBeAble: Around(before: "سيتمكن ", after: " من"),
            willNotBeAble: Around(before: "لن يتمكن ", after: " من"),
            newPermissions: "أذونات جديدة",
            alreadyAllowed: "مسموح به سابقًا",
            view: "الاطلاع",
            change: "التغيير",
            account: "الحساب",
            onlyAnAccount: "يعرف فقط أن لديك حسابًا هنا (رقم، وليس اسمك).",
            mayLeaveOut: "أزل العلامة عمّا لا تريد مشاركته. سيتم الربط بدونه.",
            changedSince: "ما الذي تغيّر منذ ",
            nameWas: Around(before: "كان اسمه ", after: "."),
            publisherWas: Around(before: "كان ناشره ", after: "."),
            logoIsNew: "له شعار جديد.",
            returnedTo: Around(before: "كنت تعود من قبل إلى ", after: "."),
            addressesChanged: "غيّر قائمة العناوين التي قد يرسل الناس إليها.",
            sensitive: "حساس",
            publishedBy: "الناشر",
            registeredBySomeoneAt: "سجّله شخص من ",
            youWillReturnTo: "ستعود إلى",
            youWillStay: "ستبقى هنا.",
            thisComputer: "هذا الحاسوب",
            theApp: "التطبيق ",
            accessLasts: "مدة الوصول",
            untilDisconnected: "حتى ألغي الربط",
            thirtyDays: "لمدة 30 يومًا",
            sevenDays: "لمدة 7 أيام",
            asBefore: Around(before: "حتى ", after: "، كما كان"),
            connectedSince: "مرتبط منذ",
            registeredHereOn: "مسجّل هنا منذ",
            verifiedBy: "تم التحقق بواسطة \(tenant)",
            notVerified: "غير موثّق",
            allow: "السماح بالوصول",
            cancel: "إلغاء",
            keepsEarlier: "إذا ألغيت، يبقى ما سمحت به سابقًا.",
            disconnectAnyTime: Around(before: "يمكنك إلغاء ربط ", after: " في أي وقت من "),
            connectedApplications: "التطبيقات المرتبطة",
            privacyPolicy: "سياسة الخصوصية",
            terms: "الشروط",
            opens: "يفتح",
            report: "الإبلاغ عن هذا التطبيق",
            unchecked: (
                "لم تتحقق \(tenant) من صاحب هذا التطبيق.",
                "تابع فقط إذا بدأت هذا من موقع أو شخص تثق به."
            ),
            onThisComputer: (
                "يعمل هذا التطبيق على هذا الحاسوب.",
                "لا تستطيع \(tenant) تأكيد أي برنامج يحصل على الوصول. تابع فقط إذا شغّلته بنفسك الآن."
            ),
            onThisDevice: (
                "هذا التطبيق مثبّت على هذا الجهاز.",
                "لا تستطيع \(tenant) تأكيد أي تطبيق يحصل على الوصول. تابع فقط إذا شغّلته بنفسك الآن."
            ),
            testAccount: (
                "أنت حساب تجريبي لهذا التطبيق.",
                "إلى أن توافق عليه \(tenant)، لا يمكن ربطه إلا بحساباته التجريبية."
            ),
            administrator: (
                "أنت مسؤول في \(tenant).",
                "يحصل هذا التطبيق على صلاحيات حسابك كعميل، وليس على صلاحيات الإدارة."
            ),
            byHand: (
                Around(before: "تسأل \(tenant) نيابةً عن ", after: "."),
                Around(before: "الطلب ", after: ".")
            ),
            months: [
                "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
                "نوفمبر",
                "ديسمبر",
            ]
        )
    }
}
