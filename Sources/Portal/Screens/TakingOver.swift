import Registry
import Web

/// Where the link of an offer leads: looking answers nothing, taking over and declining do.
enum TakingOverScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        try await unlessAnswered(visit) { offer in
            let email = offer.transfer.email
            if try await visit.isHalfway(as: email) { return try await visit.turnedAway(.partner) }
            let reader = try await visit.reader(of: email, isKnown: offer.isKnown)
            return visit.answerWithSeal { visit, seal, headers in
                TakingOverPage(offer, reader, seal, visit).page.response(to: visit, .ok, headers)
            }
        }
    }

    /// Makes an account for whoever got the letter, and lets it in.
    static func signUp(_ form: Form, _ visit: Visit) async throws -> Response {
        let (name, password) = (form["name"]?.trimmingSpaces ?? "", form["password"] ?? "")
        return try await unlessAnswered(visit) { offer in
            guard !offer.isKnown else { return .redirect(to: visit.place) }
            var page = TakingOverPage(offer, .new, visit.seal(for: nil), visit)
            page.door.name = name
            do {
                let (account, id) = try await visit.registry.takeOver(
                    visit.captured("link"),
                    name: name,
                    password: password,
                    at: visit.tenant,
                    from: visit.provenance
                )
                let place = visit.place(of: id, after: .takenOver)
                return try await visit.signInNow(account, password, to: place)
            } catch let problems as AccountProblems {
                page.door.problems = problems.all.map { FieldProblem($0, visit.brand) }
                return page.page.response(to: visit, .unprocessable)
            } catch is TransferRefusal {
                return .redirect(to: visit.place)
            }
        }
    }

    static func accept(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        return try await unlessAnswered(visit) { offer in
            do {
                let id = try await partner.takeOver(link)
                return .redirect(to: visit.place(of: id, after: .takenOver))
            } catch TransferRefusal.tooManyApplications(let limit) {
                var page = TakingOverPage(offer, .addressee, visit.seal(for: nil), visit)
                let words = TransferRefusal.tooManyApplications(limit: limit).sentence(visit.brand)
                page.door.problems = [FieldProblem(field: "accept", message: words)]
                return page.page.response(to: visit, .unprocessable)
            } catch is TransferRefusal {
                return .redirect(to: visit.path("transfers", link))
            } catch is OtherAddress {
                return .redirect(to: visit.path("transfers", link))
            }
        }
    }

    static func decline(_ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        return try await unlessAnswered(visit) { _ in
            try await visit.registry.declineTransfer(link, at: visit.tenant, from: visit.provenance)
            return .redirect(to: visit.path("transfers", link))
        }
    }

    /// Answers for an offer that is open; of another its page says what became of it.
    private static func unlessAnswered(
        _ visit: Visit,
        _ answer: (OfferedApplication) async throws -> Response
    ) async throws -> Response {
        do {
            let link = visit.captured("link")
            switch try await visit.registry.transfer(link, at: visit.tenant) {
            case .open(let offer): return try await answer(offer)
            case .accepted(let application, let person, let date):
                return AnsweredPage.accepted(application, person, date, visit).response(to: visit)
            case .declined(let application, let date):
                return AnsweredPage.declined(application, date, visit).response(to: visit)
            }
        } catch is LinkRefusal {
            return InvitationScreens.gone(visit, .partner)
        }
    }
}
