import Registry
import Web

/// Editing what customers know an application by, and what it may ask for (ux A7).
enum BrandingScreens {
    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let application = member.application
        let pending = try await member.pendingRevision()
        let form = ApplicationForm(ApplicationBrand(application, pending))
        return BrandingPage(visit: visit, application: application, pending: pending, form: form).page
            .response(to: visit)
    }

    /// Saves the brand, and asks again where changes were asked for; or shows the form with what to mend.
    static func save(_ member: MemberAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let application = member.application
        let pending = try await member.pendingRevision()
        let form = ApplicationForm(sent)
        let upload = try await LogoUpload(sent, member.partner.logos, visit)
        var page = BrandingPage(visit: visit, application: application, pending: pending, form: form)
        page.upload = upload
        page.problems = [upload.problem].compactMap { $0 }
        do {
            let kept = ApplicationBrand(application, pending).logo
            let brand = try ApplicationBrand(form, logo: upload.logo ?? kept, at: visit.tenant)
            guard page.problems.isEmpty else { return page.page.response(to: visit, .unprocessable) }
            let outcome = try await member.edit(to: brand)
            let again = try await asksAgain(member)
            let done: Done = outcome == .waits || again ? .changeSent : .brandSaved
            return .redirect(to: visit.place(of: application, after: done))
        } catch let problems as ApplicationProblems {
            page.problems += problems.all.map { FieldProblem($0, visit.brand) }
            return page.page.response(to: visit, .unprocessable)
        }
    }

    /// Keeps the logo and shows the preview, for people without scripts.
    static func preview(_ member: MemberAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        var page = BrandingPage(
            visit: visit,
            application: member.application,
            pending: try await member.pendingRevision(),
            form: ApplicationForm(sent)
        )
        page.upload = try await LogoUpload(sent, member.partner.logos, visit)
        page.problems = [page.upload.problem].compactMap { $0 }
        return page.page.response(to: visit, page.problems.isEmpty ? .ok : .unprocessable)
    }

    /// After an answer, saving is asking again.
    private static func asksAgain(_ member: MemberAccess) async throws -> Bool {
        switch member.application.submission {
        case .changesNeeded, .rejected: break
        case nil, .waiting: return false
        }
        do {
            try await member.askForApproval()
        } catch SubmissionRefusal.nothingToAsk {
            // The edit itself has asked.
        }
        return true
    }

    static func askForPermissions(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let application = member.application
        let pending = try await member.pendingRevision()
        return PermissionsPage(visit: visit, application: application, pending: pending).page.response(
            to: visit
        )
    }

    static func savePermissions(
        _ member: MemberAccess,
        _ form: Form,
        _ visit: Visit
    ) async throws -> Response {
        let chosen = ScopeSet(form.all("scope").compactMap(Scope.init))
        let outcome = try await member.setScopes(chosen)
        let done: Done = outcome == .waits ? .changeSent : .permissionsSaved
        return .redirect(to: visit.place(of: member.application, after: done))
    }
}

extension ApplicationForm {
    /// A form as it would have been filled for what there is.
    init(_ brand: ApplicationBrand) {
        self.init()
        let profile = brand.profile
        companyName = profile.companyName.text
        applicationName = profile.applicationName?.text ?? ""
        website = profile.website ?? ""
        privacyPolicy = profile.privacyPolicy ?? ""
        terms = profile.terms ?? ""
        supportEmail = profile.supportEmail ?? ""
        purpose = profile.purpose ?? ""
    }
}
