import FoundationEssentials
import Registry

extension ApplicationCommands {
    static let rotation = Command(
        name: "app rotate",
        operands: .one("CLIENT-ID"),
        summary: "Have the owners collect a new secret; it is shown to them alone",
        details: """
            The owners get an e-mail with a link that works once, for 72 hours. Older secrets end after an owner has
            collected the new one, except with “now”: that revokes them at once, where one has leaked.
            """,
        options: [
            .tenant,
            .value("old-secret", "WHEN", "When older secrets end: now, 24h, 7d (default) or keep"),
            .flag("revoke-tokens", "With “now”: end the tokens issued with them too"),
            .value("label", "TEXT", "What the partner sees beside the new secret"),
        ],
        work: .atTheDesk(rotate)
    )

    private static func rotate(_ call: Call, at desk: Desk) async throws {
        let rotation = try rotation(call)
        let (access, id) = try await subject(of: call, at: desk)
        let claim = try await access.rotateSecret(of: id, rotation)
        let application = try await access.application(id)
        let revoked = rotation.others == .leaked ? "Its older secrets are revoked. " : ""
        call.print(
            [("client_id", .text(id)), ("collect_until", .text(claim.expiresAt.formatted(.iso8601)))],
            """
            \(revoked)The owners of \(application.displayName) (\(id)) have an e-mail with a link to collect the new \
            secret. It works until \(CalendarText(claim.expiresAt).full).
            """
        )
    }

    private static func rotation(_ call: Call) throws(WrongUse) -> SecretRotation {
        let word = call.arguments["old-secret"] ?? "7d"
        let ends: KeyValuePairs<String, Overlap> = [
            "now": .leaked, "24h": .seconds(86_400), "7d": .seconds(604_800), "keep": .untilRevoked,
        ]
        guard let others = ends.first(where: { $0.key == word })?.value else {
            throw WrongUse(
                problems: ["“\(word)” is no time for --old-secret"],
                hint: "it takes \(ends.map(\.key).joined(separator: ", "))"
            )
        }
        let endsTokens = call.arguments.has("revoke-tokens")
        if endsTokens, others != .leaked {
            throw WrongUse(
                problems: ["--revoke-tokens goes with --old-secret now only"],
                hint: "tokens of a secret that works on are not revoked with it"
            )
        }
        let label = call.arguments["label"] ?? ""
        return SecretRotation(label: String(label.prefix(80)), others: others, endsTokens: endsTokens)
    }
}
