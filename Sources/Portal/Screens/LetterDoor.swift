import Registry
import Web

/// What whoever opens the link of a letter to a partner has to do first.
///
/// The address the letter went to decides: nothing, sign in, sign up, or come as somebody else.
struct LetterDoor: Component {
    enum Reader { case addressee, somebodyElse(EmailAddress), known, new }

    /// What the letter brings, and what taking it is called.
    struct Kind {
        let noun: String

        /// What it is called as a goal.
        let goal: String

        /// Below what its page stands.
        let place: String
        let accept: String
        let signUp: String

        static let invitation = Kind(
            noun: "invitation",
            goal: "invitation",
            place: "invitations",
            accept: "Join the team",
            signUp: "Create account and join"
        )
        static let transfer = Kind(
            noun: "offer",
            goal: "transfer",
            place: "transfers",
            accept: "Take it over",
            signUp: "Create account and take over"
        )
    }

    let visit: Visit
    let kind: Kind
    let email: EmailAddress
    let reader: Reader

    /// What seals a form of somebody who is not signed in.
    let seal: String?
    var name = ""
    var problems: [FieldProblem] = []

    private var link: String { visit.captured("link") }

    var body: HTML {
        switch reader {
        case .addressee: accepting
        case .somebodyElse(let other): leaving(other)
        case .known: signingIn
        case .new: signingUp
        }
    }

    private var addressee: HTML { strong { bdi(.dir(.leftToRight)) { email.text } } }

    private var accepting: HTML {
        HTML {
            p {
                "You are signed in as "
                addressee
                "."
            }
            form(.method("post"), .action(visit.path(kind.place, link, "accept"))) {
                SealField(seal: visit.seal(for: .partner))
                button(.class("btn primary"), .id("accept")) { kind.accept }
            }
        }
    }

    private func leaving(_ other: EmailAddress) -> HTML {
        HTML {
            p {
                "The \(kind.noun) is for "
                addressee
                ". You are signed in as "
                strong { bdi(.dir(.leftToRight)) { other.text } }
                ". Sign out, then open the link in the e-mail again."
            }
            form(.method("post"), .action(visit.path("partners", "sign-out"))) {
                SealField(seal: visit.seal(for: .partner))
                button(.class("btn")) { "Sign out" }
            }
        }
    }

    private var signingIn: HTML {
        HTML {
            p {
                "Sign in as "
                addressee
                " to accept."
            }
            p {
                a(
                    .class("btn primary"),
                    .href(visit.path("partners", "sign-in").with(query: [(kind.goal, link)]))
                ) { "Sign in" }
            }
        }
    }

    private var signingUp: HTML {
        HTML {
            p {
                "Your account will have the e-mail "
                addressee
                "."
            }
            form(.class("stack"), .method("post"), .action(visit.path(kind.place, link)), .novalidate) {
                SealField(seal: seal)
                NewAccountFields(name: name, email: email, problems: problems)
                button(.class("btn primary")) { kind.signUp }
            }
        }
    }
}

extension Visit {
    /// Who reads a letter to a partner; whoever still has to show a second factor is a case for the door.
    func reader(of email: EmailAddress, isKnown: Bool) async throws -> LetterDoor.Reader {
        guard let partner = try await partner() else { return isKnown ? .known : .new }
        return partner.account.email == email ? .addressee : .somebodyElse(partner.account.email)
    }

    /// Whether somebody gave the password of this address and not yet their code.
    func isHalfway(as email: EmailAddress) async throws -> Bool {
        try await unproven(.partner)?.account.email == email
    }
}

/// What an invited person says of themselves; their address is known.
private struct NewAccountFields: Component {
    let name: String
    let email: EmailAddress
    let problems: [FieldProblem]

    var body: HTML {
        TextField(
            id: "name",
            label: "Your name",
            value: name,
            autocomplete: "name",
            direction: .automatic,
            problems: problems
        )
        // For password managers, which keep a password with its user name.
        input(.type("hidden"), .name("username"), .value(email.text), .autocomplete("username"))
        PasswordField(
            hint: "At least 12 characters. A few words you can remember work well.",
            autocomplete: "new-password",
            problems: problems
        )
    }
}
