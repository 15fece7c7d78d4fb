/// Every word on the way to the consent screen, and where that way ends early or leads by mail, in one language.
///
/// There is a file for each language in `Languages/`; a table that lacks a word does not compile.
struct DoorWords: Sendable {
    let signIn: SignIn
    let newPassword: NewPassword
    let refused: Refused
    let stopped: Stopped
    let system: System

    /// The sign-in page (ux A10).
    struct SignIn: Sendable {
        let heading: Phrase
        let onTheWay: Phrase
        let email: String
        let password: String
        let reveal: Reveal
        let button: String
        let forgotten: String
        let cancelAndReturnTo: Phrase
        let isWrong: String
        let isDisabled: Phrase
        let passwordIsSet: String
        let emailIsChanged: String
        let tooMany: String
        let tryAgainAt: Phrase
        let setNewPassword: String
        let problem: String

        /// Stands before what has to be mended.
        let error: String
    }

    /// A link by mail, and the password that is set behind it (ux A3).
    struct NewPassword: Sendable {
        let heading: String
        let weSendALink: Phrase
        let sendALink: String
        let backToSignIn: String
        let enterEmail: String
        let emailIsMalformed: String
        let checkEmail: String
        let isTooSoon: String
        let wasSent: Phrase
        let nothingArrived: String
        let sendAgain: String
        let isWrongAddress: Phrase
        let changeAddress: String
        let hint: String
        let button: String
        let linkIsUsed: String
        let linkHasExpired: String

        /// What is left to do with a link that was used: both within a sentence.
        let afterUse: Phrase
        let signIn: String
        let newLinkAfterUse: String
        let newLink: String
        let noMail: String
        let tryLater: Phrase
        let tryLaterOrWrite: Phrase
        let mistakes: Mistakes
    }

    /// What speaks against a password.
    struct Mistakes: Sendable {
        let missing: String
        let short: String
        let long: String
        let stolen: String
        let guessable: String
        let context: Phrase
    }

    /// Requests that cannot be answered because the application, or the link to it, is not in order (ux A12).
    struct Refused: Sendable {
        let unknown: Phrase
        let isIncomplete: Phrase
        let doesNotWork: Phrase
        let isNotAvailable: Phrase
        let isPaused: Phrase
        let isNotFinished: Phrase
        let hasNotFinished: Phrase
        let isAmbiguous: Phrase
        let isNotSetUp: Phrase
        let isNotRegistered: Phrase
        let cannotBeAnswered: String
        let cannotAnswer: Phrase
        let errorAndReference: Phrase
        let forTheDeveloper: String
        let returnTo: Phrase
        let goBackTo: Phrase
    }

    /// Requests that are in order, and stop at somebody or at the clock.
    struct Stopped: Sendable {
        let tookTooLong: String
        let ended: Counted
        let endedAtOnce: String
        let startAgain: String
        let isTested: Phrase
        let onlyTestAccounts: Phrase
        let isInvited: Phrase
        let answerTheInvitation: String
        let useAnotherAccount: String
        let isFrozen: Phrase
        let wasReported: Phrase
    }

    /// What is nobody's own: a form that cannot be taken, too much, something broken (ux A24).
    struct System: Sendable {
        let foreignForm: (title: String, text: String)
        let unsealedForm: (title: String, text: String)
        let unreadableForm: (title: String, damaged: String, noForm: String)
        let tooMany: (title: String, text: Counted)
        let busy: (title: String, text: String)

        /// Where it may have been done or not.
        let unconfirmed: (title: String, text: String)

        /// Of a provider whose operator has disabled it.
        let disabled: (title: String, text: String)
        let fault: (title: String, text: String)
        let reference: Phrase
        let backTo: Phrase
    }

    /// The button that shows a password.
    struct Reveal: Sendable {
        let show: String
        let hide: String
        let label: String
    }
}

extension DoorWords {
    init(_ language: Language) {
        self =
            switch language {
            case .english: .english
            case .german: .german
            case .dutch: .dutch
            case .french: .french
            case .portuguese: .portuguese
            case .spanish: .spanish
            case .ukrainian: .ukrainian
            case .arabic: .arabic
            case .hebrew: .hebrew
            }
    }
}
