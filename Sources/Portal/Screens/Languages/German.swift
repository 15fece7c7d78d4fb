extension ConsentWords {
    static func german(_ tenant: String) -> ConsentWords {
        ConsentWords(
            title: "\(.name) verbinden",
            wantsToConnect: "\(.name) möchte sich mit Ihrem Konto bei \(tenant) verbinden",
            asksForMore: "\(.name) bittet um weitere Berechtigungen",
            hasChanged: "\(.name) hat sich geändert, seit Sie den Zugriff erlaubt haben",
            signedInAs: "Angemeldet als ",
            useAnotherAccount: "Nicht Sie? Anderes Konto verwenden",
            whichCompany: "Daten welches Unternehmens?",
            chooseCompany: "Wählen Sie ein Unternehmen",
            isConnectedFor: """
                \(.name) ist für \(.company) verbunden. \
                Wenn Sie ein anderes Unternehmen wählen, endet dieser Zugriff.
                """,
            willBeAble: "\(.name) kann dann",
            willNotBeAble: "\(.name) kann dann nicht",
            newPermissions: "Neue Berechtigungen",
            alreadyAllowed: "Bereits erlaubt",
            view: "Ansehen",
            change: "Ändern",
            account: "Konto",
            onlyAnAccount:
                "Die Anwendung erfährt nur, dass Sie hier ein Konto haben (eine Nummer, nicht Ihren Namen).",
            mayLeaveOut: "Wählen Sie, was Sie teilen möchten. Die Verbindung klappt auch ohne den Rest.",
            changedSince: "Was sich geändert hat seit ",
            nameWas: "Der Name war \(.name).",
            publisherWas: "Der Anbieter war \(.name).",
            logoIsNew: "Das Logo ist neu.",
            returnedTo: "Früher kehrten Sie zu \(.place) zurück.",
            registrationChanged:
                "Angaben zu ihrer Registrierung haben sich geändert: Adressen oder Links, was sie verlangen darf oder wer sich um sie kümmert.",
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
            asBefore: "Bis \(.time), wie bisher",
            connectedSince: "Verbunden seit",
            registeredHereOn: "Hier registriert am",
            verifiedBy: "Geprüft von \(tenant)",
            notVerified: "Nicht geprüft",
            verifiedDomain: "Geprüft: ",
            sentElsewhere: "Nicht geprüft – Sie werden weitergeleitet zu ",
            allow: "Zugriff erlauben",
            cancel: "Abbrechen",
            keepsEarlier: "Wenn Sie abbrechen, bleibt es bei dem, was Sie früher erlaubt haben.",
            disconnectAnyTime: "Sie können \(.name) jederzeit trennen unter \(.link).",
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
                "\(tenant) fragt im Auftrag von \(.name).",
                "Anfrage \(.reference)."
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
