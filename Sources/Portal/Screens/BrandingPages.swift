import Registry
import Web

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
                    "What stands under “Asked for” waits for approval. Everything else stays as it is."
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
