import Web

/// The header sets of the product, each named for what it protects.
typealias Header = (name: String, value: String)

enum HeaderSet {
    /// On every answer that does not say otherwise, errors and files too (HT-03).
    static func everyAnswer(at publicURL: PublicURL) -> [Header] {
        let usual: [Header] = [
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("Referrer-Policy", "same-origin"),
            (
                "Permissions-Policy",
                "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()"
            ),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        let strictTransport: Header = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return publicURL.isSecure ? usual + [strictTransport] : usual
    }

    /// On every page (ux B4); what differs between pages is its policy and whether it may keep an opener.
    private static let everyPage: [Header] = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Frame-Options", "DENY"),
        ("X-Robots-Tag", "noindex"),
    ]

    private static let ownThings =
        "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Sign-in, consent and authorize errors: a click there may travel on to the application, possibly in a
    /// pop-up, so neither `form-action` nor an opener policy may stand in its way.
    static let gate: [Header] = everyPage + [("Content-Security-Policy", ownThings + "; img-src 'self'")]

    /// Pages that stay with us.
    static let ownPage = page(ownThings + "; img-src 'self'; form-action 'self'")

    /// The registration form, whose preview shows a file before it is sent.
    static let ownPageWithFile = page(ownThings + "; img-src 'self' blob:; form-action 'self'")

    /// The branding form, which also asks us what becomes of a colour.
    static let ownPageWithFileAndServer =
        page(ownThings + "; img-src 'self' blob:; connect-src 'self'; form-action 'self'")

    private static func page(_ policy: String) -> [Header] {
        everyPage + [("Content-Security-Policy", policy), ("Cross-Origin-Opener-Policy", "same-origin")]
    }

    /// Answers to software that carry or may carry a secret (RFC 6749 §5.1).
    static let json: [Header] = [
        ("Content-Type", "application/json;charset=UTF-8"),
        ("Cache-Control", "no-store"),
        ("Pragma", "no-cache"),
    ]

    /// A picture that nobody can mistake for a page (LO-11).
    static let picture: [Header] = [
        ("Content-Type", "image/png"),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("Content-Disposition", "inline; filename=\"logo.png\""),
    ]
}

extension Response {
    /// Sends the browser on with a GET, whatever it came with (RFC 9700 §4.12: never 307).
    static func redirect(to path: Path, _ headers: [Header] = []) -> Response {
        Response(.seeOther, headers: [("Location", path.text), ("Cache-Control", "no-store")] + headers)
    }
}
