import FoundationEssentials
import Glibc
import Registry
import Web

/// `portal serve`: reads the configuration, builds, serves, stops.
enum ServeCommand {
    @Sendable static func run(_ call: Call, at terminal: Terminal) async throws {
        let signals = try StopSignals()
        protectProcess()
        let configuration = try Configuration(call.arguments, terminal.environment)
        let folder = try DataDirectory(configuration.dataFolder)
        let lock = try folder.lock()
        guard configuration.listen.port != 0 else {
            throw CommandFailure("port 0 is another at every start, but the public URL has to name one")
        }
        let log = Log(descriptor: try logDescriptor(configuration), clock: Clocks.sinceEpoch)
        if geteuid() == 0 {
            log.note(
                .warning,
                "Running as root; make a user for it, chown \(folder.path) to that user and start it as that user"
            )
        }
        let files = try PublicFiles(
            folder: try publicFolder(configuration),
            headers: HeaderSet.everyAnswer(at: configuration.publicURL)
        )
        let desk = try await Desk(
            folder,
            configuration,
            decodeLogo: try terminal.logoDecoder(.seconds(2))
        )
        try await desk.closing {
            try await checkClock(desk, configuration)
            try await serve(desk, files, configuration, log, until: signals)
        }
        withExtendedLifetime(lock) {}
        log.note(.info, "Stopped")
        log.flush()
    }

    private static func serve(
        _ desk: Desk,
        _ files: PublicFiles,
        _ configuration: Configuration,
        _ log: Log,
        until signals: StopSignals
    ) async throws {
        let lookup = configuration.domainLookup
        let site = Site(
            registry: desk.registry,
            publicFiles: files,
            publicURL: configuration.publicURL,
            mail: configuration.mailRoute,
            look: { await lookup.sighting(of: $0, $1, for: $2) },
            log: log,
            monotonic: Clocks.sinceBoot
        )
        let server = Server(
            try options(configuration),
            log: log,
            bodyLimit: { site.bodyLimit($0, $1) },
            respond: { await site.respond(to: $0) }
        )
        try start(server, configuration)
        let control: ControlListener
        do { control = try listen(at: desk, log) } catch {
            await server.stop(within: .zero)
            throw error
        }
        log.note(.info, "Listening on \(configuration.listen.url(isSecure: configuration.tls != nil))")
        let housekeeping = Housekeeping(at: desk, looking: site.look, log)
        let postman = try await postman(desk.registry, site.mail, configuration.publicURL, log)
        await signals.first()
        log.note(.info, "Stopping")
        site.drain()
        await control.stop()
        await server.stop(within: .seconds(10))
        await postman?.stop()
        await housekeeping.stop()
    }

    /// Takes commands from now on.
    private static func listen(at desk: Desk, _ log: Log) throws -> ControlListener {
        try ControlListener(in: desk.folder, log: { log.note(.warning, $0) }) { errand, output in
            await CommandLineInterface.run(errand, at: desk, output: output)
        }
    }

    private static func checkClock(_ desk: Desk, _ configuration: Configuration) async throws {
        if configuration.trustsClock { return try await desk.registry.trustClock() }
        guard let last = try await desk.registry.servedInTheFuture() else { return }
        throw CommandFailure(
            "this machine's clock says \(desk.registry.now().formatted(.iso8601)), but these data were served at "
                + "\(last.formatted(.iso8601)); tokens that have ended would be good again",
            hint: "set the clock; if it is right and was wrong then, start once with --clock trusted"
        )
    }

    /// Whoever carries letters away, where there is a server to carry them to; says where they are otherwise.
    private static func postman(
        _ registry: ApplicationRegistry,
        _ route: MailRoute,
        _ publicURL: PublicURL,
        _ log: Log
    ) async throws -> Postman? {
        switch route {
        case .server(let sender):
            try await registry.releaseLetters()
            return Postman(of: registry, sender, log)
        case .localPage:
            log.note(.info, "No mail server is set; e-mails are shown at \(publicURL.text)\(LocalMail.path)")
        case .nowhere:
            log.note(
                .warning,
                "No mail server is set (PORTAL_SMTP_HOST), so nobody can sign up or set a new password"
            )
        }
        return nil
    }

    private static func start(_ server: Server, _ configuration: Configuration) throws {
        do {
            _ = try server.start()
        } catch {
            let listen = configuration.listen
            throw CommandFailure(
                error.description,
                hint: "another program may have the port: ss -ltnp 'sport = :\(listen.port)' shows it; "
                    + "--listen \(ListenAddress.next(after: listen)) takes another"
            )
        }
    }

    private static func options(_ configuration: Configuration) throws(CommandFailure) -> Server.Options {
        var tls: Server.TLS?
        if let files = configuration.tls {
            tls = Server.TLS(certificate: try readFile(files.certificate), key: try readFile(files.key))
        }
        return Server.Options(
            host: configuration.listen.host,
            port: configuration.listen.port,
            tls: tls,
            trustedProxies: configuration.trustedProxies,
            refusalHeaders: HeaderSet.everyAnswer(at: configuration.publicURL)
        )
    }

    private static func logDescriptor(_ configuration: Configuration) throws(CommandFailure) -> Int32 {
        guard let path = configuration.logFile else { return STDERR_FILENO }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CommandFailure("cannot open the log \(path): \(systemError())") }
        return file
    }

    private static func publicFolder(_ configuration: Configuration) throws(CommandFailure) -> String {
        if let folder = configuration.publicFolder { return folder }
        if let folder = ShippedFiles.folder("Public") { return folder }
        throw CommandFailure(
            "the folder Public with stylesheets and pictures is not where it is looked for",
            hint: "name it with --public DIR"
        )
    }

    /// Files for their owner alone, no secrets in core dumps, as many connections as the system allows.
    private static func protectProcess() {
        umask(0o077)
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return }
        files.rlim_cur = min(files.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }
}

extension Configuration {
    /// Where letters go: to the server named, else to a page that only this machine can open.
    fileprivate var mailRoute: MailRoute {
        if let mail { return .server(MailSender(server: mail, publicURL: publicURL)) }
        return publicURL.isLoopback && PublicURL.isLoopback(listen.host) ? .localPage : .nowhere
    }

    fileprivate var domainLookup: DomainLookup {
        DomainLookup(
            asking: Resolver(server: resolver),
            files: ProofFileAccess(networks: proofNetworks, authorities: proofAuthorities)
        )
    }
}

extension ListenAddress {
    fileprivate static func next(after address: ListenAddress) -> String {
        let port = address.port < 65_535 ? address.port + 1 : 8080
        return address.host.contains(":") ? "[\(address.host)]:\(port)" : "\(address.host):\(port)"
    }
}

// MARK: - Ending

/// SIGTERM and SIGINT: the first asks the server to finish, the second ends it at once.
///
/// Made before any other thread, which inherit that these signals are for the one that waits for them.
private struct StopSignals: Sendable {
    private let arrivals: AsyncStream<Int32>

    init() throws {
        var both = sigset_t()
        sigemptyset(&both)
        sigaddset(&both, SIGTERM)
        sigaddset(&both, SIGINT)
        pthread_sigmask(SIG_BLOCK, &both, nil)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Int32.self)
        self.arrivals = arrivals
        let signals = both
        _ = try OwnThread {
            arrival.yield(wait(for: signals))
            _exit(128 + wait(for: signals))
        }
    }

    /// Returns when the first signal has come.
    func first() async {
        for await _ in arrivals { return }
    }
}

private func wait(for signals: sigset_t) -> Int32 {
    var (signals, number) = (signals, Int32(0))
    sigwait(&signals, &number)
    return number
}
