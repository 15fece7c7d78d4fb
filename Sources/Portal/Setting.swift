/// One thing that can be set, by whichever of its three names.
struct Setting: Sendable {
    /// The flag without its hyphens, and the key in the file.
    let key: String
    let placeholder: String
    let help: String

    /// What a good value looks like.
    let example: String

    /// Whether it may hold a password, so that it is never repeated.
    var isSecret = false

    var variable: String { "PORTAL_" + key.uppercased().split(separator: "-").joined(separator: "_") }
    var option: Option { .value(key, placeholder, "\(help) (\(variable))") }
}

extension Configuration {
    static let settings: [Setting] = [
        Setting(
            key: "data",
            placeholder: "DIR",
            help: "Where everything is kept, var by default",
            example: "var"
        ),
        Setting(
            key: "database",
            placeholder: "URL",
            help: "A PostgreSQL database that several servers share, instead of a file in the data folder",
            example: "postgres://portal@db.example.com/portal",
            isSecret: true
        ),
        Setting(
            key: "listen",
            placeholder: "HOST:PORT",
            help: "Where to listen, 127.0.0.1:8080 by default",
            example: "127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080"
        ),
        Setting(
            key: "public-url",
            placeholder: "URL",
            help: "The address people open, where it is not the one listened on",
            example: "https://auth.example.com"
        ),
        Setting(
            key: "public",
            placeholder: "DIR",
            help: "The folder of stylesheets and pictures, by default the one shipped",
            example: "Public"
        ),
        Setting(
            key: "tls-cert",
            placeholder: "FILE",
            help: "Certificate chain in PEM, to serve HTTPS",
            example: "server.pem"
        ),
        Setting(key: "tls-key", placeholder: "FILE", help: "Its private key in PEM", example: "server.key"),
        Setting(
            key: "trusted-proxies",
            placeholder: "CIDR,…",
            help: "Proxies whose X-Forwarded-For and Forwarded are believed",
            example: "10.0.0.0/8, ::1"
        ),
        Setting(
            key: "smtp-host",
            placeholder: "HOST",
            help: "The mail server that takes e-mails; without one they are shown on a page of this machine",
            example: "smtp.example.com"
        ),
        Setting(
            key: "smtp-port",
            placeholder: "PORT",
            help: "Its port, 587 by default, 465 with implicit TLS",
            example: "587"
        ),
        Setting(
            key: "smtp-tls",
            placeholder: "HOW",
            help: "auto, implicit, require or none: by default as the port says, plain to this machine only",
            example: "auto, implicit, require or none"
        ),
        Setting(
            key: "smtp-ca",
            placeholder: "FILE",
            help: "Certificates to trust instead of the system's, in PEM",
            example: "mail-ca.pem"
        ),
        Setting(
            key: "smtp-user",
            placeholder: "NAME",
            help: "Who signs in there; nobody by default",
            example: "portal"
        ),
        Setting(
            key: "smtp-password-file",
            placeholder: "FILE",
            help: "A file with the password, in one line",
            example: "smtp.password"
        ),
        Setting(
            key: "smtp-from",
            placeholder: "ADDRESS",
            help: "From whom e-mails are",
            example: "no-reply@auth.example.com"
        ),
        Setting(
            key: "resolver",
            placeholder: "ADDRESS",
            help:
                "The name server asked for proofs of domains, an IPv4 address; by default whom the system asks",
            example: "192.0.2.53 or 127.0.0.1:5353"
        ),
        Setting(
            key: "proof-networks",
            placeholder: "CIDR,…",
            help:
                "Networks of your own where the file that proves a domain may be fetched; else only public ones",
            example: "10.20.0.0/16"
        ),
        Setting(
            key: "proof-ca",
            placeholder: "FILE",
            help: "Certificates to trust there instead of the system's, in PEM",
            example: "proof-ca.pem"
        ),
        Setting(
            key: "clock",
            placeholder: "HOW",
            help: "checked, by default: nothing is served by a clock that is behind the data; or trusted",
            example: "checked or trusted"
        ),
        Setting(
            key: "log",
            placeholder: "FILE",
            help: "Where the log goes, standard error by default",
            example: "portal.log"
        ),
    ]

    static let fileOption = Option.value("config", "FILE", "Settings as lines “key = value” (PORTAL_CONFIG)")
    static let dataOption = option("data")
    static let databaseOption = option("database")
    static let publicURLOption = option("public-url")

    static var mailOptions: [Option] { settings.filter { $0.key.hasPrefix("smtp-") }.map(\.option) }

    /// What `serve` takes besides the options common to all.
    static var serverOptions: [Option] {
        settings.filter { !["data", "database"].contains($0.key) }.map(\.option)
    }

    private static func option(_ key: String) -> Option {
        settings.first { $0.key == key }?.option ?? .value(key, "VALUE", "")
    }
}
