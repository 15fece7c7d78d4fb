/// The texts of `--help`, written from the table of commands.
enum Help {
    static func overview(_ commands: [Command]) -> String {
        """
        Usage: portal COMMAND [OPTIONS]

        \(list(commands))

        Every command takes --config FILE, --data DIR, --json and --help.
        Beside a running server a command is carried out by that server.
        """
    }

    static func group(_ name: String, _ commands: [Command]) -> String {
        """
        Usage: portal \(name) COMMAND [OPTIONS]

        \(list(commands))
        """
    }

    static func command(_ command: Command) -> String {
        let operands = command.operands.placeholder
        let usage = ["portal", command.name, operands, "[OPTIONS]"].filter { !$0.isEmpty }.joined(
            separator: " "
        )
        let details = command.details.isEmpty ? "" : "\n\n\(command.details)"
        return """
            Usage: \(usage)

            \(command.summary).\(details)

            Options:
            \(aligned(command.allOptions.map { ["  " + $0.usage, $0.note] }))
            """
    }

    private static func list(_ commands: [Command]) -> String {
        aligned(
            commands.filter { !$0.isHidden }.map { command in
                ["  \(command.name) \(command.operands.placeholder)", command.summary]
            }
        )
    }
}

extension Option {
    fileprivate var usage: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }

    fileprivate var note: String {
        help + (isRequired ? " (required)" : "") + (isRepeatable ? " (may be repeated)" : "")
    }
}
