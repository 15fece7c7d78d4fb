import Registry
import Web

/// What pages are put together from.

/// The tenant's logo in the header.
struct TenantMark: Component {
    let home: Home

    var body: HTML {
        if let logo = home.brand.logo {
            span(.class("logo small")) {
                img(
                    .src(LogoEndpoint.path(of: LogoDigest(logo), size: 128, home)),
                    .width(40),
                    .height(40),
                    .alt("")
                )
            }
        }
    }
}

/// An application's logo, or its first letter.
struct ApplicationMark: Component {
    let name: String
    let logo: LogoDigest?
    let home: Home
    var isSmall = false

    init(name: String, logo: LogoDigest?, home: Home) {
        self.name = name
        self.logo = logo
        self.home = home
    }

    /// The same, for a list.
    var small: ApplicationMark {
        var mark = self
        mark.isSmall = true
        return mark
    }

    init(_ application: Application, _ home: Home, isSmall: Bool = false) {
        name = application.displayName
        logo = application.logo
        self.home = home
        self.isSmall = isSmall
    }

    /// As customers see it: a picture is taken down with its application.
    init(toCustomers application: Application, _ home: Home, isSmall: Bool = false) {
        let logo = application.isSuspended ? nil : application.logo
        self.init(name: application.displayName, logo: logo, home: home)
        self.isSmall = isSmall
    }

    var body: HTML {
        span(.class(isSmall ? "logo small" : "logo")) {
            if let logo {
                img(
                    .src(LogoEndpoint.path(of: logo, size: 128, home)),
                    .width(isSmall ? 40 : 64),
                    .height(isSmall ? 40 : 64),
                    .alt("")
                )
            } else {
                span(.class("monogram")) { Monogram.of(name) }
            }
        }
    }
}

enum Monogram {
    /// The first letter or digit of a name.
    static func of(_ name: String) -> String {
        name.first { $0.isLetter || $0.isNumber }.map { String($0).uppercased() } ?? "?"
    }
}

/// Application and tenant side by side; decoration, because the words carry the trust.
struct Handshake: Component {
    let mark: HTML
    let home: Home

    var body: HTML {
        div(.class("handshake"), .aria("hidden", "true")) {
            mark
            span(.class("wire"))
            if let logo = home.brand.logo {
                span(.class("logo")) {
                    img(
                        .src(LogoEndpoint.path(of: LogoDigest(logo), size: 128, home)),
                        .width(64),
                        .height(64),
                        .alt("")
                    )
                }
            } else {
                span(.class("logo")) { span(.class("monogram")) { Monogram.of(home.brand.displayName) } }
            }
        }
    }
}

/// A line of a list of facts.
func fact(_ term: String, @HTMLBuilder _ description: () -> HTML) -> HTML {
    div {
        dt { term }
        dd(content: description)
    }
}

/// A moment in full, in UTC, readable by machines too.
struct Moment: Component {
    let text: CalendarText

    /// To the second, for whoever compares with a log.
    let isPrecise: Bool

    init(_ text: CalendarText, isPrecise: Bool = false) { (self.text, self.isPrecise) = (text, isPrecise) }

    var body: HTML { time(.datetime(text.iso)) { isPrecise ? text.precise : text.full } }
}

/// What happened a moment ago, said once after a redirect.
struct Notice: Component {
    let text: String?

    var body: HTML {
        if let text { p(.class("notice"), .role("status")) { text } }
    }
}

/// What is done to somebody or something, as on a button; the name is written in whatever direction it has.
struct Naming: Component {
    let verb: String
    let name: String

    init(_ verb: String, _ name: String) { (self.verb, self.name) = (verb, name) }

    var body: HTML {
        span {
            verb + " "
            bdi { name }
        }
    }
}
