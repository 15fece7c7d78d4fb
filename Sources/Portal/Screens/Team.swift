import Registry
import Web

/// Who works on an application: inviting, roles, and going (ux A7).
enum TeamScreens {
    static func askToInvite(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        InviteForm(visit: visit, application: member.application).page.response(to: visit)
    }

    static func invite(_ member: MemberAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        var form = InviteForm(visit: visit, application: member.application)
        form.email = sent["email"]?.trimmingSpaces ?? ""
        form.role = MemberRole(choice: sent["role"])
        if let problem = try await problem(inviting: form, by: member, visit) {
            form.problems = [FieldProblem(field: "email", message: problem)]
            return form.page.response(to: visit, .unprocessable)
        }
        return .redirect(to: visit.place(of: member.application, after: .invited))
    }

    /// Invites, or says what stands in the way.
    private static func problem(
        inviting form: InviteForm,
        by member: MemberAccess,
        _ visit: Visit
    ) async throws -> String? {
        guard let email = EmailAddress(form.email) else {
            return form.email.isEmpty ? "Enter an e-mail" : "Enter an e-mail address like name@company.com"
        }
        if let refusal = try await member.team().refusal(of: email) { return refusal.sentence(visit.brand) }
        if try await waitForLetters(to: [email], by: member, visit) != nil { return TeamRefusal.tooSoon }
        do {
            try await member.invite(email, as: form.role)
            return nil
        } catch let refusal as TeamRefusal {
            return refusal.sentence(visit.brand)
        }
    }

    static func inviteAgain(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        let email = try await invited(form["email"], by: member)
        if let wait = try await waitForLetters(to: [email], by: member, visit) { throw Refusal.tooMany(wait) }
        return try await changing(member, visit, .invitedAgain) { try await member.inviteAgain(email) }
    }

    static func askToCancel(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let email = try await invited(visit.queryValue("email"), by: member)
        return TeamQuestion.cancel(email, member, visit).page.response(to: visit)
    }

    static func cancel(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let email = try await invited(form["email"], by: member)
        return try await changing(member, visit, .invitationCancelled) {
            try await member.cancelInvitation(of: email)
        }
    }

    static func askForRole(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let person = try await requested(member, visit)
        return RoleForm(visit: visit, application: member.application, person: person).page
            .response(to: visit)
    }

    static func setRole(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let person = try await requested(member, visit)
        do {
            try await member.change(person, to: MemberRole(choice: form["role"]))
            return .redirect(to: visit.place(of: member.application, after: .roleSaved))
        } catch TeamRefusal.nobodyThere {
            throw Refusal.notFound
        } catch let refusal as TeamRefusal {
            let problem = FieldProblem(field: "role-owner", message: refusal.sentence(visit.brand))
            return RoleForm(
                visit: visit,
                application: member.application,
                person: person,
                problems: [problem]
            )
            .page.response(to: visit, .unprocessable)
        }
    }

    static func askToRemove(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        TeamQuestion.remove(try await requested(member, visit), member, visit).page.response(to: visit)
    }

    static func remove(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let person = try await requested(member, visit)
        guard person.account.id != member.account.id else { return try await leave(member, form, visit) }
        return try await asking(.remove(person, member, visit), visit) {
            try await changing(member, visit, .memberRemoved) { try await member.remove(person) }
        }
    }

    static func askToLeave(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        TeamQuestion.leave(member, visit).page.response(to: visit)
    }

    static func leave(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await asking(.leave(member, visit), visit) {
            try await member.leave()
            return .redirect(to: visit.path("applications").with(query: [("done", "left")]))
        }
    }
}

extension TeamScreens {
    /// What somebody else was faster with is not there any more.
    private static func changing(
        _ member: MemberAccess,
        _ visit: Visit,
        _ done: Done,
        _ change: () async throws -> Void
    ) async throws -> Response {
        do {
            try await change()
            return .redirect(to: visit.place(of: member.application, after: done))
        } catch TeamRefusal.nobodyThere {
            throw Refusal.notFound
        }
    }

    /// Shows the question again with what stands in the way of its answer.
    private static func asking(
        _ question: TeamQuestion,
        _ visit: Visit,
        _ answer: () async throws -> Response
    ) async throws -> Response {
        do { return try await answer() } catch let refusal as TeamRefusal {
            var question = question
            question.problem = refusal.sentence(visit.brand)
            return question.page.response(to: visit, .unprocessable)
        }
    }

    private static func requested(_ member: MemberAccess, _ visit: Visit) async throws -> Member {
        guard let person = try await member.team().member(visit.captured("person")) else {
            throw Refusal.notFound
        }
        return person
    }

    private static func invited(_ text: String?, by member: MemberAccess) async throws -> EmailAddress {
        guard let email = text.flatMap(EmailAddress.init),
            try await member.team().invitation(of: email) != nil
        else { throw Refusal.notFound }
        return email
    }

    /// Counts letters that a member causes, or returns how long to wait for one to the same address; throws
    /// ``Refusal/tooMany(_:)`` where it is because of the member.
    static func waitForLetters(
        to emails: [EmailAddress],
        by member: MemberAccess,
        _ visit: Visit
    ) async throws -> Duration? {
        try await visit.site.brakes.waitForLetters(to: emails, .invitation, by: member.account, visit)
    }
}

extension TeamRefusal {
    static let tooSoon = "An e-mail to this address went out a moment ago. Try again in a minute"

    func sentence(_ brand: Brand) -> String {
        switch self {
        case .alreadyMember(let email): "\(email) is in the team already"
        case .alreadyInvited(let email, let until):
            """
            \(email) was invited already, until \(CalendarText(until).date). \
            Send that invitation again, or cancel it first
            """
        case .lastOwner: "Somebody has to own the application. Make another member an Owner first"
        case .lastApprovedOwner:
            """
            Nobody else was an Owner when \(brand.displayName) approved it. Offer it to the next Owner with Transfer, \
            so that it is looked at anew, or wait until a change of it is approved
            """
        case .stays(let refusal): "Nobody else was an Owner before. \(refusal.sentence(brand))"
        case .nobodyThere: "There is nobody like that in the team"
        }
    }
}

extension MemberRole {
    /// What a form chose; the least one when nothing sensible was.
    fileprivate init(choice: String?) { self = choice.flatMap(MemberRole.init(rawValue:)) ?? .viewer }
}
