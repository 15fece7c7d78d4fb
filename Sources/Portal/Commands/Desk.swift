import FoundationEssentials
import Registry

/// Where commands are done: the open data of one folder.
struct Desk: Sendable {
    let folder: DataDirectory
    let registry: ApplicationRegistry

    /// Judges a picture before anything is written; throws ``LogoRefusal``.
    let decodeLogo: ApplicationRegistry.LogoDecoder
    let publicURL: PublicURL
    let clock = SteadyClock.system

    /// Whether the folder had no key before.
    let isNew: Bool

    /// Opens the data of a folder that this process has claimed, and brings it up to date; those in `database` where
    /// they are in another place.
    init(
        _ folder: DataDirectory,
        _ configuration: Configuration,
        database: (any Database)? = nil,
        decodeLogo: @escaping ApplicationRegistry.LogoDecoder
    ) async throws {
        isNew = !folder.hasMasterKey
        let key = try folder.masterKey(.system)
        registry = ApplicationRegistry(
            database: try database ?? Desk.database(configuration, folder),
            masterKey: key,
            laterKey: { try folder.masterKey(number: $0) },
            clock: clock.now,
            entropy: .system,
            passwords: try PasswordHasher(),
            decodeLogo: decodeLogo
        )
        self.folder = folder
        self.decodeLogo = decodeLogo
        publicURL = configuration.publicURL
        do { try await registry.open() } catch let foreign as ForeignKey {
            // A key nobody has used yet is in the way of the right one.
            if isNew { folder.removeMasterKey() }
            throw foreign.failure(in: folder)
        }
    }

    private static func database(
        _ configuration: Configuration,
        _ folder: DataDirectory
    ) throws -> any Database {
        guard let address = configuration.database else {
            return try SQLiteDatabase(path: folder.databasePath)
        }
        return try PostgresDatabase(address: address.text)
    }

    /// Runs the work and closes the data, whatever comes of it.
    func closing(_ work: () async throws -> Void) async throws {
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        try await registry.close()
        try outcome.get()
    }

    /// The tenant a command names, or the only one there is.
    func access(toTenantOf call: Call) async throws -> OperatorAccess {
        registry.operatorAccess(to: try await tenant(of: call))
    }

    func tenant(of call: Call) async throws -> Tenant {
        if let name = call.arguments["tenant"] { return try await tenant(named: name) }
        let all = try await registry.tenants()
        if let only = all.first, all.count == 1 { return only }
        throw WrongUse(
            problems: [all.isEmpty ? "there is no tenant yet" : "--tenant NAME is missing"],
            hint: all.isEmpty
                ? "portal tenant import FILE makes one"
                : "there are several: " + all.map(\.name.text).joined(separator: ", ")
        )
    }

    func tenant(named name: String) async throws -> Tenant {
        if let tenant = try await registry.tenant(named: name) { return tenant }
        let names = try await registry.tenants().map(\.name.text)
        throw CommandFailure(
            "there is no tenant “\(name)”.\(didYouMean(nearest(to: name, in: names)))",
            hint: names.isEmpty ? "portal tenant import FILE makes one" : "portal tenant list shows all"
        )
    }
}

extension Option {
    static let tenant = Option.value("tenant", "NAME", "The tenant; may be left out while there is only one")
}

extension ForeignKey {
    /// Which file is not what it should be, and what to do.
    func failure(in folder: DataDirectory) -> CommandFailure {
        let file = folder.keyPath(number).split(separator: "/").last ?? ""
        return CommandFailure(
            "\(folder.path) does not hold the master key that the database was made with: \(file)",
            hint: "copy \(file) from a server that has it into \(folder.path)"
        )
    }
}
