import FoundationEssentials

@testable import Registry

extension FuzzTarget {
    static let registry = [
        FuzzTarget("png-chunks") { bytes in
            guard let chunks = readable({ try PNGChunks(bytes, within: LogoLimits()) }) else { return }
            let sides = [chunks.header.width, chunks.header.height]
            try promise("its sides are within the limits", sides.allSatisfy((64...2048).contains))
            let essence = try PNGChunks(chunks.essence, within: LogoLimits())
            try promise("what is left has the same header", essence.header == chunks.header)
        },
        FuzzTarget("logo") { bytes in
            // Small pictures are drawn by the same code, and sooner.
            let limits = LogoLimits(sides: 1...64)
            guard let logo = readable({ try Logo.decode(bytes, within: limits) }) else { return }
            let reply = LogoReply.drawn(logo)
            try promise("what is drawn is believed", LogoReply(try reply.encoded()) == reply)
        },
        FuzzTarget("logo-reply") { bytes in
            guard let reply = LogoReply(bytes) else { return }
            try promise("it reads as it is written", LogoReply(try reply.encoded()) == reply)
        },
        FuzzTarget(
            "redirect-uri",
            text: { text in
                guard let uri = readable({ try RedirectURI(text) }) else { return }
                try promise("it is what was typed", uri.text.isMade(of: Array(text.utf8)))
                try promise("it fits into a header", uri.text.isPrintableASCII && text.utf8.count <= 2000)
                let isForbidden = ["javascript:", "data:", "vbscript:", "file:", "blob:"].contains {
                    text.lowercased().hasPrefix($0)
                }
                try promise("it runs nothing", !isForbidden)
                try promise("it is answered at", uri.accepting(text) == uri)
                try promise("nothing else is answered at", uri.accepting(text + "x") == nil || uri.isLoopback)
            }
        ),
        FuzzTarget(
            "web-address",
            text: { text in
                guard let address = WebAddress(text) else { return }
                try promise("it reads as it is written", WebAddress(address.text)?.text == address.text)
            }
        ),
        FuzzTarget(
            "company-name",
            text: { text in
                guard let harbour, let name = readable({ try CompanyName(text, at: harbour) }) else { return }
                let hidden: Set<Unicode.GeneralCategory> = [
                    .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
                    .unassigned,
                ]
                let isSeen = name.text.unicodeScalars.allSatisfy {
                    !hidden.contains($0.properties.generalCategory)
                }
                try promise("nothing in it is hidden", isSeen)
                try promise("it has 2 to 80 characters", (2...80).contains(name.text.count))
                try promise("it is one name", readable { try CompanyName(name.text, at: harbour) } == name)
            }
        ),
        FuzzTarget("name-look") { bytes in
            let (name, rest) = bytes.firstLineAndRest
            let (one, other) = (NameLook(name), NameLook(String(decoding: rest, as: UTF8.self)))
            let (there, back) = (one.likeness(to: other), other.likeness(to: one))
            try promise("likeness is mutual", (there == nil) == (back == nil))
        },
        FuzzTarget(
            "domain-name",
            text: { text in
                guard let name = DomainName(text) else { return }
                try promise(
                    "it can be asked about",
                    name.text.isPrintableASCII && name.text.utf8.count <= 235
                )
                try promise(
                    "those above are names too",
                    name.upwards.allSatisfy { DomainName($0.text) != nil }
                )
            }
        ),
        FuzzTarget(
            "email-address",
            text: { text in
                guard let address = EmailAddress(text) else { return }
                let hasBreak = address.text.utf8.contains { " \r\n<>\"".utf8.contains($0) }
                try promise("it ends where it ends (F13)", address.text.isPrintableASCII && !hasBreak)
            }
        ),
        FuzzTarget(
            "secret-text",
            text: { text in
                for kind in SecretText.Kind.allCases {
                    guard let secret = SecretText(parsing: text, kind: kind) else { continue }
                    try promise("it is what was sent", secret.plaintext.isMade(of: Array(text.utf8)))
                }
            }
        ),
        FuzzTarget(
            "redacted-text",
            text: { text in
                let kept = RedactedText(text)
                try promise("it is short", kept.text.utf8.count <= 3 * RedactedText.longest + 8)
                try promise("whole is what was sent", !kept.isWhole || kept.text.isByteForByte(text))
            }
        ),
        FuzzTarget(
            "scope",
            text: { text in
                guard let scopes = ScopeSet(wire: text) else { return }
                try promise("it reads as it is written", ScopeSet(wire: scopes.wire) == scopes)
            }
        ),
        FuzzTarget(
            "accent-colour",
            text: { text in
                guard let colour = AccentColour(text) else { return }
                try promise("it can be read on white", colour.leastContrast(.linkOnLight) >= 4.5)
            }
        ),
    ]
}

/// A tenant's brand for names to be judged against.
private let harbour = AccentColour("#0a5ad4").map {
    Brand(displayName: "Harbour", accent: $0, dataDescription: "your equipment data")
}

extension RedirectURI {
    fileprivate var isLoopback: Bool {
        if case .thisComputer = destination { true } else { false }
    }
}
