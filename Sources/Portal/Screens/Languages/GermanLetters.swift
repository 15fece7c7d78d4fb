extension LetterWords {
    static let german = LetterWords(
        resetPassword: Wording(
            subject: "Neues Passwort für \(.provider) setzen",
            paragraphs: [
                """
                Jemand, wahrscheinlich Sie, möchte für das Konto mit dieser Adresse ein neues Passwort \
                setzen.
                """
            ],
            link: "Neues Passwort setzen",
            closing: """
                Der Link funktioniert einmal, 30 Minuten lang. Wenn Sie das nicht waren, beachten Sie \
                diese E-Mail nicht. Ihr Passwort bleibt, wie es ist.
                """
        ),
        passwordChanged: Wording(
            subject: "Ihr Passwort für \(.provider) wurde geändert",
            paragraphs: [
                """
                Es wurde am \(.date) um \(.time) UTC geändert, von \(.address) aus. In jedem Browser, \
                der angemeldet war, müssen Sie sich neu anmelden.
                """
            ],
            link: "Neues Passwort setzen",
            closing: "Wenn Sie das nicht waren, setzen Sie jetzt ein neues Passwort."
        ),
        accessStops: "Anwendungen, denen Sie den Zugriff erlaubt haben, ruhen, bis Sie sie wieder öffnen.",
        confirmNewAddress: Wording(
            subject: "Bestätigen Sie Ihre neue E-Mail-Adresse für \(.provider)",
            paragraphs: [
                "Jemand, wahrscheinlich Sie, möchte sich künftig mit dieser Adresse anmelden."
            ],
            link: "Diese Adresse bestätigen",
            closing: """
                Der Link funktioniert einmal, 60 Minuten lang. Wenn Sie das nicht waren, beachten Sie \
                diese E-Mail nicht.
                """
        ),
        addressChanged: Wording(
            subject: "Ihre E-Mail-Adresse für \(.provider) wurde geändert",
            paragraphs: [
                """
                Ihr Konto hat jetzt die Adresse \(.email). Geändert wurde sie am \(.date) um \(.time) \
                UTC, von \(.address) aus.
                """,
                "Mit der Adresse, an die diese E-Mail ging, können Sie sich nicht mehr anmelden.",
            ],
            link: "Hilfe bekommen",
            closing: "Wenn Sie das nicht waren, antworten Sie jetzt auf diese E-Mail."
        ),
        invitedToTest: Wording(
            subject: "\(.name) bittet Sie, die Anwendung zu testen",
            paragraphs: [
                """
                Jemand bei \(.place) bittet Sie, \(.name) mit Ihrem Konto bei \(.provider) \
                auszuprobieren, bevor \(.provider) die Anwendung freigegeben hat.
                """
            ],
            link: "Einladung beantworten",
            closing: "Wenn Sie nichts tun, passiert nichts."
        ),
        connected: Wording(
            subject: "\(.name) kann jetzt Ihre Daten bei \(.provider) nutzen",
            paragraphs: [
                "Von Ihnen erlaubt am \(.date) um \(.time) UTC. Die Anwendung kann:"
            ],
            link: "Verbindung ansehen",
            closing: """
                Sie können die Verbindung jederzeit trennen. Wenn Sie das nicht waren, trennen Sie sie \
                jetzt.
                """
        ),
        permissionsGrew: Wording(
            subject: "\(.name) hat eine neue Berechtigung",
            paragraphs: [
                "Sie haben der Anwendung mehr erlaubt als bisher. Sie kann jetzt auch:"
            ],
            link: "Verbindung ansehen",
            closing: """
                Sie können die Verbindung jederzeit trennen. Wenn Sie das nicht waren, trennen Sie sie \
                jetzt.
                """
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) möchte Ihre Daten bei \(.provider) nutzen",
            paragraphs: [
                "\(.provider) fragt im Auftrag der Anwendung. Wenn Sie es erlauben, kann sie:"
            ],
            link: "Anfrage ansehen",
            closing: """
                Der Link funktioniert einmal, bis zum \(.date) um \(.time) UTC. Es wird nichts \
                weitergegeben, bevor Sie es erlauben.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
