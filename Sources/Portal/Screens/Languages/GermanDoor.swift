extension DoorWords {
    static let german = DoorWords(
        signIn: SignIn(
            heading: "Bei \(.provider) anmelden",
            onTheWay: "um mit \(.name) fortzufahren",
            email: "E-Mail-Adresse",
            password: "Passwort",
            reveal: Reveal(show: "Anzeigen", hide: "Verbergen", label: "Passwort anzeigen"),
            button: "Anmelden",
            forgotten: "Passwort vergessen",
            cancelAndReturnTo: "Abbrechen und zurück zu \(.place)",
            isWrong: """
                E-Mail-Adresse oder Passwort stimmt nicht. Versuchen Sie es noch einmal oder setzen Sie ein neues \
                Passwort.
                """,
            isDisabled:
                "Mit Ihrem Konto ist keine Anmeldung möglich. Wenden Sie sich an den Support von \(.provider).",
            passwordIsSet: "Ihr neues Passwort gilt. Melden Sie sich damit an.",
            emailIsChanged: "Ihre E-Mail-Adresse ist geändert. Melden Sie sich mit der neuen an.",
            tooMany: "Zu viele Versuche",
            tryAgainAt: "Versuchen Sie es um \(.time) UTC wieder, oder \(.link).",
            setNewPassword: "setzen Sie jetzt ein neues Passwort",
            problem: "Etwas stimmt noch nicht",
            error: "Fehler: "
        ),
        newPassword: NewPassword(
            heading: "Neues Passwort setzen",
            weSendALink: """
                Wir schicken einen Link an die E-Mail-Adresse, mit der Sie sich bei \(.provider) anmelden.
                """,
            sendALink: "Link schicken",
            backToSignIn: "Zurück zur Anmeldung",
            enterEmail: "Geben Sie Ihre E-Mail-Adresse ein",
            emailIsMalformed: "Geben Sie eine E-Mail-Adresse wie name@company.com ein",
            checkEmail: "Sehen Sie in Ihren E-Mails nach",
            isTooSoon: "Sie können ihn 60 Sekunden nach dem letzten noch einmal schicken lassen.",
            wasSent: """
                Wenn es ein Konto mit \(.email) gibt, haben wir einen Link dorthin geschickt. Er \
                funktioniert einmal, 30 Minuten lang.
                """,
            nothingArrived: """
                Nichts angekommen? Sehen Sie im Spam-Ordner nach, oder lassen Sie ihn in 60 Sekunden noch \
                einmal schicken.
                """,
            sendAgain: "Noch einmal schicken",
            isWrongAddress: "Falsche Adresse? \(.link)",
            changeAddress: "Adresse ändern",
            hint: "Mindestens 12 Zeichen. Gut sind ein paar Wörter, die Sie sich merken können.",
            button: "Neues Passwort setzen",
            linkIsUsed: "Dieser Link wurde schon benutzt",
            linkHasExpired: "Dieser Link ist abgelaufen",
            afterUse: "\(.signIn) oder \(.link).",
            signIn: "Melden Sie sich an",
            newLinkAfterUse: "lassen Sie sich einen neuen Link schicken",
            newLink: "Lassen Sie sich einen neuen Link schicken",
            noMail: "Es kann keine E-Mail gesendet werden",
            tryLater: """
                \(.provider) kann im Moment keine E-Mails senden. Versuchen Sie es später noch einmal.
                """,
            tryLaterOrWrite: """
                \(.provider) kann im Moment keine E-Mails senden. Versuchen Sie es später noch einmal oder \
                schreiben Sie an \(.email).
                """,
            mistakes: Mistakes(
                missing: "Geben Sie ein Passwort ein",
                short: "Nehmen Sie mindestens 12 Zeichen",
                long: "Das Passwort kann bis zu 128 Zeichen haben",
                stolen: "Dieses Passwort steht auf Listen gestohlener Passwörter. Wählen Sie ein anderes",
                guessable: """
                    Dieses Passwort ist leicht zu erraten. Nehmen Sie ein paar Wörter, die nicht \
                    zusammengehören
                    """,
                context: """
                    Das Passwort enthält Ihre E-Mail-Adresse oder den Namen \(.provider). Wählen Sie ein \
                    anderes
                    """
            )
        ),
        refused: Refused(
            unknown: """
                Wir kennen die Anwendung nicht, die Sie hierher geschickt hat. Es wurde nichts weitergegeben. Gehen \
                Sie zurück und bitten Sie um einen neuen Link, wo Sie diesen bekommen haben.
                """,
            isIncomplete: "Dieser Verbindungslink ist unvollständig",
            doesNotWork: "Dieser Verbindungslink funktioniert nicht",
            isNotAvailable: "\(.name) ist nicht verfügbar",
            isPaused: """
                \(.provider) hat diese Anwendung angehalten. Auch Ihre bestehende Verbindung ruht. Sie müssen nichts \
                tun.
                """,
            isNotFinished: "Diese Anwendung ist noch nicht fertig",
            hasNotFinished: """
                \(.name) hat die Verbindung noch nicht fertig eingerichtet. Es wurde nichts weitergegeben.
                """,
            isAmbiguous: """
                Wir haben angehalten, bevor etwas weitergegeben wurde. Gehen Sie zurück zu \(.name) und nennen Sie \
                dort den Fehler und das Aktenzeichen, die unten stehen.
                """,
            isNotSetUp: "Dieser Verbindungslink ist nicht richtig eingerichtet",
            isNotRegistered: """
                Wir haben angehalten, bevor etwas weitergegeben wurde. \(.name) wollte, dass wir Sie an eine Adresse \
                zurückschicken, die dort nicht registriert ist. Gehen Sie zurück zu \(.name) und nennen Sie dort den \
                Fehler und das Aktenzeichen, die unten stehen.
                """,
            cannotBeAnswered: "Diese Anfrage kann nicht beantwortet werden",
            cannotAnswer: """
                Wir haben angehalten, bevor etwas weitergegeben wurde. \(.name) hat eine Anfrage geschickt, die wir \
                nicht beantworten können. Sie können zurückgehen und dort den Fehler und das Aktenzeichen nennen, \
                die unten stehen.
                """,
            errorAndReference: "Fehler \(.error), Aktenzeichen \(.reference)",
            forTheDeveloper: "Einzelheiten für die Entwickler",
            returnTo: "Zurück zu \(.place)",
            goBackTo: "Gehen Sie zurück zu \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "Das hat etwas zu lange gedauert",
            ended: Counted(
                one: """
                    Zu Ihrer Sicherheit wurde diese Anfrage nach einer Minute beendet. Es wurde nichts \
                    weitergegeben.
                    """,
                other: """
                    Zu Ihrer Sicherheit wurde diese Anfrage nach \(.number) Minuten beendet. Es wurde nichts \
                    weitergegeben.
                    """
            ),
            endedAtOnce: """
                Zu Ihrer Sicherheit wurde diese Anfrage nach weniger als einer Minute beendet. Es wurde nichts \
                weitergegeben.
                """,
            startAgain: "Noch einmal beginnen",
            isTested: "\(.name) wird noch getestet",
            onlyTestAccounts: """
                Vorerst können nur eingeladene Testkonten die Verbindung herstellen. Sie sind angemeldet als \
                \(.email).
                """,
            isInvited: "Sie sind eingeladen. \(.link) und beginnen Sie dann noch einmal.",
            answerTheInvitation: "Beantworten Sie die Einladung",
            useAnotherAccount: "Anderes Konto verwenden",
            isFrozen: "\(.name) kann zurzeit nicht verbunden werden",
            wasReported: """
                Mehrere Personen haben diese Anwendung gemeldet, und \(.provider) prüft das. Es wurde nichts \
                weitergegeben. Was Sie früher erlaubt haben, gilt wie bisher.
                """
        ),
        system: System(
            foreignForm: (
                "Dieses Formular kam von einer anderen Website",
                "Zu Ihrer Sicherheit wurde nichts geändert. Öffnen Sie die Seite hier und versuchen Sie es noch einmal."
            ),
            unsealedForm: (
                "Dieses Formular kann nicht mehr gesendet werden",
                """
                Es wurde geöffnet, bevor Sie sich an- oder abgemeldet haben, oder Ihr Browser hat unser Cookie nicht \
                behalten. Es wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es \
                noch einmal.
                """
            ),
            unreadableForm: (
                "Dieses Formular konnte nicht gelesen werden",
                """
                Ein Teil davon wurde unterwegs beschädigt. Es wurde nichts geändert; gehen Sie zurück und versuchen \
                Sie es noch einmal.
                """,
                "Es wurde nicht als Webformular gesendet."
            ),
            tooMany: (
                "Zu viele Anfragen",
                Counted(
                    one: "Versuchen Sie es in einer Minute noch einmal.",
                    other: "Versuchen Sie es in \(.number) Minuten noch einmal."
                )
            ),
            busy: (
                "Gleich wieder da",
                """
                Das geht im Moment nicht. Es wurde nichts geändert. Versuchen Sie es in ein paar Sekunden noch \
                einmal.
                """
            ),
            unconfirmed: (
                "Wir wissen nicht, ob das geklappt hat",
                "Im letzten Moment ist etwas ausgefallen. Sehen Sie nach, ob es getan ist, bevor Sie es noch einmal versuchen."
            ),
            disabled: (
                "Zurzeit nicht verfügbar",
                """
                Dieser Dienst ist vorübergehend geschlossen. Es geht nichts verloren. \
                Versuchen Sie es später noch einmal.
                """
            ),
            fault: (
                "Bei uns ist etwas schiefgegangen",
                """
                Es ist unter dem Aktenzeichen unten festgehalten. Es wurde nichts geändert; gehen Sie zurück und \
                versuchen Sie es noch einmal.
                """
            ),
            reference: "Aktenzeichen \(.reference)",
            backTo: "Zurück zu \(.provider)"
        )
    )
}
