import Glibc
import Registry

enum ServerCommands {
    static let all = [
        Command(
            name: "init",
            summary: "Make the data folder, and print a one-time link for a tenant's first administrator",
            details: """
                Doing it again changes nothing, but prints a link for each tenant that has neither an administrator
                nor a link that still works. A link is good for one hour, and also in a file that only its owner may
                read: first-administrator-TENANT.link in the data folder.
                """,
            options: [Configuration.publicURLOption],
            makesData: true,
            work: .atTheDesk(initialise)
        ),
        Command(
            name: "serve",
            summary: "Run the server",
            details: """
                Everything can be set by a flag, by the variable in parentheses or, as “key = value” with the
                flag's name for a key, in the file of --config; the first of these that says something counts.
                SIGTERM and SIGINT end it: what is under way is finished, for at most 10 seconds.
                """,
            options: Configuration.serverOptions,
            work: .here(ServeCommand.run)
        ),
        MigrateCommand.command,
    ]

    private static func initialise(_ call: Call, at desk: Desk) async throws {
        let (folder, url) = (desk.folder.path, desk.publicURL.text)
        var links: [(tenant: Tenant, link: OneTimeLink)] = []
        let tenants = try await desk.registry.tenants()
        for tenant in tenants {
            if let link = try await desk.firstLink(at: tenant) { links.append((tenant, link)) }
        }
        call.print(
            [
                ("data", .text(folder)), ("public_url", .text(url)),
                ("master_key", .text(desk.folder.path + "/master.key")),
                ("created", .bool(desk.isNew)),
                ("links", .list(links.map { .text(desk.address(of: $0.link, at: $0.tenant)) })),
            ],
            """
            Data folder   \(folder) (\(desk.isNew ? "created" : "was there"))
            Public URL    \(url)  (change with PORTAL_PUBLIC_URL)
            Master key    \(desk.isNew ? "created in " : "")\(folder)/master.key (keep a copy outside this machine)

            \(next(tenants, links, folder, desk))
            """
        )
    }

    private static func next(
        _ tenants: [Tenant],
        _ links: [(tenant: Tenant, link: OneTimeLink)],
        _ folder: String,
        _ desk: Desk
    ) -> String {
        if tenants.isEmpty {
            return """
                Next:
                  portal tenant import FILE --data \(folder)
                  portal init --data \(folder)    prints a link for the tenant's first administrator
                  portal serve --data \(folder)
                """
        }
        return links.map { tenant, link in
            """
            Open this link to create the first administrator of \(tenant.brand.displayName) \
            (works once, until \(CalendarText(link.expiresAt).full)):
              \(desk.address(of: link, at: tenant))
              (also in \(desk.firstLinkFile(of: tenant)))
            """
        }.joined(separator: "\n")
    }
}

extension Desk {
    fileprivate func firstLinkFile(of tenant: Tenant) -> String {
        "\(folder.path)/first-administrator-\(tenant.name).link"
    }

    /// A new link for a tenant that needs one, also kept in a file until the tenant has an administrator.
    fileprivate func firstLink(at tenant: Tenant) async throws -> OneTimeLink? {
        let (access, file) = (registry.operatorAccess(to: tenant), firstLinkFile(of: tenant))
        if let link = try await access.firstAdministratorLink() {
            try PrivateFile.write(Array("\(address(of: link, at: tenant))\n".utf8), to: file)
            return link
        }
        if try await !access.administrators().isEmpty { unlink(file) }
        return nil
    }
}
