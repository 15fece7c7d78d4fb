import Registry

extension Desk {
    /// The picture a tenant file names, which the decoder accepts; throws ``FileMistakes`` if it does not.
    func logo(
        of file: TenantFile,
        called name: String,
        in attachments: Attachments
    ) async throws -> TenantLogo? {
        func mistake(_ message: String) -> FileMistakes {
            FileMistakes(all: [FileMistake(name, file.logoPlace, "brand.logo", message)])
        }
        let (bytes, fileName): ([UInt8], String)
        switch file.logo {
        case nil: return nil
        case .embedded(let embedded): (bytes, fileName) = (embedded, "the embedded picture")
        case .file(let path):
            do throws(CommandFailure) {
                (bytes, fileName) = (try attachments.bytes(of: path.besideFile(name)), path.lastPathComponent)
            } catch {
                throw mistake(error.problems.joined(separator: "; "))
            }
        }
        do {
            return TenantLogo(bytes: bytes, digest: try await decodeLogo(bytes, nil).digest)
        } catch let refusal as LogoRefusal {
            throw mistake(refusal.message(filename: fileName))
        }
    }

    /// Writes the tenant with its logo, which needs the tenant to be there first.
    func importTenant(
        _ file: TenantFile,
        logo: TenantLogo?,
        _ rule: ImportRule = .refuse
    ) async throws -> Tenant {
        var settings = file.settings
        let standing = try await registry.tenant(named: file.name.text)
        guard let logo else { return try await write(settings, as: file.name, rule) }
        if let standing, try await isKept(logo, by: standing) {
            settings.brand.logo = standing.brand.logo
        } else {
            let tenant: Tenant
            if let standing {
                tenant = standing
            } else {
                tenant = try await write(settings, as: file.name)
            }
            settings.brand.logo = try await registry.operatorAccess(to: tenant).store(logo.bytes).text
        }
        return try await write(settings, as: file.name, rule)
    }

    private func write(
        _ settings: Tenant.Settings,
        as name: TenantName,
        _ rule: ImportRule = .refuse
    ) async throws -> Tenant {
        try await registry.importTenant(settings, as: name, rule) { old, new in
            TenantFile.changes(from: old, to: new).map(\.detail)
        }
    }

    /// Whether it is the tenant's logo already: the same file again, or the picture that was exported.
    private func isKept(_ logo: TenantLogo, by tenant: Tenant) async throws -> Bool {
        if tenant.brand.logo == logo.digest { return true }
        return try await storedLogo(of: tenant) == logo.bytes
    }

    /// The largest picture kept of a tenant's logo.
    func storedLogo(of tenant: Tenant) async throws -> [UInt8]? {
        guard let digest = tenant.brand.logo else { return nil }
        return try await registry.logo(digest, size: 256, at: tenant)
    }
}
