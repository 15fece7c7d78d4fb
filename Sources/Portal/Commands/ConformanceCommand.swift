import Registry
import Synchronization

/// `portal conformance`: a provider's document, request by request, against a running server.
enum ConformanceCommand {
    static let all = [
        Command(
            name: "conformance prepare",
            summary: "Make or wake the applications of a transcript",
            options: [.required("tenant", "NAME", "The tenant"), .file("transcript", "The transcript")],
            isHidden: true,
            work: .atTheDesk(prepare)
        ),
        Command(
            name: "conformance finish",
            summary: "Suspend the applications of conformance checks",
            options: [.required("tenant", "NAME", "The tenant")],
            isHidden: true,
            work: .atTheDesk { call, desk in
                try await desk.clearStage(at: try await desk.access(toTenantOf: call))
            }
        ),
        Command(
            name: "conformance",
            summary: "Replay a provider's document against a running server",
            details: """
                Every request of the document is made and its answer compared: status, headers of interest, keys of
                JSON in order. Exit code 1 means that an answer was not as promised; the first such ends it.
                Conformance/NAME.json5 is what is replayed. It uses a customer and applications of its own, whose
                keys are kept in the data folder, in conformance.json, and suspends the applications at its end.
                """,
            options: [
                .required("tenant", "NAME", "The tenant to check"),
                .value("against", "URL", "The server's address; by default its own"),
                .value("by", "HOW", "path (/t/NAME) or host (the provider's own); by default both"),
                .value("transcript", "FILE", "What to replay, where it is not the one shipped"),
                .flag("show-secrets", "Print codes, tokens and secrets as they are"),
            ],
            work: .here(run)
        ),
    ]

    // MARK: Where the data is

    private static func prepare(_ call: Call, at desk: Desk) async throws {
        let file = call.required("transcript")
        let transcript = try Transcript(try call.attachments.bytes(of: file), called: file)
        let stage = try await desk.setStage(
            for: transcript,
            at: try await desk.access(toTenantOf: call)
        )
        call.output.print(String(decoding: JSON.object(stage.facts).bytes, as: UTF8.self))
    }

    // MARK: Where it was typed

    private static func run(_ call: Call, at terminal: Terminal) async throws {
        let tenant = call.required("tenant")
        let entrances = try entrances(call)
        let against = try call.arguments["against"].map(server)
        let file = try transcriptFile(call)
        let transcript = try Transcript(try readFile(file), called: file)
        let common =
            ["--tenant", tenant]
            + ["data", "config"].flatMap { name in
                call.arguments[name].map { ["--\(name)", $0] } ?? []
            }
        let preparing = ["conformance", "prepare", "--transcript", file] + common
        let printed = try await printed(by: preparing, terminal)
        guard let stage = ConformanceStage(printed: printed) else {
            throw CommandFailure("what was prepared cannot be read")
        }
        let outcome: Result<Bool, any Error>
        do {
            let server = try against ?? server(stage.publicURL)
            outcome = .success(try replay(transcript, at: server, by: entrances, on: stage, call))
        } catch {
            outcome = .failure(error)
        }
        _ = try await Self.printed(by: ["conformance", "finish"] + common, terminal)
        if !(try outcome.get()) { throw ExitCode(code: 1) }
    }

    private static func replay(
        _ transcript: Transcript,
        at server: PublicURL,
        by names: [String],
        on stage: ConformanceStage,
        _ call: Call
    ) throws(CommandFailure) -> Bool {
        let report = ConformanceReport(call)
        for name in names.isEmpty ? ["path"] + (stage.hosts.isEmpty ? [] : ["host"]) : names {
            var entrance = Entrance.path(to: server, tenant: stage.tenant)
            if name == "host" {
                guard let host = transcript.host ?? stage.hosts.first, stage.hosts.contains(host) else {
                    throw CommandFailure(
                        "the tenant \(stage.tenant) does not answer at \(transcript.host ?? "a host of its own")"
                    )
                }
                entrance = Entrance.host(host, of: server)
            }
            let run = try ConformanceRun(transcript, at: server, by: entrance, on: stage, report)
            guard try run.run() else { return false }
        }
        return true
    }

    private static func entrances(_ call: Call) throws(WrongUse) -> [String] {
        guard let named = call.arguments["by"] else { return [] }
        guard ["path", "host"].contains(named) else {
            throw WrongUse(
                problems: ["--by is path or host, not “\(named)”"],
                hint: "without it both are tried"
            )
        }
        return [named]
    }

    private static func server(_ text: String) throws(WrongUse) -> PublicURL {
        if let url = PublicURL(text) { return url }
        throw WrongUse(
            problems: ["--against: “\(text)” is not the address of a server"],
            hint: "write it like http://127.0.0.1:8080"
        )
    }

    private static func transcriptFile(_ call: Call) throws(WrongUse) -> String {
        if let file = call.arguments["transcript"] { return file }
        let name = call.required("tenant")
        let folder = ShippedFiles.folder("Conformance") ?? "Conformance"
        let file = "\(folder)/\(name).json5"
        guard TenantName(name) != nil, isReadable(file) else {
            throw WrongUse(
                problems: ["there is no transcript for “\(name)”"],
                hint: "--transcript FILE names one; Conformance/standard.json5 documents the form"
            )
        }
        return file
    }

    /// What another command prints, which runs where the data is; what it notes goes to the terminal.
    private static func printed(by words: [String], _ terminal: Terminal) async throws -> [UInt8] {
        let lines = Lines()
        let quiet = Terminal(
            environment: terminal.environment,
            output: Output { stream, bytes in
                if stream == .standard { lines.add(bytes) } else { terminal.output.write(stream, bytes) }
            },
            input: terminal.input,
            logoDecoder: terminal.logoDecoder
        )
        let code = await CommandLineInterface.run(words, at: quiet)
        if code != 0 { throw ExitCode(code: code) }
        return lines.all
    }
}

/// What was printed so far.
private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var all: [UInt8] { bytes.withLock { $0 } }
}
