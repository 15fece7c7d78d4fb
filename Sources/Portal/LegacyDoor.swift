import Registry

/// A rule looser than RFC 9700 asks for, as administrators open and close it: a switch of the tenant's profile.
struct LegacyDoor: Sendable {
    /// A way to leave it open.
    struct Opening: Sendable {
        /// As forms carry it.
        let value: String
        let json: JSON
        let words: String
    }

    /// Its way through the profile, such as `parameters.query`.
    let path: [String]
    let name: String

    /// What may come of it, in one sentence.
    let risk: String

    /// What the profile says while it is closed; nil for nothing.
    let closed: JSON?
    let openings: [Opening]

    var id: String { path.joined(separator: "-") }

    /// As its uses are counted.
    var dotted: String { path.joined(separator: ".") }

    /// False for one that loosens every answer alike, so that nobody can be seen to need it.
    var isCounted: Bool {
        !["tokenText", "issuerInRedirect", "clientAuthentication.explainBasic", "checkAccept"].contains(
            dotted
        )
    }

    /// A switch with one way to be open.
    private init(_ path: String, _ name: String, _ risk: String, closed: JSON? = .bool(false), open: JSON) {
        self.init(path, name, risk, closed: closed, [Opening(value: "open", json: open, words: name)])
    }

    private init(_ path: String, _ name: String, _ risk: String, closed: JSON?, _ openings: [Opening]) {
        self.path = path.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
        (self.name, self.risk, self.closed, self.openings) = (name, risk, closed, openings)
    }

    /// How it stands open in a profile; nil when it is closed.
    func opening(in profile: JSON?) -> Opening? {
        let found = path.reduce(profile) { json, name in json?[name] }
        return openings.first { opening in found.map { $0.bytes == opening.json.bytes } ?? false }
    }

    /// The profile with this door open so, or closed.
    func setting(_ opening: Opening?, in profile: JSON) -> JSON {
        let value = opening?.json ?? closed
        guard path.count == 2 else { return profile.setting(path[0], value) }
        let inner = (profile[path[0]] ?? .object([])).setting(path[1], value)
        return profile.setting(path[0], inner)
    }
}

extension LegacyDoor {
    /// In the order of what they let in: requests, tokens, answers.
    static let all = requests + tokens + answers

    private static let requests = [
        LegacyDoor(
            "codeChallenge",
            "Codes without PKCE",
            "Confidential applications may leave PKCE out, so a stolen code can be slipped into another session.",
            closed: .text("required"),
            open: .text("optional")
        ),
        LegacyDoor(
            "redirectMatch",
            "Longer redirect URIs",
            "Query parameters may follow a registered redirect URI, so whoever makes up a link chooses what arrives with the code.",
            closed: .text("exact"),
            open: .text("hostAndPath")
        ),
        LegacyDoor(
            "redirectURIAtToken",
            "Codes without their redirect URI",
            "A token request may leave out the redirect URI it used, so a code that went to the wrong place is redeemed all the same.",
            closed: .text("required"),
            open: .text("optional")
        ),
        LegacyDoor(
            "authorizeByPost",
            "Requests from another site’s form",
            "A form of another site may bring an authorization request, so a click there can open your consent screen.",
            open: .bool(true)
        ),
        LegacyDoor(
            "whenMissing.responseType",
            "No response_type",
            "A missing response_type counts as code, so broken requests go unnoticed.",
            closed: nil,
            open: .text("code")
        ),
        LegacyDoor(
            "whenMissing.grantType",
            "No grant_type",
            "A missing grant_type counts as authorization_code, so broken requests go unnoticed.",
            closed: nil,
            open: .text("authorization_code")
        ),
        LegacyDoor(
            "plusSeparatesScopes",
            "Scopes joined by +",
            "A literal + between scopes counts as a space, so a request may mean more permissions than it names.",
            open: .bool(true)
        ),
        LegacyDoor(
            "parameters.query",
            "Token parameters in the address",
            "Secrets may stand in addresses, and addresses end up in logs.",
            open: .bool(true)
        ),
        LegacyDoor(
            "parameters.multipart",
            "Multipart token requests",
            "A token request may be multipart, so a firewall in front may read it differently than we do.",
            open: .bool(true)
        ),
        LegacyDoor(
            "parameters.anyContentType",
            "Bodies of no known type",
            "A body of no known type is read as a form, so any page can send one without asking first.",
            open: .bool(true)
        ),
        LegacyDoor(
            "parameters.equalRepetition",
            "Parameters that come twice",
            "A parameter may come twice with the same value, so whoever checks the first is not told of the second.",
            open: .bool(true)
        ),
        LegacyDoor(
            "parameters.ignoreJSON",
            "JSON bodies passed over",
            "A JSON body is passed over rather than refused, so its sender believes that it was read.",
            open: .bool(true)
        ),
        LegacyDoor(
            "plainHTTP",
            "Token requests over plain HTTP",
            "Software may send its requests over plain HTTP, so whoever is on the way reads the secrets and tokens in them.",
            open: .bool(true)
        ),
        LegacyDoor(
            "clientAuthentication.bothWhenEqual",
            "Credentials sent twice",
            "Credentials may stand in header and body, so a secret is in more places than it has to be.",
            open: .bool(true)
        ),
    ]

    private static let tokens = [
        LegacyDoor(
            "refresh",
            "Refresh tokens that keep working",
            "A used refresh token works on, so a copied one is never noticed.",
            closed: .text("rotate"),
            [
                Opening(
                    value: "keep",
                    json: .text("keep"),
                    words: "The same one until the customer logs out"
                ),
                Opening(
                    value: "renew",
                    json: .text("renew"),
                    words: "A new one each time, beside the old one"
                ),
            ]
        ),
        LegacyDoor(
            "refreshWithClientCredentials",
            "Refresh tokens for an application’s own access",
            "An application’s own token comes with a refresh token, so access can outlast the secret that gave it.",
            open: .bool(true)
        ),
        LegacyDoor(
            "manualIssuance",
            "Tokens issued by hand",
            "The operator may issue a token without a consent screen, so that the customer agreed rests on somebody’s word.",
            open: .bool(true)
        ),
        LegacyDoor(
            "manualTokenByMail",
            "Tokens in e-mails",
            "An e-mail may carry a token issued by hand itself, so anyone who reads it can use it.",
            open: .bool(true)
        ),
        LegacyDoor(
            "tokenText",
            "Tokens without a label",
            "Tokens carry no prefix and no checksum, so scanners for leaked secrets do not recognise them.",
            closed: .text("labelled"),
            [
                Opening(value: "hex", json: .text("hex"), words: "40 hexadecimal digits"),
                Opening(value: "uuid", json: .text("uuid"), words: "A UUID, a colon and five digits"),
            ]
        ),
    ]

    private static let answers = [
        LegacyDoor(
            "issuerInRedirect",
            "Answers without iss",
            "Answers do not say who sent them, so an application with several providers can be made to mix them up.",
            closed: .bool(true),
            open: .bool(false)
        ),
        LegacyDoor(
            "clientAuthentication.explainBasic",
            "Malformed credentials explained",
            "A malformed Authorization header is told what is wrong with it, so strangers learn how it is read.",
            open: .bool(true)
        ),
        LegacyDoor(
            "crossOrigin",
            "Answers for every site",
            "Pages of every site may read what the token endpoint answers, so a stolen secret works from any browser.",
            closed: .text("registered"),
            open: .text("any")
        ),
        LegacyDoor(
            "checkAccept",
            "406 for other formats",
            "An Accept header that excludes JSON is refused, so software that named a wrong one stops working.",
            open: .bool(true)
        ),
    ]
}
