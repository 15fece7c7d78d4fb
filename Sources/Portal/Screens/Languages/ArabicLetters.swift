extension LetterWords {
    static let arabic = LetterWords(
        resetPassword: Wording(
            subject: "تعيين كلمة مرور جديدة لـ \(.provider)",
            paragraphs: [
                "طلب شخص ما، على الأرجح أنت، تعيين كلمة مرور جديدة للحساب المرتبط بهذا العنوان."
            ],
            link: "تعيين كلمة مرور جديدة",
            closing: """
                يعمل الرابط مرة واحدة، لمدة 30 دقيقة. إذا لم تكن أنت، فتجاهل هذه الرسالة. تبقى كلمة \
                مرورك كما هي.
                """
        ),
        passwordChanged: Wording(
            subject: "تم تغيير كلمة مرورك لـ \(.provider)",
            paragraphs: [
                """
                تم تغييرها في \(.date)، الساعة \(.time) UTC، من \(.address). يجب تسجيل الدخول من جديد \
                في كل متصفح كان مسجّل الدخول.
                """
            ],
            link: "تعيين كلمة مرور جديدة",
            closing: "إذا لم تكن أنت، فعيّن كلمة مرور جديدة الآن."
        ),
        accessStops: "تتوقف التطبيقات التي سمحت لها إلى أن تفتحها من جديد.",
        confirmNewAddress: Wording(
            subject: "أكّد بريدك الإلكتروني الجديد لـ \(.provider)",
            paragraphs: [
                "يريد شخص ما، على الأرجح أنت، استخدام هذا العنوان لتسجيل الدخول."
            ],
            link: "تأكيد هذا العنوان",
            closing: "يعمل الرابط مرة واحدة، لمدة 60 دقيقة. إذا لم تكن أنت، فتجاهل هذه الرسالة."
        ),
        addressChanged: Wording(
            subject: "تم تغيير بريدك الإلكتروني لـ \(.provider)",
            paragraphs: [
                """
                يستخدم حسابك الآن \(.email). تم تغيير العنوان في \(.date)، الساعة \(.time) UTC، من \
                \(.address).
                """,
                "لم يعد بإمكانك تسجيل الدخول بالعنوان الذي وصلت إليه هذه الرسالة.",
            ],
            link: "الحصول على المساعدة",
            closing: "إذا لم تكن أنت، فردّ على هذه الرسالة الآن."
        ),
        invitedToTest: Wording(
            subject: "يطلب منك \(.name) اختبار التطبيق",
            paragraphs: [
                """
                يطلب منك شخص من \(.place) تجربة \(.name) بحسابك في \(.provider)، قبل أن توافق عليه \
                \(.provider).
                """
            ],
            link: "الرد على الدعوة",
            closing: "إذا لم تفعل شيئًا، فلن يحدث شيء."
        ),
        connected: Wording(
            subject: "يمكن لـ \(.name) الآن استخدام بياناتك في \(.provider)",
            paragraphs: [
                "سمحت له بذلك في \(.date)، الساعة \(.time) UTC. يمكن للتطبيق:"
            ],
            link: "عرض الاتصال",
            closing: "يمكنك إلغاء ربطه في أي وقت. إذا لم تكن أنت، فألغِ ربطه الآن."
        ),
        permissionsGrew: Wording(
            subject: "لدى \(.name) إذن جديد",
            paragraphs: [
                "سمحت له بأكثر من ذي قبل. يمكن للتطبيق الآن أيضًا:"
            ],
            link: "عرض الاتصال",
            closing: "يمكنك إلغاء ربطه في أي وقت. إذا لم تكن أنت، فألغِ ربطه الآن."
        ),
        manualTokenRequest: Wording(
            subject: "يطلب \(.name) استخدام بياناتك في \(.provider)",
            paragraphs: [
                "تسأل \(.provider) نيابةً عن التطبيق. إذا سمحت له، فسيمكنه:"
            ],
            link: "عرض الطلب",
            closing: """
                يعمل الرابط مرة واحدة، حتى \(.date)، الساعة \(.time) UTC. لا تتم مشاركة أي شيء قبل أن \
                تسمح بذلك.
                """
        ),
        signature: "\(.provider)، \(.email)"
    )
}
