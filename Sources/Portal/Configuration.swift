import Web

/// What the server is told about its surroundings: flags, then the environment, then the file, then defaults.
struct Configuration: Sendable {
    var dataFolder: String

    /// Where rows are kept: nil is a file in the data folder.
    var database: DatabaseAddress?
    var listen: ListenAddress
    var publicURL: PublicURL

    /// Nil where the folder is to be looked for.
    var publicFolder: String?
    var tls: TLSFiles?
    var trustedProxies: [AddressRange]

    /// Who takes our letters; nil where nobody was named.
    var mail: MailServer?

    /// Whom names are asked of; nil for whom the system asks.
    var resolver: Resolver.Server?

    /// Where the file that proves a domain may stand besides the public internet.
    var proofNetworks: [AddressRange]

    /// Certificates to trust there instead of the system's.
    var proofAuthorities: String?

    /// Whether this machine's clock is right, whatever it says.
    var trustsClock: Bool

    /// Nil is standard error.
    var logFile: String?

    /// Reads and checks everything, and throws every problem there is.
    ///
    /// An empty environment variable counts as absent. `readFile` returns a file's bytes, or throws
    /// ``CommandFailure``.
    init(
        flags: [String: String],
        environment: [String: String],
        readFile: (String) throws(CommandFailure) -> [UInt8]
    ) throws(ConfigurationProblems) {
        var sources = Sources()
        sources.addFlags(flags)
        sources.addEnvironment(environment)
        if let path = flags["config"] ?? environment["PORTAL_CONFIG"], !path.isEmpty {
            do throws(CommandFailure) {
                sources.addFile(try readFile(path), called: path)
            } catch {
                sources.problems += error.problems
            }
        }
        dataFolder = sources.value("data") { $0.isEmpty ? nil : $0 } ?? "var"
        database = sources.value("database", DatabaseAddress.init)
        let listen = sources.value("listen", ListenAddress.init) ?? .standard
        self.listen = listen
        let cert = sources.value("tls-cert") { $0 }
        let key = sources.value("tls-key") { $0 }
        tls = sources.pair(cert, key)
        let publicURL = sources.value("public-url", PublicURL.init)
        publicFolder = sources.value("public") { $0 }
        trustedProxies = sources.value("trusted-proxies", AddressRange.list) ?? []
        resolver = sources.value("resolver", Resolver.Server.init)
        proofNetworks = sources.value("proof-networks", AddressRange.list) ?? []
        proofAuthorities = sources.value("proof-ca") { $0 }
        trustsClock = sources.value("clock", ClockTrust.init) == .trusted
        logFile = sources.value("log") { $0 }
        mail = sources.mailServer(readFile)
        let usual = PublicURL(listen.url(isSecure: tls != nil))
        guard let address = publicURL ?? usual, sources.problems.isEmpty else {
            throw ConfigurationProblems(all: sources.problems)
        }
        self.publicURL = address
    }
}

private enum ClockTrust: String { case checked, trusted }

struct ConfigurationProblems: Error, Equatable {
    let all: [String]
}

// MARK: - Where values come from

/// The values found, each with its source, which problems are reported with.
struct Sources {
    private var values: [String: (text: String, source: String)] = [:]
    var problems: [String] = []

    mutating func addFlags(_ flags: [String: String]) {
        for setting in Configuration.settings {
            if let text = flags[setting.key] { values[setting.key] = (text, "--\(setting.key)") }
        }
    }

    /// Only what looks like one of ours misspelt is a mistake: others may name variables `PORTAL_…` as well.
    mutating func addEnvironment(_ environment: [String: String]) {
        let known = Configuration.settings.map(\.variable) + ["PORTAL_CONFIG"]
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("PORTAL_") {
            if let setting = Configuration.settings.first(where: { $0.variable == name }) {
                if !text.isEmpty { add(setting.key, text, name) }
            } else if !known.contains(name), let near = nearest(to: name, in: known) {
                problems.append("there is no setting \(name).\(didYouMean(near))")
            }
        }
    }

    mutating func addFile(_ bytes: [UInt8], called name: String) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            problems.append("\(name) is not text in UTF-8")
            return
        }
        var seen: Set<String> = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = "\(name):\(number + 1)"
            let line = trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let first = parts.first, let second = parts.last else {
                problems.append("\(place): a line is “key = value”")
                continue
            }
            let key = trimmed(first)
            guard Configuration.settings.contains(where: { $0.key == key }) else {
                let near = nearest(to: key, in: Configuration.settings.map(\.key))
                problems.append("\(place): there is no setting “\(key)”.\(didYouMean(near))")
                continue
            }
            if !seen.insert(key).inserted { problems.append("\(place): “\(key)” is set twice") }
            add(key, trimmed(second), place)
        }
    }

    private mutating func add(_ key: String, _ text: String, _ source: String) {
        if values[key] == nil { values[key] = (text, source) }
    }

    /// What a setting was set to, read by `reading`; notes a problem where that returns nil.
    mutating func value<Value>(_ key: String, _ reading: (String) -> Value?) -> Value? {
        guard let (text, source) = values[key] else { return nil }
        if let value = reading(text) { return value }
        let setting = Configuration.settings.first { $0.key == key }
        let shown = setting?.isSecret == true ? "the value" : "“\(text)”"
        problems.append("\(source): \(shown) does not fit; write it like \(setting?.example ?? "")")
        return nil
    }

    mutating func pair(_ certificate: String?, _ key: String?) -> TLSFiles? {
        switch (certificate, key) {
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (nil, nil): return nil
        case (.some, nil): problems.append("tls-cert is set but tls-key is not; HTTPS takes both")
        case (nil, .some): problems.append("tls-key is set but tls-cert is not; HTTPS takes both")
        }
        return nil
    }
}

private func trimmed(_ text: Substring) -> String {
    let isBlank = { (letter: Character) in
        letter == " " || letter == "\t" || letter == "\r" || letter == "\r\n"
    }
    let start = text.drop(while: isBlank)
    return start.lastIndex { !isBlank($0) }.map { String(start[...$0]) } ?? ""
}

// MARK: - Values

struct TLSFiles: Sendable, Equatable {
    let certificate: String
    let key: String
}

/// Where a PostgreSQL server is and how it is entered, in libpq's words.
struct DatabaseAddress: Sendable {
    let text: String

    /// Nil unless `text` is a connection URI (PostgreSQL, 34.1.1.2).
    init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else { return nil }
        self.text = text
    }
}

/// A numeric address and a port.
struct ListenAddress: Sendable, Equatable {
    let host: String
    let port: Int

    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            (0...65_535).contains(port)
        else { return nil }
        var name = String(text[..<colon])
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if name == "localhost" { name = "127.0.0.1" }
        guard Address(name) != nil else { return nil }
        host = name
        self.port = port
    }

    /// Where a browser on this machine finds it.
    func url(isSecure: Bool) -> String {
        let name = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(name):\(port)"
    }
}

extension AddressRange {
    /// Ranges between commas; nil if one of them is none.
    fileprivate static func list(_ text: String) -> [AddressRange]? {
        let parts = text.split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty }
        let ranges = parts.compactMap { AddressRange($0) }
        return ranges.count == parts.count ? ranges : nil
    }
}
