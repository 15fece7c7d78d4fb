import Registry
import Web

/// Registering an application: the page the product exists for (ux A5, A6).
enum RegistrationScreens {
    static func ask(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        var form = ApplicationForm()
        form.ticket = visit.registry.freshToken()
        return RegistrationPage(visit: visit, form: form).page.response(to: visit)
    }

    /// Answers `POST /applications`: shows the secret once, or the form again with what to mend and the logo kept.
    static func register(_ partner: PartnerAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let form = ApplicationForm(sent)
        let upload = try await LogoUpload(sent, partner.logos, visit)
        do {
            let draft = try ApplicationDraft(form, logo: upload.logo, at: visit.tenant)
            if upload.problem == nil {
                let registered = try await register(draft, by: partner, visit)
                return CredentialsPage.first(registered, visit).response(to: visit)
            }
            return again(form, upload, [], visit)
        } catch let problems as ApplicationProblems {
            return again(form, upload, problems.all, visit)
        } catch RegistrationRefusal.alreadyRegistered(let id) {
            return CredentialsPage.gone(id, visit).response(to: visit)
        } catch RegistrationRefusal.ownerDisabled {
            return try await visit.turnedAway(.partner)
        } catch RegistrationRefusal.tooMany(let limit) {
            return TooManyApplicationsPage(limit: limit, visit: visit).page.response(
                to: visit,
                .unprocessable
            )
        }
    }

    /// Counts it for the address it comes from, where it is one more (LO-01).
    private static func register(
        _ draft: ApplicationDraft,
        by partner: PartnerAccess,
        _ visit: Visit
    ) async throws -> RegisteredApplication {
        let attempt = try await Attempt([(visit.site.brakes.registrations, visit.neighbourhood)], visit)
        if let wait = attempt.wait { throw Refusal.tooMany(wait) }
        return try await attempt.doing { try await partner.register(draft) }
    }

    /// Answers the button for people without scripts: keeps the logo and shows the preview.
    static func preview(_ partner: PartnerAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let upload = try await LogoUpload(sent, partner.logos, visit)
        let page = RegistrationPage(
            visit: visit,
            form: ApplicationForm(sent),
            upload: upload,
            problems: [upload.problem].compactMap { $0 }
        )
        return page.page.response(to: visit, upload.problem == nil ? .ok : .unprocessable)
    }

    private static func again(
        _ form: ApplicationForm,
        _ upload: LogoUpload,
        _ problems: [ApplicationProblem],
        _ visit: Visit
    ) -> Response {
        var named = problems.map { FieldProblem($0, visit.brand) }
        if let problem = upload.problem {
            named.removeAll { $0.field == problem.field }
            named.insert(problem, at: named.first?.field == "company-name" ? 1 : 0)
        }
        let page = RegistrationPage(visit: visit, form: form, upload: upload, problems: named)
        return page.page.response(to: visit, .unprocessable)
    }
}

/// The logo of a form: just uploaded, kept from before, refused, or none.
struct LogoUpload: Sendable {
    private(set) var staged: StagedLogo?
    private(set) var warnings: [LogoWarning] = []
    private(set) var problem: FieldProblem?

    var logo: LogoDigest? { staged?.logo }

    init() {}

    /// Decodes the file of the form, or finds the one it sent before.
    init(_ form: Form, _ shelf: LogoShelf, _ visit: Visit) async throws {
        if let file = form.files.first(where: {
            $0.name == "logo" && !($0.bytes.isEmpty && $0.filename.isEmpty)
        }) {
            if let wait = try await visit.site.brakes.uploads.spend(shelf.account.id.text, visit) {
                throw Refusal.tooMany(wait)
            }
            do {
                (staged, warnings) = try await shelf.stage(file.bytes, fileName: file.filename)
                return
            } catch let refusal as LogoRefusal {
                problem = FieldProblem(field: "logo", message: refusal.message(filename: file.filename))
            } catch let refusal as NoRoomForLogos {
                problem = FieldProblem(field: "logo", message: refusal.message(at: visit.brand))
            }
        }
        if let id = form["staged_logo"], !id.isEmpty { staged = try await shelf.staged(id) }
    }
}

extension NoRoomForLogos {
    fileprivate func message(at brand: Brand) -> String {
        switch self {
        case .atTenant:
            "\(brand.displayName) has no room for more logos. Ask them to make some, then try again."
        case .forPartner:
            "You have uploaded as many logos as one partner may in twelve hours. Try again later."
        }
    }
}

extension ApplicationForm {
    /// What the browser sent; fields that are not the form's own are not looked at (LO-15).
    init(_ sent: Form) {
        self.init()
        companyName = sent["company_name"] ?? ""
        applicationName = sent["application_name"] ?? ""
        redirectURIs = (sent["redirect_uris"] ?? "").lines
        website = sent["website"] ?? ""
        privacyPolicy = sent["privacy_policy"] ?? ""
        terms = sent["terms"] ?? ""
        supportEmail = sent["support_email"] ?? ""
        purpose = sent["purpose"] ?? ""
        scopes = sent["scope_shown"] == nil ? nil : sent.all("scope")
        kind = sent["kind"] == "public" ? .public : .confidential
        ticket = sent.ticket
    }
}

extension String {
    /// Split at line ends of any kind, read as bytes because CRLF is one `Character`.
    var lines: [String] {
        utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
