extension LetterWords {
    static let dutch = LetterWords(
        resetPassword: Wording(
            subject: "Nieuw wachtwoord instellen voor \(.provider)",
            paragraphs: [
                """
                Iemand, waarschijnlijk u, wil een nieuw wachtwoord instellen voor het account met dit \
                adres.
                """
            ],
            link: "Nieuw wachtwoord instellen",
            closing: """
                De link werkt één keer, 30 minuten lang. Was u het niet, negeer deze e-mail dan. Uw \
                wachtwoord blijft zoals het is.
                """
        ),
        passwordChanged: Wording(
            subject: "Uw wachtwoord voor \(.provider) is gewijzigd",
            paragraphs: [
                """
                Het is gewijzigd op \(.date) om \(.time) UTC, vanaf \(.address). In elke browser \
                waarin u was aangemeld, moet u zich opnieuw aanmelden.
                """
            ],
            link: "Nieuw wachtwoord instellen",
            closing: "Was u het niet, stel dan nu een nieuw wachtwoord in."
        ),
        accessStops: "Toepassingen die u toegang gaf, staan stil totdat u ze weer opent.",
        confirmNewAddress: Wording(
            subject: "Bevestig uw nieuwe e-mailadres voor \(.provider)",
            paragraphs: [
                "Iemand, waarschijnlijk u, wil zich met dit adres gaan aanmelden."
            ],
            link: "Dit adres bevestigen",
            closing: "De link werkt één keer, 60 minuten lang. Was u het niet, negeer deze e-mail dan."
        ),
        addressChanged: Wording(
            subject: "Uw e-mailadres voor \(.provider) is gewijzigd",
            paragraphs: [
                """
                Uw account gebruikt nu \(.email). Het adres is gewijzigd op \(.date) om \(.time) UTC, \
                vanaf \(.address).
                """,
                "U kunt zich niet meer aanmelden met het adres waar deze e-mail naartoe ging.",
            ],
            link: "Hulp krijgen",
            closing: "Was u het niet, beantwoord deze e-mail dan nu."
        ),
        invitedToTest: Wording(
            subject: "\(.name) vraagt u de toepassing te testen",
            paragraphs: [
                """
                Iemand bij \(.place) vraagt u om \(.name) uit te proberen met uw account bij \
                \(.provider), voordat \(.provider) de toepassing heeft goedgekeurd.
                """
            ],
            link: "Uitnodiging beantwoorden",
            closing: "Als u niets doet, gebeurt er niets."
        ),
        connected: Wording(
            subject: "\(.name) kan nu uw gegevens bij \(.provider) gebruiken",
            paragraphs: [
                "Door u toegestaan op \(.date) om \(.time) UTC. De toepassing kan:"
            ],
            link: "Koppeling bekijken",
            closing: "U kunt de toepassing altijd ontkoppelen. Was u het niet, ontkoppel haar dan nu."
        ),
        permissionsGrew: Wording(
            subject: "\(.name) heeft een nieuw recht",
            paragraphs: [
                "U hebt de toepassing meer toegestaan dan voorheen. Ze kan nu ook:"
            ],
            link: "Koppeling bekijken",
            closing: "U kunt de toepassing altijd ontkoppelen. Was u het niet, ontkoppel haar dan nu."
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) wil uw gegevens bij \(.provider) gebruiken",
            paragraphs: [
                "\(.provider) vraagt dit namens de toepassing. Als u het toestaat, kan ze:"
            ],
            link: "Aanvraag bekijken",
            closing: """
                De link werkt één keer, tot \(.date) om \(.time) UTC. Er wordt niets gedeeld voordat u \
                het toestaat.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
