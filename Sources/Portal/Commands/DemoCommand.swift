import Registry

/// `portal demo`: everything needed to click through the product, and one screen that says where.
enum DemoCommand {
    static let all = [
        Command(
            name: "demo",
            summary: "Prepare a demonstration and print how to walk through it",
            details: """
                Imports the tenant “standard” and four providers with wire profiles of their own, and makes a
                partner, a customer and an administrator in each, with generated passwords, and two applications.
                They are kept in the data folder, in demo.json, so that doing it again prints them again. Not for
                a server that others can reach.
                """,
            options: [Configuration.publicURLOption],
            furtherFiles: { attachments throws(CommandFailure) in try readShippedFiles(&attachments) },
            makesData: true,
            work: .atTheDesk(run)
        )
    ]

    private static let tenantFile = "standard.json5"

    /// Providers as their own documents describe them, each a file.
    private static let providerFiles = [
        "rovitracker.json5", "valuekeep.json5", "cameramanager.json5", "lametric.json5",
    ]
    private static let logoFile = "acme-rentals.png"

    /// Reads the shipped files under names of their own, wherever they are.
    private static func readShippedFiles(_ attachments: inout Attachments) throws(CommandFailure) {
        guard let tenants = ShippedFiles.folder("Tenants"), let pictures = ShippedFiles.folder("Public/demo")
        else {
            throw CommandFailure(
                "the folders Tenants and Public are not where they are looked for",
                hint: "run this in the folder that has them"
            )
        }
        attachments.read("\(pictures)/\(logoFile)", as: logoFile)
        for file in [tenantFile] + providerFiles {
            let tenant = "\(tenants)/\(file)"
            attachments.read(tenant, as: file)
            if let logo = TenantFile.logoPath(in: try readFile(tenant)) {
                attachments.read("\(tenants)/\(logo)", as: logo)
            }
        }
    }

    private static func run(_ call: Call, at desk: Desk) async throws {
        let file = desk.folder.path + "/demo.json"
        var demo = try Demo(storedIn: file) ?? Demo(entropy: .system)
        let key = demo.adminKey.flatMap(AuthenticatorKey.init) ?? AuthenticatorKey(.system)
        demo.adminKey = key.text
        // Kept before anything is made with it, so that an interrupted demo is finished by the next one.
        try demo.store(in: file)
        let files = try await TenantCommands.checked(
            [tenantFile] + providerFiles,
            in: call.attachments,
            at: desk
        )
        var tenants: [Tenant] = []
        for (file, logo) in files {
            let tenant = try await desk.importTenant(file, logo: logo, .keep)
            let access = desk.registry.operatorAccess(to: tenant)
            // Whoever asks about tokens is needed once.
            let people = tenants.isEmpty ? demo.people : demo.people.filter { $0.email != demo.engineerEmail }
            for person in people { try await add(person, to: access) }
            try await access.set(key, of: demo.adminEmail)
            tenants.append(tenant)
        }
        guard let first = tenants.first else { return }
        let access = desk.registry.operatorAccess(to: first)
        try await register(&demo, with: access, logo: try call.attachments.bytes(of: logoFile))
        demo.address = desk.publicURL.address(of: first)
        try demo.store(in: file)
        let providers = tenants.dropFirst().map { tenant in
            (tenant.brand.displayName, desk.publicURL.address(of: tenant))
        }
        let screen = demo.screen(
            first.brand.displayName,
            root: desk.publicURL.text,
            data: desk.folder.path,
            providers: providers,
            at: desk.registry.now()
        )
        call.print(demo.facts.map { ($0, .text($1)) }, screen)
    }

    /// Adds somebody who is not there yet.
    private static func add(_ person: Demo.Person, to access: OperatorAccess) async throws {
        if let email = EmailAddress(person.email), try await access.hasAccount(of: email, as: person.role) {
            return
        }
        do {
            let draft = try AccountDraft(
                email: person.email,
                name: person.name,
                companies: Companies(person.companies.compactMap(Company.init)),
                password: person.password,
                at: access.tenant
            )
            _ = try await access.add(draft, as: person.role)
        } catch let problems as AccountProblems where problems.all == [.emailTaken] {
            return
        }
    }

    private static func register(_ demo: inout Demo, with access: OperatorAccess, logo: [UInt8]) async throws
    {
        if demo.clientID == nil {
            let redirectURI = demo.redirectURI
            let acme = try await register(
                form("Acme Rentals") { form in
                    form.redirectURIs = [redirectURI]
                    form.scopes = ["basic", "devices_read", "devices_write"]
                    form.website = "https://acme-rentals.example/"
                    form.privacyPolicy = "https://acme-rentals.example/privacy"
                    form.supportEmail = "help@acme-rentals.example"
                    form.purpose = "Shows our hire desk where each device is and how it is doing."
                },
                with: access,
                logo: logo,
                for: demo.partnerEmail
            )
            (demo.clientID, demo.clientSecret) = acme
        }
        if demo.serviceID == nil {
            (demo.serviceID, demo.serviceSecret) = try await register(
                form("Device Service") { $0.kind = .resourceServer },
                with: access,
                for: demo.engineerEmail
            )
        }
    }

    private static func form(_ name: String, _ fill: (inout ApplicationForm) -> Void) -> ApplicationForm {
        var form = ApplicationForm()
        form.companyName = name
        form.ticket = "demo"
        fill(&form)
        return form
    }

    private static func register(
        _ form: ApplicationForm,
        with access: OperatorAccess,
        logo: [UInt8]? = nil,
        for owner: String
    ) async throws -> (id: String?, secret: String?) {
        guard let owner = EmailAddress(owner) else {
            throw CommandFailure("\(owner) is not an e-mail address")
        }
        do {
            let made = try await access.register(form, logo: logo, named: logoFile, for: owner)
            return (made.application.id.text, made.secret?.plaintext)
        } catch RegistrationRefusal.alreadyRegistered(let id) {
            throw CommandFailure(
                "the demo's application \(id) is there, but its secret is not known any more",
                hint: "delete the data folder and start again: only its digest was kept"
            )
        }
    }
}
