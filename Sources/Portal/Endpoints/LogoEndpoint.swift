import Registry
import Synchronization
import Web

/// Logos by digest: what an address names never changes, so browsers and we keep it.
enum LogoEndpoint {
    static func show(_ visit: Visit) async throws -> Response {
        if let picture = visit.site.logos.known(to: visit) { return Response(picture) }
        guard let size = size(visit.captured("file")),
            let png = try await visit.registry.logo(visit.captured("digest"), size: size, at: visit.tenant)
        else { throw Refusal.notFound }
        let headers = HeaderSet.picture.completed(with: visit.site.everyAnswer)
        let picture = PreparedResponse(status: .ok, headers: headers, body: png)
        visit.site.logos.keep(picture, for: visit)
        return Response(picture)
    }

    private static func size(_ file: String) -> Int? {
        switch file {
        case "64.png": 64
        case "128.png": 128
        case "256.png": 256
        default: nil
        }
    }

    static func path(of logo: LogoDigest, size: Int, _ home: Home) -> Path {
        home.path("logos", logo.text, "\(size).png")
    }
}

/// Pictures asked for lately, ready to be sent; at most 16 MiB of them, then it begins anew.
///
/// Found by the whole address, for a second before anybody asks again whether its tenant is there: what an address
/// names never changes.
final class KeptLogos: Sendable {
    struct Kept: Sendable {
        let picture: PreparedResponse
        let tenant: String
        fileprivate let owner: TenantID
        fileprivate var seenAt: Duration
    }

    private struct Address: Hashable {
        let host: String
        let path: String
    }

    private struct Contents {
        var pictures: [Address: Kept] = [:]
        var byteCount = 0
    }

    private static let patience = Duration.seconds(1)
    private static let mostBytes = 16 << 20
    private let now: @Sendable () -> Duration
    private let contents = Mutex(Contents())

    init(now: @escaping @Sendable () -> Duration) { self.now = now }

    func picture(at request: Request) -> Kept? {
        guard request.method == .get, request.path.dropLast(2).last == "logos" else { return nil }
        let address = Address(host: request.host, path: request.rawPath)
        let kept = contents.withLock { $0.pictures[address] }
        return kept.flatMap { now() - $0.seenAt < Self.patience ? $0 : nil }
    }

    /// A picture that was kept for the tenant of a visit, which is there.
    func known(to visit: Visit) -> PreparedResponse? {
        let address = Address(host: visit.request.host, path: visit.request.rawPath)
        let now = now()
        return contents.withLock { contents in
            guard contents.pictures[address]?.owner == visit.tenant.id else { return nil }
            contents.pictures[address]?.seenAt = now
            return contents.pictures[address]?.picture
        }
    }

    func keep(_ picture: PreparedResponse, for visit: Visit) {
        let address = Address(host: visit.request.host, path: visit.request.rawPath)
        let kept = Kept(
            picture: picture,
            tenant: visit.tenant.name.text,
            owner: visit.tenant.id,
            seenAt: now()
        )
        contents.withLock { contents in
            let length = picture.bodyLength
            if contents.byteCount + length > Self.mostBytes { contents = Contents() }
            let replaced = contents.pictures.updateValue(kept, forKey: address)
            contents.byteCount += length - (replaced?.picture.bodyLength ?? 0)
        }
    }
}

/// The six lines of CSS that make our pages the tenant's.
enum ThemeEndpoint {
    static func show(_ visit: Visit) async throws -> Response {
        guard visit.captured("file") == fileName(visit.brand) else { throw Refusal.notFound }
        return sheet(visit.brand.accent.themeCSS)
    }

    /// A sheet that its address says everything about.
    static func sheet(_ css: String) -> Response {
        let headers: [Header] = [
            ("Content-Type", "text/css; charset=utf-8"),
            ("Cache-Control", "public, max-age=31536000, immutable"),
        ]
        return Response(.ok, headers: headers, body: Array(css.utf8))
    }

    static func path(_ visit: Visit) -> Path { visit.path("theme", fileName(visit.brand)) }

    /// The colour is all that varies, so it is the version.
    private static func fileName(_ brand: Brand) -> String { "\(brand.accent.text.dropFirst()).css" }
}
