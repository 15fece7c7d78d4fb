// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built the same way: Swift 6 rules, explicit imports, no warnings.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// What is served, besides: an asynchronous call stays where its caller runs, which saves a switch there and back.
///
/// Not the tests: Swift 6.3 crashes over some of them with it.
let served: [SwiftSetting] = strict + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let package = Package(
    name: "Portal",
    products: [.executable(name: "portal", targets: ["Portal"])],
    targets: [
        .executableTarget(
            name: "Portal",
            dependencies: ["Registry", "Web", "CCurl", "CResolv"],
            swiftSettings: served
        ),
        .target(
            name: "Registry",
            dependencies: ["CSQLite", "CPostgres", "CSodium", "CPNG", "CGnuTLS", "CICU", "CZxcvbn"],
            swiftSettings: served
        ),
        .target(name: "Web", dependencies: ["CMicrohttpd"], swiftSettings: served),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CICU", pkgConfig: "icu-i18n", providers: [.apt(["libicu-dev"])]),
        .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
        .systemLibrary(
            name: "CMicrohttpd",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]
        ),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CResolv", providers: [.apt(["libc6-dev"])]),
        .target(name: "Support", dependencies: ["Registry"], path: "Tests/Support", swiftSettings: strict),
        .target(
            name: "Fuzz",
            dependencies: ["Portal", "Registry", "Web"],
            path: "Tests/Fuzz",
            exclude: ["seeds"],
            swiftSettings: strict
        ),
        .testTarget(name: "RegistryTests", dependencies: ["Registry", "Support"], swiftSettings: strict),
        .testTarget(name: "WebTests", dependencies: ["Web"], swiftSettings: strict),
        .testTarget(
            name: "PortalTests",
            dependencies: ["Fuzz", "Portal", "Registry", "Support", "Web"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
