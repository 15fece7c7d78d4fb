extension LetterWords {
    static let english = LetterWords(
        resetPassword: Wording(
            subject: "Set a new password for \(.provider)",
            paragraphs: [
                "Someone, probably you, asked to set a new password for the account with this address."
            ],
            link: "Set a new password",
            closing: """
                The link works once, for 30 minutes. If it was not you, ignore this e-mail. Your \
                password stays as it is.
                """
        ),
        passwordChanged: Wording(
            subject: "Your password for \(.provider) was changed",
            paragraphs: [
                """
                It was changed on \(.date), \(.time) UTC, from \(.address). Every browser that was \
                signed in has to sign in again.
                """
            ],
            link: "Set a new password",
            closing: "If it was not you, set a new password now."
        ),
        accessStops: "Applications you allowed stop until you open them again.",
        confirmNewAddress: Wording(
            subject: "Confirm your new e-mail for \(.provider)",
            paragraphs: [
                "Someone, probably you, wants to use this address to sign in."
            ],
            link: "Confirm this address",
            closing: "The link works once, for 60 minutes. If it was not you, ignore this e-mail."
        ),
        addressChanged: Wording(
            subject: "Your e-mail for \(.provider) was changed",
            paragraphs: [
                """
                Your account now uses \(.email). It was changed on \(.date), \(.time) UTC, from \
                \(.address).
                """,
                "You can no longer sign in with the address this e-mail went to.",
            ],
            link: "Get help",
            closing: "If it was not you, answer this e-mail now."
        ),
        invitedToTest: Wording(
            subject: "\(.name) asks you to test it",
            paragraphs: [
                """
                Someone at \(.place) asks you to try \(.name) with your \(.provider) account, before \
                \(.provider) has approved it.
                """
            ],
            link: "Answer the invitation",
            closing: "If you do nothing, nothing happens."
        ),
        connected: Wording(
            subject: "\(.name) can now use your \(.provider) data",
            paragraphs: [
                "Allowed by you on \(.date), \(.time) UTC. It can:"
            ],
            link: "See the connection",
            closing: "You can disconnect it any time. If it was not you, disconnect it now."
        ),
        permissionsGrew: Wording(
            subject: "\(.name) has a new permission",
            paragraphs: [
                "You allowed it more than before. It can now also:"
            ],
            link: "See the connection",
            closing: "You can disconnect it any time. If it was not you, disconnect it now."
        ),
        manualTokenRequest: Wording(
            subject: "\(.name) asks to use your \(.provider) data",
            paragraphs: [
                "\(.provider) asks on its behalf. If you allow it, it can:"
            ],
            link: "Look at the request",
            closing: """
                The link works once, until \(.date), \(.time) UTC. Nothing is shared until you allow \
                it.
                """
        ),
        signature: "\(.provider), \(.email)"
    )
}
