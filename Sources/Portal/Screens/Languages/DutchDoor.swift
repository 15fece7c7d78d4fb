extension DoorWords {
    static let dutch = DoorWords(
        signIn: SignIn(
            heading: "Aanmelden bij \(.provider)",
            onTheWay: "om verder te gaan naar \(.name)",
            email: "E-mailadres",
            password: "Wachtwoord",
            reveal: Reveal(show: "Tonen", hide: "Verbergen", label: "Wachtwoord tonen"),
            button: "Aanmelden",
            forgotten: "Wachtwoord vergeten",
            cancelAndReturnTo: "Annuleren en terug naar \(.place)",
            isWrong: """
                Het e-mailadres of wachtwoord klopt niet. Probeer het opnieuw of stel een nieuw wachtwoord in.
                """,
            isDisabled:
                "Met uw account kunt u zich niet aanmelden. Neem contact op met de ondersteuning van \(.provider).",
            passwordIsSet: "Uw nieuwe wachtwoord is ingesteld. Meld u ermee aan.",
            emailIsChanged: "Uw e-mailadres is gewijzigd. Meld u aan met het nieuwe.",
            tooMany: "Te veel pogingen",
            tryAgainAt: "Probeer het om \(.time) UTC opnieuw, of \(.link).",
            setNewPassword: "stel nu een nieuw wachtwoord in",
            problem: "Er klopt iets niet",
            error: "Fout: "
        ),
        newPassword: NewPassword(
            heading: "Nieuw wachtwoord instellen",
            weSendALink: "Wij sturen een link naar het e-mailadres waarmee u zich bij \(.provider) aanmeldt.",
            sendALink: "Stuur mij een link",
            backToSignIn: "Terug naar aanmelden",
            enterEmail: "Vul uw e-mailadres in",
            emailIsMalformed: "Vul een e-mailadres in zoals name@company.com",
            checkEmail: "Bekijk uw e-mail",
            isTooSoon: "U kunt hem 60 seconden na de vorige opnieuw laten sturen.",
            wasSent: """
                Als er een account met \(.email) is, hebben wij daar een link naartoe gestuurd. Hij werkt \
                één keer, 30 minuten lang.
                """,
            nothingArrived: """
                Niets ontvangen? Kijk in de spammap, of laat hem over 60 seconden opnieuw sturen.
                """,
            sendAgain: "Opnieuw sturen",
            isWrongAddress: "Verkeerd adres? \(.link)",
            changeAddress: "Adres wijzigen",
            hint: "Minstens 12 tekens. Een paar woorden die u kunt onthouden, werken goed.",
            button: "Nieuw wachtwoord instellen",
            linkIsUsed: "Deze link is al gebruikt",
            linkHasExpired: "Deze link is verlopen",
            afterUse: "\(.signIn), of \(.link).",
            signIn: "Meld u aan",
            newLinkAfterUse: "laat een nieuwe link sturen",
            newLink: "Laat een nieuwe link sturen",
            noMail: "Er kan geen e-mail worden verstuurd",
            tryLater: "\(.provider) kan op dit moment geen e-mail versturen. Probeer het later opnieuw.",
            tryLaterOrWrite: """
                \(.provider) kan op dit moment geen e-mail versturen. Probeer het later opnieuw of schrijf \
                naar \(.email).
                """,
            mistakes: Mistakes(
                missing: "Vul een wachtwoord in",
                short: "Gebruik minstens 12 tekens",
                long: "Het wachtwoord mag hoogstens 128 tekens hebben",
                stolen: "Dit wachtwoord staat op lijsten met gestolen wachtwoorden. Kies een ander",
                guessable: """
                    Dit wachtwoord is makkelijk te raden. Gebruik een paar woorden die niet bij elkaar \
                    horen
                    """,
                context: "Het wachtwoord bevat uw e-mailadres of de naam \(.provider). Kies een ander"
            )
        ),
        refused: Refused(
            unknown: """
                Wij kennen de toepassing niet die u hierheen heeft gestuurd. Er is niets gedeeld. Ga terug en vraag \
                om een nieuwe link bij wie u deze heeft gegeven.
                """,
            isIncomplete: "Deze koppelingslink is onvolledig",
            doesNotWork: "Deze koppelingslink werkt niet",
            isNotAvailable: "\(.name) is niet beschikbaar",
            isPaused: """
                \(.provider) heeft deze toepassing stilgezet. Ook uw bestaande koppeling staat stil. U hoeft niets \
                te doen.
                """,
            isNotFinished: "Deze toepassing is nog niet klaar",
            hasNotFinished: "\(.name) heeft de koppeling nog niet helemaal ingesteld. Er is niets gedeeld.",
            isAmbiguous: """
                Wij zijn gestopt voordat er iets werd gedeeld. Ga terug naar \(.name) en geef daar de fout en het \
                kenmerk hieronder door.
                """,
            isNotSetUp: "Deze koppelingslink is niet goed ingesteld",
            isNotRegistered: """
                Wij zijn gestopt voordat er iets werd gedeeld. \(.name) vroeg ons u terug te sturen naar een adres \
                dat daar niet is geregistreerd. Ga terug naar \(.name) en geef daar de fout en het kenmerk hieronder \
                door.
                """,
            cannotBeAnswered: "Dit verzoek kan niet worden beantwoord",
            cannotAnswer: """
                Wij zijn gestopt voordat er iets werd gedeeld. \(.name) stuurde een verzoek dat wij niet kunnen \
                beantwoorden. U kunt teruggaan en daar de fout en het kenmerk hieronder doorgeven.
                """,
            errorAndReference: "Fout \(.error), kenmerk \(.reference)",
            forTheDeveloper: "Details voor de ontwikkelaar",
            returnTo: "Terug naar \(.place)",
            goBackTo: "Ga terug naar \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "Het duurde iets te lang",
            ended: Counted(
                one: "Voor uw veiligheid is dit verzoek na 1 minuut beëindigd. Er is niets gedeeld.",
                other: """
                    Voor uw veiligheid is dit verzoek na \(.number) minuten beëindigd. Er is niets gedeeld.
                    """
            ),
            endedAtOnce: """
                Voor uw veiligheid is dit verzoek na minder dan een minuut beëindigd. Er is niets gedeeld.
                """,
            startAgain: "Opnieuw beginnen",
            isTested: "\(.name) wordt nog getest",
            onlyTestAccounts: """
                Voorlopig kunnen alleen uitgenodigde testaccounts een koppeling maken. U bent aangemeld als \
                \(.email).
                """,
            isInvited: "U bent uitgenodigd. \(.link) en begin dan opnieuw.",
            answerTheInvitation: "Beantwoord de uitnodiging",
            useAnotherAccount: "Ander account gebruiken",
            isFrozen: "\(.name) kan nu niet worden gekoppeld",
            wasReported: """
                Verschillende mensen hebben deze toepassing gemeld, en \(.provider) zoekt het uit. Er is niets \
                gedeeld. Wat u eerder toestond, werkt zoals het deed.
                """
        ),
        system: System(
            foreignForm: (
                "Dit formulier kwam van een andere site",
                "Voor uw veiligheid is er niets gewijzigd. Open de pagina hier en probeer het opnieuw."
            ),
            unsealedForm: (
                "Dit formulier kan niet meer worden verzonden",
                """
                Het is geopend voordat u zich aan- of afmeldde, of uw browser heeft onze cookie niet bewaard. Er is \
                niets gewijzigd. Ga terug, laad de pagina opnieuw en probeer het nog eens.
                """
            ),
            unreadableForm: (
                "Dit formulier kon niet worden gelezen",
                "Een deel is onderweg beschadigd. Er is niets gewijzigd; ga terug en probeer het opnieuw.",
                "Het is niet als webformulier verzonden."
            ),
            tooMany: (
                "Te veel verzoeken",
                Counted(
                    one: "Probeer het over 1 minuut opnieuw.",
                    other: "Probeer het over \(.number) minuten opnieuw."
                )
            ),
            busy: (
                "Zo weer terug",
                "Dit lukt op dit moment niet. Er is niets gewijzigd. Probeer het over een paar seconden opnieuw."
            ),
            unconfirmed: (
                "Wij weten niet of dit is gelukt",
                "Op het laatste moment ging er iets mis. Kijk of het is gebeurd voordat u het opnieuw probeert."
            ),
            disabled: (
                "Momenteel niet beschikbaar",
                "Deze dienst is tijdelijk gesloten. Er gaat niets verloren. Probeer het later opnieuw."
            ),
            fault: (
                "Er ging bij ons iets mis",
                """
                Het is vastgelegd onder het kenmerk hieronder. Er is niets gewijzigd; ga terug en probeer het \
                opnieuw.
                """
            ),
            reference: "Kenmerk \(.reference)",
            backTo: "Terug naar \(.provider)"
        )
    )
}
