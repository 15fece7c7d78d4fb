import Registry

enum ProgramCommands {
    static let all = [
        Command(
            name: "version",
            summary: "Print the version",
            work: .here { call, _ in
                let version = CommandLineInterface.version
                call.print([("version", .text(version))], "portal \(version)")
            }
        ),
        Command(
            name: "decode-logos",
            summary:
                "Decode pictures that standard input, a socket, says where to read: how the server asks itself",
            isHidden: true,
            work: .here { _, _ in throw ExitCode(code: LogoForkServer.run()) }
        ),
    ]
}
