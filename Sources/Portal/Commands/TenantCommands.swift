import Registry

enum TenantCommands {
    static let all = [
        Command(
            name: "tenant import",
            operands: Operands(placeholder: "FILE…", count: 1...100, areFiles: true),
            summary: "Create tenants from JSON5 files, or bring them up to date",
            details: """
                Every mistake in every file is reported with its place; while there is one, nothing is written.
                Importing a file again changes nothing, and keeps what administrators changed on their pages; a
                file that says something new is refused then, unless --overwrite is given.
                Tenants/standard.json5 documents the form.
                """,
            options: [.flag("overwrite", "Take back what administrators changed since the last import")],
            furtherFiles: { attachments in readLogos(&attachments) },
            makesData: true,
            work: .atTheDesk(importFiles)
        ),
        Command(name: "tenant list", summary: "List the tenants", work: .atTheDesk(list)),
        Command(
            name: "tenant show",
            operands: .one("NAME"),
            summary: "Show a tenant: its addresses, scopes and limits",
            work: .atTheDesk(show)
        ),
        Command(
            name: "tenant disable",
            operands: .one("NAME"),
            summary: "Answer nobody in a tenant's name any more; nothing is deleted",
            details:
                "Sessions and tokens work again once it is enabled; codes and consent screens that waited do not.",
            work: .atTheDesk(disable)
        ),
        Command(
            name: "tenant enable",
            operands: .one("NAME"),
            summary: "Let a disabled tenant work again",
            work: .atTheDesk(enable)
        ),
        Command(
            name: "tenant delete",
            operands: .one("NAME"),
            summary: "Delete a disabled tenant with everything it has, its ledger too",
            details:
                "portal tenant export keeps its settings and portal audit export its ledger; there is no way back.",
            options: [
                .flag("yes", "Do it; without it nothing is deleted"),
                .flag("dry-run", "Only say how many rows would be deleted"),
            ],
            work: .atTheDesk(delete)
        ),
        Command(
            name: "tenant export",
            operands: .one("NAME"),
            summary: "Print a tenant as a file that can be imported, its logo inside",
            work: .atTheDesk(export)
        ),
    ]

    // MARK: Import

    /// Reads the logos that the tenant files name.
    @Sendable private static func readLogos(_ attachments: inout Attachments) {
        for (name, file) in attachments.files {
            guard case .bytes(let bytes) = file, let logo = TenantFile.logoPath(in: bytes) else { continue }
            attachments.read(logo.besideFile(name))
        }
    }

    private static func importFiles(_ call: Call, at desk: Desk) async throws {
        let rule: ImportRule = call.arguments.has("overwrite") ? .overwrite : .refuse
        for (file, logo) in try await checked(call.arguments.operands, in: call.attachments, at: desk) {
            let before = try await desk.registry.tenant(named: file.name.text)
            let tenant = try await desk.importTenant(file, logo: logo, rule)
            let address = desk.publicURL.address(of: tenant)
            call.print(
                [("tenant", .text(tenant.name.text)), ("address", .text(address))],
                "Imported \(tenant.name): \(tenant.brand.displayName), at \(address)"
            )
            let kept = kept(file.settings, by: tenant)
            if !kept.isEmpty {
                call.output.note("kept what administrators changed: " + kept.joined(separator: ", "))
            }
            let reworded = before.map(tenant.scopesReworded) ?? []
            if !reworded.isEmpty {
                call.output.note(
                    """
                    told in other words now: \(reworded.joined(separator: ", ")). Nobody who allowed it is asked again; \
                    where it allows more, an administrator says so at \(address)/admin/scopes
                    """
                )
            }
        }
    }

    /// What stays otherwise than a file says, by its names in the file.
    private static func kept(_ settings: Tenant.Settings, by tenant: Tenant) -> [String] {
        var said = settings
        said.brand.logo = tenant.brand.logo
        return TenantFile.changes(from: said, to: tenant.settings).map(\.name)
    }

    /// Reads all files and judges all logos before anything is written; throws ``CommandFailure`` with every
    /// mistake.
    static func checked(
        _ names: [String],
        in attachments: Attachments,
        at desk: Desk
    ) async throws -> [(TenantFile, logo: TenantLogo?)] {
        var (good, problems): ([(TenantFile, logo: TenantLogo?)], [String]) = ([], [])
        for name in names {
            do {
                let file = try TenantFile(try attachments.bytes(of: name), called: name)
                good.append((file, logo: try await desk.logo(of: file, called: name, in: attachments)))
            } catch let mistakes as FileMistakes {
                problems += mistakes.all.map(\.description)
            } catch let failure as CommandFailure {
                problems += failure.problems
            }
        }
        guard problems.isEmpty else {
            throw CommandFailure(problems, hint: "nothing was imported; mend the file and import it again")
        }
        return good
    }

    // MARK: Showing

    private static func list(_ call: Call, at desk: Desk) async throws {
        let tenants = try await desk.registry.tenants()
        call.print(
            tenants.map { tenant in
                [
                    ("name", .text(tenant.name.text)), ("display_name", .text(tenant.brand.displayName)),
                    ("hosts", .list(tenant.settings.hosts.map { .text($0) })),
                    ("profile", .text(WireProfile.name(ofKept: tenant.settings.wireProfile))),
                    ("disabled", .bool(tenant.disabledAt != nil)),
                ]
            },
            columns: ["name", "display_name", "hosts", "profile", "disabled"],
            empty: "No tenants yet. portal tenant import FILE makes one."
        )
    }

    private static func show(_ call: Call, at desk: Desk) async throws {
        let tenant = try await desk.tenant(named: call.arguments.operands.first ?? "")
        let (settings, policy) = (tenant.settings, tenant.policy)
        let facts: [(String, JSON)] = [
            ("name", .text(tenant.name.text)), ("display_name", .text(settings.brand.displayName)),
            ("hosts", .list(settings.hosts.map { .text($0) })),
            ("scopes", .list(settings.scopes.map { .text($0.name.text) })),
            ("registration", .text(policy.registration.rawValue)), ("review", .text(policy.review.rawValue)),
            ("grants", .list(policy.grants.map(\.rawValue).sorted().map { .text($0) })),
            ("code_seconds", .number(policy.codeSeconds)),
            ("access_token_seconds", policy.accessTokenSeconds.json),
            ("refresh_idle_seconds", policy.refreshIdleSeconds.json),
            ("refresh_absolute_seconds", policy.refreshAbsoluteSeconds.json),
            ("refresh_grace_seconds", .number(policy.refreshGraceSeconds)),
            ("profile", .text(WireProfile.name(ofKept: settings.wireProfile))),
            ("disabled", .bool(tenant.disabledAt != nil)),
        ]
        call.print(facts, aligned(facts.map { [$0.0, $0.1.cell] }))
    }

    private static func disable(_ call: Call, at desk: Desk) async throws {
        let tenant = try await desk.tenant(named: call.arguments.operands.first ?? "")
        try await desk.registry.operatorAccess(to: tenant).disableTenant()
        report("Disabled", tenant, isDisabled: true, call)
    }

    private static func enable(_ call: Call, at desk: Desk) async throws {
        let tenant = try await desk.tenant(named: call.arguments.operands.first ?? "")
        try await desk.registry.operatorAccess(to: tenant).enableTenant()
        report("Enabled", tenant, isDisabled: false, call)
    }

    private static func delete(_ call: Call, at desk: Desk) async throws {
        let tenant = try await desk.tenant(named: call.arguments.operands.first ?? "")
        let access = desk.registry.operatorAccess(to: tenant)
        if call.arguments.has("dry-run") {
            return call.print(
                try await access.rowCounts().map {
                    [("table", .text($0.table)), ("rows", .number($0.rows))]
                },
                columns: ["table", "rows"],
                empty: "It has no rows."
            )
        }
        guard call.arguments.has("yes") else {
            throw CommandFailure(
                "nothing was deleted: --yes is missing",
                hint: "portal tenant delete \(tenant.name) --dry-run says what would go"
            )
        }
        let rows: Int
        do {
            rows = try await access.deleteTenant()
        } catch is TenantNotDisabled {
            throw CommandFailure(
                "\(tenant.name) is not disabled",
                hint: "portal tenant disable \(tenant.name) ends its work first"
            )
        } catch let left as TenantRowsLeft {
            throw CommandFailure(
                "\(tenant.name) is deleted, but not all of its rows are gone: \(left.cause)",
                hint: "a server deletes the rest within a minute"
            )
        }
        call.print(
            [("tenant", .text(tenant.name.text)), ("rows", .number(rows))],
            "Deleted \(tenant.name): \(rows) rows."
        )
    }

    private static func report(_ done: String, _ tenant: Tenant, isDisabled: Bool, _ call: Call) {
        call.print(
            [("tenant", .text(tenant.name.text)), ("disabled", .bool(isDisabled))],
            "\(done) \(tenant.name): \(tenant.brand.displayName)."
        )
    }

    private static func export(_ call: Call, at desk: Desk) async throws {
        let tenant = try await desk.tenant(named: call.arguments.operands.first ?? "")
        call.output.print(try TenantFile.text(of: tenant, logo: try await desk.storedLogo(of: tenant)))
    }
}

/// A tenant's picture, which the decoder accepts.
struct TenantLogo: Sendable {
    let bytes: [UInt8]
    let digest: String
}

extension String {
    /// This path, taken from the folder of another file unless it begins at the root.
    func besideFile(_ name: String) -> String {
        guard !hasPrefix("/"), let slash = name.lastIndex(of: "/") else { return self }
        return String(name[...slash]) + self
    }
}
