import Glibc

/// The folder of files that are served as they are, read once.
///
/// Each is prepared under two addresses: with its content hash, to be kept for a year, and under its
/// plain name, to be asked for again each time.
package struct PublicFiles: Sendable {
    /// A folder or file that could not be read, in a sentence for the operator.
    package struct Problem: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    private struct Served: Sendable {
        let response: PreparedResponse
        let unchanged: PreparedResponse
        let tag: String
    }

    private let prefix: String
    private var served: [String: Served] = [:]
    private var hashedNames: [String: String] = [:]

    /// Reads every file of `folder` whose name does not begin with a dot; `headers` go with each.
    package init(
        folder: String,
        prefix: String = "/public/",
        headers: [(name: String, value: String)] = []
    ) throws {
        self.prefix = prefix
        for name in try Self.names(in: folder) {
            let bytes = try Self.read("\(folder)/\(name)")
            let hash = Self.hash(bytes)
            let hashed = Self.name(name, with: hash)
            hashedNames[name] = hashed
            let type = Self.mediaType(of: name)
            let common = [
                (name: "Content-Type", value: type), ("ETag", "\"\(hash)\""),
                ("X-Content-Type-Options", "nosniff"),
            ].completed(with: headers)
            let cached = ("Cache-Control", "public, max-age=31536000, immutable")
            served[hashed] = Self.serve(bytes, hash, common + [cached])
            served[name] = Self.serve(bytes, hash, common + [("Cache-Control", "no-cache")])
        }
    }

    /// The address of a file, `portal.css` → `/public/portal.3f9a1c20.css`; the plain one if there is none.
    package func path(of name: String) -> String {
        prefix + (hashedNames[name] ?? name)
    }

    /// Says whether there is such a file, so that a missing one is found at the start.
    package func has(_ name: String) -> Bool { hashedNames[name] != nil }

    /// Answers for what follows the prefix; nil when there is no such file.
    ///
    /// `ifNoneMatch` is the request's header: a browser that has the file already is told so.
    package func response(for segments: ArraySlice<String>, ifNoneMatch: String?) -> Response? {
        guard let name = segments.first, segments.count == 1, let file = served[name] else { return nil }
        let isKnown = ifNoneMatch.map { Self.mentions($0, file.tag) } ?? false
        return Response(isKnown ? file.unchanged : file.response)
    }

    private static func serve(
        _ bytes: [UInt8],
        _ hash: String,
        _ headers: [(name: String, value: String)]
    ) -> Served {
        let unchanged = headers.filter { $0.name != "Content-Type" }
        return Served(
            response: PreparedResponse(status: .ok, headers: headers, body: bytes),
            unchanged: PreparedResponse(status: .notModified, headers: unchanged, body: []),
            tag: "\"\(hash)\""
        )
    }

    /// Compares weakly, as RFC 9110 §13.1.2 asks.
    private static func mentions(_ header: String, _ tag: String) -> Bool {
        Array(header.utf8).split(separator: UInt8(ascii: ",")).contains { listed in
            let listed = withoutBlanks(listed)
            let strong = listed.starts(with: "W/".utf8) ? listed.dropFirst(2) : listed
            return strong.elementsEqual(tag.utf8) || listed.elementsEqual("*".utf8)
        }
    }

    private static func name(_ name: String, with hash: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return "\(name).\(hash)" }
        return "\(name[..<dot]).\(hash)\(name[dot...])"
    }

    /// FNV-1a, 64 bits folded to 32: it tells versions of our own files apart, and guards nothing.
    private static func hash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String((hash ^ hash >> 32) & 0xFFFF_FFFF, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    private static func mediaType(of name: String) -> String {
        switch name.split(separator: ".").last.map({ $0.lowercased() }) {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "html": "text/html; charset=utf-8"
        case "txt": "text/plain; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "webp": "image/webp"
        case "woff2": "font/woff2"
        default: "application/octet-stream"
        }
    }

    private static func names(in folder: String) throws(Problem) -> [String] {
        guard let listing = opendir(folder) else { throw problem("folder", folder) }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let isFile = entry.pointee.d_type == UInt8(DT_REG) || entry.pointee.d_type == UInt8(DT_LNK)
            let name = entry.name
            if isFile, !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func read(_ path: String) throws(Problem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem("file", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw problem("file", path) }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    private static func problem(_ kind: String, _ path: String) -> Problem {
        Problem(description: "The \(kind) \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}

extension UnsafeMutablePointer<dirent> {
    /// What an entry of a folder is called.
    ///
    /// Never copied whole: what readdir(3) gives is cut off after the name.
    var name: String {
        withUnsafePointer(to: &pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
        }
    }
}
