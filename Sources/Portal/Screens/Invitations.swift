import Registry
import Web

/// How somebody becomes an administrator: a link that works once, and a password of their own (AD-05).
enum InvitationScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        guard let person = try await visit.registry.invitation(visit.captured("link"), at: visit.tenant)
        else {
            return gone(visit)
        }
        return visit.answerWithSeal { visit, seal, headers in
            page(person, visit, seal).response(to: visit, .ok, headers)
        }
    }

    static func accept(_ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        guard let person = try await visit.registry.invitation(link, at: visit.tenant) else {
            return gone(visit)
        }
        let name = form["name"]?.trimmingSpaces ?? ""
        let email = person.email?.text ?? form["email"]?.trimmingSpaces ?? ""
        do {
            let draft = try AccountDraft(
                email: email,
                name: name,
                password: form["password"] ?? "",
                at: visit.tenant
            )
            try await visit.registry.accept(link, person, draft, at: visit.tenant, from: visit.provenance)
            return .redirect(to: visit.path("admin", "sign-in"))
        } catch let problems as AccountProblems {
            let mend = problems.all.map { FieldProblem($0, visit.brand) }
            return page(person, visit, visit.seal(for: nil), name, email, mend).response(
                to: visit,
                .unprocessable
            )
        } catch PeopleRefusal.linkGone {
            return gone(visit)
        }
    }

    static func gone(_ visit: Visit, _ role: Role = .admin) -> Response {
        Page("This link no longer works", .gate) {
            h1 { "This link no longer works" }
            p { "\(PeopleRefusal.linkGone.sentence)." }
            p {
                a(.href(role.signIn(visit))) { role == .admin ? "Sign in to administration" : "Sign in" }
            }
        }.response(to: visit, .gone)
    }

    private static func page(
        _ person: InvitedPerson,
        _ visit: Visit,
        _ seal: String?,
        _ name: String = "",
        _ email: String = "",
        _ problems: [FieldProblem] = []
    ) -> Page {
        let title = "Become an administrator"
        return Page(title, .gate, problems: problems, script: .forms) {
            h1 { title }
            p {
                "You are about to administer \(visit.brand.displayName)"
                if let email = person.email {
                    " as "
                    bdi { email.text }
                }
                ". Next you set up a second factor."
            }
            form(.class("stack"), .method("post"), .action(visit.place), .novalidate) {
                SealField(seal: seal)
                TextField(
                    id: "name",
                    label: "Your name",
                    value: name,
                    autocomplete: "name",
                    direction: .automatic,
                    problems: problems
                )
                if person.email == nil {
                    AddressField(label: "Work e-mail", value: email, problems: problems)
                }
                PasswordField(
                    hint: "At least 12 characters. A few words you can remember work well.",
                    autocomplete: "new-password",
                    problems: problems
                )
                button(.class("btn primary")) { "Create account" }
            }
        }
    }
}
