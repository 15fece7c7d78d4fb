extension ConsentWords {
    static func arabic(_ tenant: String) -> ConsentWords {
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
            verifiedDomain: "موثّق: ",
            sentElsewhere: "غير موثّق – ستُرسَل إلى ",
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
