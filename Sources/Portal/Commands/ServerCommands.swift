import Registry

enum ServerCommands {
    static let all = [
        Command(
            name: "init",
            summary: "Make the data folder and the master key",
            details: "Doing it again changes nothing.",
            options: [Configuration.publicURLOption],
            work: .atTheDesk(initialise)
        ),
        Command(
            name: "serve",
            summary: "Run the server",
            details: """
                Everything can be set by a flag, by the variable in parentheses or, as “key = value” with the
                flag's name for a key, in the file of --config; the first of these that says something counts.
                SIGTERM and SIGINT end it: what is under way is finished, for at most 10 seconds.
                """,
            options: Configuration.serverOptions,
            work: .here(ServeCommand.run)
        ),
        MigrateCommand.command,
    ]

    private static func initialise(_ call: Call, at desk: Desk) async throws {
        let (folder, url) = (desk.folder.path, desk.publicURL.text)
        call.print(
            [
                ("data", .text(folder)), ("public_url", .text(url)),
                ("master_key", .text(desk.folder.path + "/master.key")),
                ("created", .bool(desk.isNew)),
            ],
            """
            Data folder   \(folder) (\(desk.isNew ? "created" : "was there"))
            Public URL    \(url)  (change with PORTAL_PUBLIC_URL)
            Master key    \(desk.isNew ? "created in " : "")\(folder)/master.key (keep a copy outside this machine)

            Next:
              portal tenant import FILE --data \(folder)
              portal account add --tenant NAME --role admin --email YOU --data \(folder)
              portal serve --data \(folder)
            """
        )
    }
}
