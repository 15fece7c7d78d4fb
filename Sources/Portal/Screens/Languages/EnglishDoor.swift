extension DoorWords {
    static let english = DoorWords(
        signIn: SignIn(
            heading: "Sign in to \(.provider)",
            onTheWay: "to continue to \(.name)",
            email: "E-mail",
            password: "Password",
            reveal: Reveal(show: "Show", hide: "Hide", label: "Show password"),
            button: "Sign in",
            forgotten: "Forgotten password",
            cancelAndReturnTo: "Cancel and return to \(.place)",
            isWrong: "The e-mail or password is not right. Try again, or set a new password.",
            isDisabled: "Your account cannot sign in. Contact \(.provider) support.",
            passwordIsSet: "Your new password is set. Sign in with it.",
            emailIsChanged: "Your e-mail is changed. Sign in with the new one.",
            tooMany: "Too many attempts",
            tryAgainAt: "Try again at \(.time) UTC, or \(.link) now.",
            setNewPassword: "set a new password",
            problem: "There is a problem",
            error: "Error: "
        ),
        newPassword: NewPassword(
            heading: "Set a new password",
            weSendALink: "We send a link to the e-mail you sign in with to \(.provider).",
            sendALink: "Send me a link",
            backToSignIn: "Back to sign-in",
            enterEmail: "Enter your e-mail",
            emailIsMalformed: "Enter an e-mail address like name@company.com",
            checkEmail: "Check your e-mail",
            isTooSoon: "You can send it again 60 seconds after the last one.",
            wasSent: """
                If there is an account with \(.email), we sent it a link. It works once, for 30 minutes.
                """,
            nothingArrived: "Nothing arrived? Look in the spam folder, or send it again in 60 seconds.",
            sendAgain: "Send it again",
            isWrongAddress: "Wrong address? \(.link)",
            changeAddress: "Change it",
            hint: "At least 12 characters. A few words you can remember work well.",
            button: "Set new password",
            linkIsUsed: "This link was already used",
            linkHasExpired: "This link has expired",
            afterUse: "\(.signIn), or \(.link).",
            signIn: "Sign in",
            newLinkAfterUse: "send a new link",
            newLink: "Send a new link",
            noMail: "No e-mail can be sent",
            tryLater: "\(.provider) cannot send e-mail at the moment. Try again later.",
            tryLaterOrWrite: """
                \(.provider) cannot send e-mail at the moment. Try again later or write to \(.email).
                """,
            mistakes: Mistakes(
                missing: "Enter a password",
                short: "Use at least 12 characters",
                long: "The password can be up to 128 characters",
                stolen: "This password is on lists of stolen passwords. Choose another",
                guessable: "This password is easy to guess. Use a few words that do not belong together",
                context: "The password contains your e-mail or the name \(.provider). Choose another"
            )
        ),
        refused: Refused(
            unknown: """
                We do not know the application that sent you here. Nothing was shared. Go back and ask the people \
                who gave you the link for a new one.
                """,
            isIncomplete: "This connection link is incomplete",
            doesNotWork: "This connection link does not work",
            isNotAvailable: "\(.name) is not available",
            isPaused: """
                \(.provider) has paused this application. Your existing connection is paused too. You do not need \
                to do anything.
                """,
            isNotFinished: "This application is not finished yet",
            hasNotFinished: "\(.name) has not finished setting up its connection. Nothing was shared.",
            isAmbiguous: """
                We stopped before sharing anything. Go back to \(.name) and tell them the error and the reference \
                below.
                """,
            isNotSetUp: "This connection link is not set up correctly",
            isNotRegistered: """
                We stopped before sharing anything. \(.name) asked us to send you back to an address it has not \
                registered. Go back to \(.name) and tell them the error and the reference below.
                """,
            cannotBeAnswered: "This request cannot be answered",
            cannotAnswer: """
                We stopped before sharing anything. \(.name) sent a request that we cannot answer. You can go back \
                and tell them the error and the reference below.
                """,
            errorAndReference: "Error \(.error), reference \(.reference)",
            forTheDeveloper: "Details for the developer",
            returnTo: "Return to \(.place)",
            goBackTo: "Go back to \(.place)."
        ),
        stopped: Stopped(
            tookTooLong: "You took a little too long",
            ended: Counted(
                one: "For your safety this request ended after 1 minute. Nothing was shared.",
                other: "For your safety this request ended after \(.number) minutes. Nothing was shared."
            ),
            endedAtOnce: "For your safety this request ended after less than a minute. Nothing was shared.",
            startAgain: "Start again",
            isTested: "\(.name) is still being tested",
            onlyTestAccounts: """
                Only invited test accounts can connect for now. You are signed in as \(.email).
                """,
            isInvited: "You are invited. \(.link), then start again.",
            answerTheInvitation: "Answer the invitation",
            useAnotherAccount: "Use another account",
            isFrozen: "\(.name) cannot be connected now",
            wasReported: """
                Several people reported this application, and \(.provider) is looking at it. Nothing was shared. \
                What you allowed before works as it did.
                """
        ),
        system: System(
            foreignForm: (
                "This form came from another site",
                "For your safety nothing was changed. Open the page here and try again."
            ),
            unsealedForm: (
                "This form can no longer be sent",
                """
                It was opened before you signed in or out, or your browser did not keep our cookie. Nothing was \
                changed. Go back, reload the page and try again.
                """
            ),
            unreadableForm: (
                "This form could not be read",
                "Part of it was damaged on the way. Nothing was changed; go back and try again.",
                "It was not sent as a web form."
            ),
            tooMany: (
                "Too many requests",
                Counted(one: "Try again in 1 minute.", other: "Try again in \(.number) minutes.")
            ),
            busy: (
                "Back soon",
                "We cannot do this at the moment. Nothing was changed. Try again in a few seconds."
            ),
            unconfirmed: (
                "We are not sure that this was done",
                "Something failed at the last moment. Look whether it was done before you try again."
            ),
            disabled: (
                "Not available at present",
                "This service is closed for the time being. Nothing is lost. Try again later."
            ),
            fault: (
                "Something went wrong on our side",
                "It is recorded under the reference below. Nothing was changed; go back and try again."
            ),
            reference: "Reference \(.reference)",
            backTo: "Back to \(.provider)"
        )
    )
}
