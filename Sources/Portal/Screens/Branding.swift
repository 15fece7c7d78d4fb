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

/// The brand on the application's page: what is approved, beside what waits.
struct BrandingSection: Component {
    let visit: Visit
    let application: Application
    let pending: PendingRevision?
    let role: MemberRole

    var body: HTML {
        section(.class("card"), .id("branding"), .aria("labelledby", "branding-h")) {
            h2(.id("branding-h")) { "Branding" }
            if let pending {
                p(.class("note")) {
                    "The version on the right waits for approval. Everything else stays as it is."
                }
                RevisionComparison(application: application, pending: pending, visit: visit)
            }
            facts
            if role >= .developer {
                div(.class("row")) {
                    a(.class("btn"), .href(visit.path(below: application, "branding"))) { "Edit branding" }
                }
            }
        }
    }

    private var facts: HTML {
        let profile = application.profile
        let rows: [(BrandChange.Field, String?)] = [
            (.companyName, profile.companyName.text), (.applicationName, profile.applicationName?.text),
            (.website, profile.website), (.privacyPolicy, profile.privacyPolicy), (.terms, profile.terms),
            (.supportEmail, profile.supportEmail), (.purpose, profile.purpose),
        ]
        return dl(.class("facts")) {
            for (field, value) in rows {
                div {
                    dt { field.label }
                    dd { if let value { bdi { value } } else { span(.class("note")) { "None" } } }
                }
            }
        }
    }
}

struct BrandingPage {
    let visit: Visit
    let application: Application
    let pending: PendingRevision?
    let form: ApplicationForm
    var upload = LogoUpload()
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Edit the branding of \(application.displayName)"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems, script: .forms, preview: .file) {
            div(.class("split")) {
                Web.form(
                    .class("stack"),
                    .method("post"),
                    .action(visit.path(below: application, "branding")),
                    .enctype("multipart/form-data"),
                    .novalidate
                ) {
                    h1 {
                        "Edit the branding of "
                        bdi { application.displayName }
                    }
                    consequence
                    fields
                }
                BrandPreview(visit: visit, name: shownName, logo: logo)
            }
        }
    }

    private var shownName: String {
        form.applicationName.trimmingSpaces.isEmpty ? form.companyName : form.applicationName
    }

    private var logo: LogoDigest? { upload.logo ?? ApplicationBrand(application, pending).logo }

    @HTMLBuilder private var consequence: HTML {
        if application.approval != nil {
            p(.class("callout")) {
                """
                Changing a name, the logo, the website, the privacy policy or the terms sends the change for \
                approval; the approved version stays in use until then.
                """
            }
        } else {
            p(.class("callout")) { "Customers see changes at once." }
        }
    }

    @HTMLBuilder private var fields: HTML {
        SealField(seal: visit.seal(for: .partner))
        text(
            "company-name",
            "Company name",
            form.companyName,
            isOptional: false,
            extra: [.maxlength(80), .data("fills", "preview-name"), .data("letter", "preview-letter")]
        )
        text(
            "application-name",
            "Application name",
            form.applicationName,
            hint: "If it differs from the company."
        )
        LogoField(visit: visit, upload: upload, problems: problems, standing: logo)
        text("website", "Website", form.website, type: "url")
        text("privacy-policy", "Privacy policy", form.privacyPolicy, type: "url")
        text("terms", "Terms", form.terms, type: "url")
        text("support-email", "Support e-mail", form.supportEmail, type: "email")
        Field(
            id: "purpose",
            name: "purpose",
            label: "What will you use the data for?",
            hint: "Shown to the \(visit.brand.displayName) team only.",
            isOptional: true,
            problems: problems
        ) { attributes in
            textarea(attributes + [.rows(3), .dir(.automatic)]) { form.purpose }
        }
        div(.class("row")) {
            button(.class("btn primary")) { saving }
            button(
                .class("btn"),
                .formaction(visit.path(below: application, "branding/preview")),
                .formnovalidate
            ) { "Update preview" }
            a(.class("btn"), .href(visit.path(below: application, ""))) { "Cancel" }
        }
    }

    private var saving: String {
        switch application.submission {
        case .changesNeeded, .rejected: "Save and ask again"
        case nil, .waiting: "Save branding"
        }
    }

    private func text(
        _ id: String,
        _ label: String,
        _ value: String,
        hint: String? = nil,
        type: String = "text",
        isOptional: Bool = true,
        extra: [Attribute] = []
    ) -> TextField {
        TextField(
            id: id,
            label: label,
            type: type,
            value: value,
            hint: hint,
            isOptional: isOptional,
            direction: type == "text" ? .automatic : .leftToRight,
            problems: problems,
            extra: extra
        )
    }
}

struct PermissionsPage {
    let visit: Visit
    let application: Application
    let pending: PendingRevision?

    private var chosen: ScopeSet { application.scopes.union(pending?.addedScopes ?? ScopeSet()) }

    var page: Page {
        let title = "Permissions of \(application.displayName)"
        return Page(title, .partners(signedIn: true, current: .applications)) {
            h1 {
                "Permissions of "
                bdi { application.displayName }
            }
            p(.class("callout")) {
                application.approval == nil
                    ? "Changes work at once. A permission you take away ends for every customer."
                    : """
                    A new permission waits for approval. A permission you take away ends at once, for every \
                    customer.
                    """
            }
            Web.form(
                .class("stack"),
                .method("post"),
                .action(visit.path(below: application, "permissions"))
            ) {
                SealField(seal: visit.seal(for: .partner))
                ScopeChoice(
                    offered: visit.tenant.scopesOnOffer(beside: chosen),
                    chosen: chosen.names.map(\.text)
                )
                div(.class("row")) {
                    button(.class("btn primary")) { "Save permissions" }
                    a(.class("btn"), .href(visit.path(below: application, ""))) { "Cancel" }
                }
            }
        }
    }
}
