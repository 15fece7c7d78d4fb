import Registry
import Web

/// The customer took longer than a request lives.
struct ExpiredPage {
    let visit: Visit
    let waiting: WaitingRequest

    var response: Response {
        let again = AuthorizeEndpoint.place(of: waiting.wayBack, visit)
        let spoken = Spoken(visit.language(onTheWayTo: waiting.wayBack), at: again)
        let words = spoken.words.stopped
        return Page(words.tookTooLong, .gate, spoken: spoken) {
            h1 { words.tookTooLong }
            p { ended(words, in: spoken.language) }
            p { a(.class("btn primary"), .href(again)) { words.startAgain } }
            ErrorReference(error: "E-EXPIRED", reference: visit.request.id, words: spoken.words)
        }.response(to: visit, .badRequest)
    }

    @HTMLBuilder private func ended(_ words: DoorWords.Stopped, in language: Language) -> HTML {
        let minutes = visit.tenant.policy.requestSeconds / 60
        if minutes < 1 {
            words.endedAtOnce
        } else {
            words.ended.phrase(for: minutes, in: language).filled { _ in HTML("\(minutes)") }
        }
    }
}

/// The application waits for approval, and this customer is not one of its test accounts.
struct NotATestAccountPage {
    let visit: Visit
    let account: Account
    let request: AuthorizationRequest
    let ticket: SecretText

    /// Whether they are asked to test it and have not answered.
    let isInvited: Bool

    var response: Response {
        let (name, spoken) = (request.application.displayName, visit.spoken)
        let words = spoken.words.stopped
        let answer = AuthorizationAnswer.refusing(.onlyTestAccounts, request)
        return Page(words.isTested.text { _ in name }, .gate, spoken: spoken) {
            h1 { words.isTested.around(name) }
            p { words.onlyTestAccounts.around(account.email.text) }
            if isInvited { p { words.isInvited.filled { _ in invitation(words) } } }
            SwitchAccountForm(home: visit.home, ticket: ticket.plaintext, words: words.useAnotherAccount)
            ReturnButton(answer: answer, visit: visit, words: spoken.words)
            ErrorReference(error: "E-TEST", reference: visit.request.id, words: spoken.words)
        }.response(to: visit, .forbidden)
    }

    private func invitation(_ words: DoorWords.Stopped) -> HTML {
        a(.href(visit.path("account", "testing", request.application.id.text))) { words.answerTheInvitation }
    }
}

/// Several people reported the application, and nobody has looked at that yet.
struct FrozenPage {
    let visit: Visit
    let request: AuthorizationRequest

    var response: Response {
        let (name, spoken) = (request.application.displayName, visit.spoken)
        let words = spoken.words.stopped
        let answer = AuthorizationAnswer.refusing(.applicationFrozen, request)
        return Page(words.isFrozen.text { _ in name }, .gate, spoken: spoken) {
            h1 { words.isFrozen.around(name) }
            p { words.wasReported.around(visit.brand.displayName) }
            ReturnButton(answer: answer, visit: visit, words: spoken.words)
            ErrorReference(error: "E-FROZEN", reference: visit.request.id, words: spoken.words)
        }.response(to: visit, .forbidden)
    }
}
