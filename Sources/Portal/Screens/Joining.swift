import Registry
import Web

/// Where the link of an invitation to a team leads: looking uses nothing, joining does.
enum JoiningScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        try await unlessGone(visit) { invitation in
            let email = invitation.email
            if try await visit.isHalfway(as: email) { return try await visit.turnedAway(.partner) }
            let reader = try await visit.reader(of: email, isKnown: invitation.isKnown)
            return visit.answerWithSeal { visit, seal, headers in
                let door = LetterDoor(
                    visit: visit,
                    kind: .invitation,
                    email: email,
                    reader: reader,
                    seal: seal
                )
                return JoiningPage(invitation: invitation, door: door).page.response(to: visit, .ok, headers)
            }
        }
    }

    /// Makes an account for whoever got the letter, and lets it in.
    static func signUp(_ form: Form, _ visit: Visit) async throws -> Response {
        let (name, password) = (form["name"]?.trimmingSpaces ?? "", form["password"] ?? "")
        return try await unlessGone(visit) { invitation in
            guard !invitation.isKnown else { return .redirect(to: visit.place) }
            do {
                let account = try await visit.registry.join(
                    visit.captured("link"),
                    name: name,
                    password: password,
                    at: visit.tenant,
                    from: visit.provenance
                )
                return try await visit.signInNow(
                    account,
                    password,
                    to: visit.place(of: invitation.application, after: .joined)
                )
            } catch let problems as AccountProblems {
                let door = LetterDoor(
                    visit: visit,
                    kind: .invitation,
                    email: invitation.email,
                    reader: .new,
                    seal: visit.seal(for: nil),
                    name: name,
                    problems: problems.all.map { FieldProblem($0, visit.brand) }
                )
                return JoiningPage(invitation: invitation, door: door).page
                    .response(to: visit, .unprocessable)
            }
        }
    }

    static func accept(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        return try await unlessGone(visit) { _ in
            do {
                let id = try await partner.join(link)
                return .redirect(to: visit.place(of: id, after: .joined))
            } catch is OtherAddress {
                return .redirect(to: visit.path("invitations", link))
            }
        }
    }

    private static func unlessGone(
        _ visit: Visit,
        _ answer: (OpenInvitation) async throws -> Response
    ) async throws -> Response {
        do {
            let link = visit.captured("link")
            return try await answer(try await visit.registry.teamInvitation(link, at: visit.tenant))
        } catch is LinkRefusal {
            return InvitationScreens.gone(visit, .partner)
        }
    }
}

/// The invitation, and what its reader can do.
private struct JoiningPage {
    let invitation: OpenInvitation
    let door: LetterDoor

    var page: Page {
        let title = "Join the team of \(invitation.applicationName)"
        return Page(title, .gate, problems: door.problems, script: .forms) {
            h1 { title }
            p {
                "You are invited to work on "
                strong { bdi { invitation.applicationName } }
                " at \(door.visit.brand.displayName), as \(invitation.role.withArticle). \(invitation.role.effect)"
            }
            door
        }
    }
}
