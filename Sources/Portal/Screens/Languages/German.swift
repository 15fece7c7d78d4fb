extension ConsentWords {
    static func german(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: Around(before: "", after: " verbinden"),
            wantsToConnect: Around(before: "", after: " möchte sich mit Ihrem Konto bei \(tenant) verbinden"),
            asksForMore: Around(before: "", after: " bittet um weitere Berechtigungen"),
            hasChanged: Around(before: "", after: " hat sich geändert, seit Sie den Zugriff erlaubt haben"),
            signedInAs: "Angemeldet als ",
            useAnotherAccount: "Nicht Sie? Anderes Konto verwenden",
            willBeAble: Around(before: "", after: " kann dann"),
            willNotBeAble: Around(before: "", after: " kann dann nicht"),
            newPermissions: "Neue Berechtigungen",
            alreadyAllowed: "Bereits erlaubt",
            view: "Ansehen",
            change: "Ändern",
            account: "Konto",
            onlyAnAccount:
                "Die Anwendung erfährt nur, dass Sie hier ein Konto haben (eine Nummer, nicht Ihren Namen).",
            mayLeaveOut:
                "Entfernen Sie das Häkchen bei allem, was Sie nicht teilen möchten. Die Verbindung klappt auch ohne das.",
            changedSince: "Was sich geändert hat seit ",
            nameWas: Around(before: "Der Name war ", after: "."),
            publisherWas: Around(before: "Der Anbieter war ", after: "."),
            logoIsNew: "Das Logo ist neu.",
            returnedTo: Around(before: "Früher kehrten Sie zu ", after: " zurück."),
            addressesChanged:
                "Die Liste der Adressen, zu denen die Anwendung Sie schicken darf, hat sich geändert.",
            sensitive: "Vertraulich",
            publishedBy: "Anbieter",
            registeredBySomeoneAt: "Registriert von jemandem bei ",
            youWillReturnTo: "Sie kehren zurück zu",
            youWillStay: "Sie bleiben hier.",
            thisComputer: "diesem Computer",
            theApp: "der App ",
            accessLasts: "Der Zugriff gilt",
            untilDisconnected: "Bis auf Widerruf",
            thirtyDays: "30 Tage",
            sevenDays: "7 Tage",
            asBefore: Around(before: "Bis ", after: ", wie bisher"),
            connectedSince: "Verbunden seit",
            registeredHereOn: "Hier registriert am",
            verifiedBy: "Geprüft von \(tenant)",
            notVerified: "Nicht geprüft",
            verifiedDomain: "Geprüft: ",
            sentElsewhere: "Nicht geprüft – Sie werden weitergeleitet zu ",
            allow: "Zugriff erlauben",
            cancel: "Abbrechen",
            keepsEarlier: "Wenn Sie abbrechen, bleibt es bei dem, was Sie früher erlaubt haben.",
            disconnectAnyTime: Around(before: "Sie können ", after: " jederzeit trennen unter "),
            connectedApplications: "Verbundene Anwendungen",
            privacyPolicy: "Datenschutzerklärung",
            terms: "Nutzungsbedingungen",
            opens: "öffnet",
            report: "Diese Anwendung melden",
            unchecked: (
                "\(tenant) hat nicht geprüft, wer diese Anwendung gemacht hat.",
                "Fahren Sie nur fort, wenn Sie von einer Website oder Person kommen, der Sie vertrauen."
            ),
            onThisComputer: (
                "Diese Anwendung läuft auf diesem Computer.",
                """
                \(tenant) kann nicht feststellen, welches Programm den Zugriff erhält. Fahren Sie nur fort, wenn Sie es \
                gerade selbst gestartet haben. Zeigt Ihr Browser danach „Verbindung fehlgeschlagen“, starten Sie das \
                Programm neu und wiederholen Sie den Vorgang.
                """
            ),
            onThisDevice: (
                "Diese Anwendung ist auf diesem Gerät installiert.",
                """
                \(tenant) kann nicht feststellen, welche App den Zugriff erhält. Fahren Sie nur fort, wenn Sie sie gerade \
                selbst gestartet haben.
                """
            ),
            testAccount: (
                "Sie sind ein Testkonto dieser Anwendung.",
                "Bis \(tenant) sie freigibt, können nur ihre Testkonten sie verbinden."
            ),
            administrator: (
                "Sie sind Administrator von \(tenant).",
                "Diese Anwendung erhält den Zugriff Ihres Kundenkontos, nicht den Ihrer Verwaltung."
            ),
            byHand: (
                Around(before: "\(tenant) fragt im Auftrag von ", after: "."),
                Around(before: "Anfrage ", after: ".")
            ),
            months: MonthNames(
                [
                    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
                    "Oktober", "November",
                    "Dezember",
                ],
                behindDay: "."
            )
        )
    }
}
