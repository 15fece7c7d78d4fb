extension ConsentWords {
    static func ukrainian(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: Around(before: "Підключити ", after: ""),
            wantsToConnect: Around(
                before: "",
                after: " хоче підключитися до вашого облікового запису \(tenant)"
            ),
            asksForMore: Around(before: "", after: " просить більше доступу"),
            hasChanged: Around(before: "", after: " — дещо змінилося, відколи ви дали дозвіл"),
            signedInAs: "Ви ввійшли як ",
            useAnotherAccount: "Це не ви? Увійти з іншого облікового запису",
            willBeAble: Around(before: "", after: " зможе"),
            willNotBeAble: Around(before: "", after: " не зможе"),
            newPermissions: "Нові дозволи",
            alreadyAllowed: "Уже дозволено",
            view: "Перегляд",
            change: "Зміни",
            account: "Обліковий запис",
            onlyAnAccount: "Застосунок дізнається лише, що ви маєте тут обліковий запис (номер, а не ім’я).",
            mayLeaveOut:
                "Зніміть позначку з того, чим не хочете ділитися. Підключення працюватиме й без цього.",
            changedSince: "Що змінилося з ",
            nameWas: Around(before: "Попередня назва — ", after: "."),
            publisherWas: Around(before: "Попередній видавець — ", after: "."),
            logoIsNew: "Логотип новий.",
            returnedTo: Around(before: "Раніше ви поверталися до ", after: "."),
            addressesChanged: "Змінився перелік адрес, на які застосунок може вас скерувати.",
            sensitive: "Чутливі дані",
            publishedBy: "Видавець",
            registeredBySomeoneAt: "Зареєстрував хтось із ",
            youWillReturnTo: "Ви повернетеся до",
            youWillStay: "Ви залишитеся тут.",
            thisComputer: "цього комп’ютера",
            theApp: "застосунку ",
            accessLasts: "Доступ діє",
            untilDisconnected: "Доки я не відключу",
            thirtyDays: "30 днів",
            sevenDays: "7 днів",
            asBefore: Around(before: "До ", after: ", як і раніше"),
            connectedSince: "Підключено з",
            registeredHereOn: "Зареєстровано тут",
            verifiedBy: "Перевірено: \(tenant)",
            notVerified: "Не перевірено",
            verifiedDomain: "Перевірено: ",
            sentElsewhere: "Не перевірено – вас буде надіслано до ",
            allow: "Надати доступ",
            cancel: "Скасувати",
            keepsEarlier: "Якщо скасуєте, лишиться те, що ви дозволили раніше.",
            disconnectAnyTime: Around(before: "Ви можете будь-коли відключити ", after: " на сторінці "),
            connectedApplications: "Підключені застосунки",
            privacyPolicy: "Політика конфіденційності",
            terms: "Умови",
            opens: "відкриває",
            report: "Поскаржитися на цей застосунок",
            unchecked: (
                "\(tenant) не перевіряє, хто створив цей застосунок.",
                "Продовжуйте, лише якщо ви прийшли з сайту або від людини, яким довіряєте."
            ),
            onThisComputer: (
                "Цей застосунок працює на цьому комп’ютері.",
                """
                \(tenant) не може підтвердити, яка програма отримає доступ. Продовжуйте, лише якщо ви щойно самі її \
                запустили. Якщо браузер покаже «не вдається під’єднатися», запустіть програму знову й повторіть.
                """
            ),
            onThisDevice: (
                "Цей застосунок установлено на цьому пристрої.",
                """
                \(tenant) не може підтвердити, який застосунок отримає доступ. Продовжуйте, лише якщо ви щойно самі його \
                запустили.
                """
            ),
            testAccount: (
                "Ви — тестовий обліковий запис цього застосунку.",
                "Доки \(tenant) його не схвалить, підключити його можуть лише тестові облікові записи."
            ),
            administrator: (
                "Ви — адміністратор \(tenant).",
                "Цей застосунок отримає доступ вашого облікового запису клієнта, а не адміністратора."
            ),
            byHand: (
                Around(before: "\(tenant) запитує від імені ", after: "."),
                Around(before: "Запит ", after: ".")
            ),
            months: [
                "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня",
                "жовтня",
                "листопада", "грудня",
            ]
        )
    }
}
