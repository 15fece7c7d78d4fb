extension ConsentWords {
    static func arabic(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "ربط \(.name)",
            wantsToConnect: "يريد \(.name) الاتصال بحسابك في \(tenant)",
            asksForMore: "يطلب \(.name) صلاحيات إضافية",
            hasChanged: "تغيّر \(.name) منذ أن سمحت له",
            signedInAs: "تم تسجيل الدخول باسم ",
            useAnotherAccount: "لست أنت؟ استخدام حساب آخر",
            whichCompany: "بيانات أي شركة؟",
            chooseCompany: "اختر شركة",
            isConnectedFor: "\(.name) متصل لصالح \(.company). إذا اخترت شركة أخرى فسينتهي هذا الوصول.",
            willBeAble: "سيتمكن \(.name) من",
            willNotBeAble: "لن يتمكن \(.name) من",
            newPermissions: "أذونات جديدة",
            alreadyAllowed: "مسموح به سابقًا",
            view: "الاطلاع",
            change: "التغيير",
            account: "الحساب",
            onlyAnAccount: "يعرف فقط أن لديك حسابًا هنا (رقم، وليس اسمك).",
            mayLeaveOut: "اختر ما تريد مشاركته. سيتم الربط بدون الباقي.",
            changedSince: "ما الذي تغيّر منذ ",
            nameWas: "كان اسمه \(.name).",
            publisherWas: "كان ناشره \(.name).",
            logoIsNew: "له شعار جديد.",
            returnedTo: "كنت تعود من قبل إلى \(.place).",
            registrationChanged: "تغيّر تسجيله: عناوينه أو روابطه، أو ما يجوز له طلبه، أو من يديره.",
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
            asBefore: "حتى \(.time)، كما كان",
            connectedSince: "مرتبط منذ",
            registeredHereOn: "مسجّل هنا منذ",
            verifiedBy: "تم التحقق بواسطة \(tenant)",
            notVerified: "غير موثّق",
            verifiedDomain: "موثّق: ",
            sentElsewhere: "غير موثّق – ستُرسَل إلى ",
            allow: "السماح بالوصول",
            cancel: "إلغاء",
            keepsEarlier: "إذا ألغيت، يبقى ما سمحت به سابقًا.",
            disconnectAnyTime: "يمكنك إلغاء ربط \(.name) في أي وقت من \(.link).",
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
                "تسأل \(tenant) نيابةً عن \(.name).",
                "الطلب \(.reference)."
            ),
            months: [
                "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
                "نوفمبر",
                "ديسمبر",
            ]
        )
    }
}
