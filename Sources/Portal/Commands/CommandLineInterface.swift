import Glibc
import Registry

/// The command line: from words to an exit code.
enum CommandLineInterface {
    static let version = "0.1.0"

    static var commands: [Command] {
        [
            ServerCommands.all, TenantCommands.all, AccountCommands.all, AdminCommands.all,
            ApplicationCommands.all, KeyCommands.all, AuditCommands.all, ReceiptCommands.all, MailCommand.all,
            BackupCommands.all, ConformanceCommand.all, DemoCommand.all, ProgramCommands.all,
        ].flatMap { $0 }
    }

    /// Does what was typed and returns the exit code: 0 done, 1 failed, 2 wrong use.
    static func run(_ words: [String], at terminal: Terminal) async -> Int32 {
        await reporting(to: terminal.output) {
            if let help = try help(for: words) { return terminal.output.print(help) }
            let (command, arguments) = try parsed(words)
            try await run(command, arguments, words, at: terminal)
        }
    }

    /// Does what came through the control socket, where the data is open already.
    static func run(_ errand: Errand, at desk: Desk, output: Output) async -> Int32 {
        await reporting(to: output) {
            let (command, arguments) = try parsed(errand.words)
            guard case .atTheDesk(let work) = command.work(with: arguments) else {
                throw CommandFailure("“\(command.name)” is not done by a running server")
            }
            let call = Call(
                arguments: arguments,
                input: errand.input,
                attachments: errand.attachments,
                output: output
            )
            try await work(call, desk)
        }
    }

    /// The one place that turns what a command throws into words and an exit code.
    private static func reporting(to output: Output, _ work: () async throws -> Void) async -> Int32 {
        do {
            try await work()
            return 0
        } catch let exit as ExitCode {
            return exit.code
        } catch let wrong as WrongUse {
            report(wrong.problems, wrong.hint, to: output)
            return 2
        } catch let wrong as ConfigurationProblems {
            report(wrong.all, "portal serve --help lists every setting", to: output)
            return 2
        } catch {
            let failure = CommandFailure(describing: error)
            report(failure.problems, failure.hint, to: output)
            return 1
        }
    }

    private static func report(_ problems: [String], _ hint: String?, to output: Output) {
        for problem in problems { output.note("portal: \(problem)") }
        if let hint { output.note("hint: \(hint)") }
    }
}

/// A command ends with this exit code, everything having been said.
struct ExitCode: Error {
    let code: Int32
}

/// What a command line is typed into.
struct Terminal: Sendable {
    let environment: [String: String]
    let output: Output

    /// Standard input to its end, or a line typed after a prompt.
    let input: @Sendable (_ prompt: String) throws -> [UInt8]

    /// Starts what decodes pictures: processes of this program.
    let logoDecoder: @Sendable (_ patience: Duration) throws -> ApplicationRegistry.LogoDecoder
}

// MARK: - Which command

extension CommandLineInterface {
    /// The help that is asked for, if it is; every level has one.
    private static func help(for words: [String]) throws(WrongUse) -> String? {
        var words = words
        if words.first == "help" { words = Array(words.dropFirst()) + ["--help"] }
        let before = words.prefix { $0 != "--" }
        guard before.contains("--help") || before.contains("-h") else {
            return words == ["--version"] ? "portal \(version)" : nil
        }
        let names = before.filter { !$0.hasPrefix("-") }
        if names.isEmpty { return Help.overview(commands) }
        if let command = command(in: names) { return Help.command(command) }
        let group = commands.filter { $0.words.count > 1 && $0.words.first == names.first }
        if let name = names.first, !group.isEmpty { return Help.group(name, group) }
        throw unknown(names)
    }

    private static func parsed(_ words: [String]) throws(WrongUse) -> (Command, Arguments) {
        guard !words.isEmpty else {
            throw WrongUse(problems: ["a command is missing"], hint: "portal --help lists the commands")
        }
        guard let command = command(in: words) else { throw unknown(words) }
        return (command, try Arguments(Array(words.dropFirst(command.words.count)), for: command))
    }

    private static func command(in words: [String]) -> Command? {
        commands.first { words.starts(with: $0.words) }
    }

    private static func unknown(_ words: [String]) -> WrongUse {
        let first = words.first ?? ""
        let group = commands.filter { $0.words.count > 1 && $0.words.first == first && !$0.isHidden }
        if group.isEmpty {
            let known = commands.filter { !$0.isHidden }.compactMap(\.words.first)
            return WrongUse(
                problems: ["there is no command “\(first)”.\(didYouMean(nearest(to: first, in: known)))"],
                hint: "portal --help lists the commands"
            )
        }
        let hint = "portal \(first) --help lists its commands"
        let known = group.compactMap(\.words.last)
        guard let second = words.dropFirst().first, !second.hasPrefix("-") else {
            let last = known.last ?? ""
            let choice = known.dropLast().joined(separator: ", ") + (known.count > 1 ? " or " : "") + last
            return WrongUse(problems: ["“\(first)” needs a word more: \(choice)"], hint: hint)
        }
        let near = nearest(to: second, in: known)
        return WrongUse(
            problems: [
                "there is no command “\(first) \(second)”." + didYouMean(near.map { "\(first) \($0)" })
            ],
            hint: hint
        )
    }
}

// MARK: - Where it is done

extension CommandLineInterface {
    private static func run(
        _ command: Command,
        _ arguments: Arguments,
        _ words: [String],
        at terminal: Terminal
    ) async throws {
        switch command.work(with: arguments) {
        case .here(let work):
            try await work(Call(arguments: arguments, output: terminal.output), terminal)
        case .atTheDesk(let work):
            let configuration = try Configuration(arguments, terminal.environment)
            let folder =
                try command.makesData
                ? DataDirectory(configuration.dataFolder) : DataDirectory(existing: configuration.dataFolder)
            let call = Call(
                arguments: arguments,
                input: try command.prompt.map(terminal.input) ?? [],
                attachments: try attachments(of: command, arguments),
                output: terminal.output
            )
            let errand = Errand(words: words, input: call.input, attachments: call.attachments)
            try await atTheDesk(in: folder, configuration, errand, terminal) { desk in
                try await work(call, desk)
            }
        }
    }

    /// Hands the errand to the server that has the folder, or opens the folder and runs the work here.
    private static func atTheDesk(
        in folder: DataDirectory,
        _ configuration: Configuration,
        _ errand: Errand,
        _ terminal: Terminal,
        _ work: @Sendable (Desk) async throws -> Void
    ) async throws {
        for attempt in 1... {
            if let code = try ControlSocket.run(errand, in: folder, output: terminal.output) {
                if code != 0 { throw ExitCode(code: code) }
                return
            }
            do {
                return try await alone(in: folder, configuration, terminal, work)
            } catch DataDirectoryProblem.owned where attempt < 100 {
                // Whoever has the folder but does not listen is about to, or about to end.
                poll(nil, 0, 50)
            }
        }
    }

    private static func alone(
        in folder: DataDirectory,
        _ configuration: Configuration,
        _ terminal: Terminal,
        _ work: @Sendable (Desk) async throws -> Void
    ) async throws {
        let lock = try folder.lock()
        let desk = try await Desk(
            folder,
            configuration,
            decodeLogo: try terminal.logoDecoder(.seconds(10))
        )
        try await desk.closing { try await work(desk) }
        withExtendedLifetime(lock) {}
    }

    private static func attachments(
        of command: Command,
        _ arguments: Arguments
    ) throws(CommandFailure) -> Attachments {
        var attachments = Attachments()
        for file in command.files(in: arguments) { attachments.read(file) }
        try command.furtherFiles(&attachments)
        return attachments
    }
}

extension Configuration {
    /// What the command line, the environment and the file they name say; throws ``ConfigurationProblems``.
    init(_ arguments: Arguments, _ environment: [String: String]) throws(ConfigurationProblems) {
        let options = Configuration.settings.map(\.option) + [Configuration.fileOption]
        try self.init(flags: arguments.values(of: options), environment: environment) {
            (path) throws(CommandFailure) in try Portal.readFile(path, upTo: 1 << 20)
        }
    }
}
