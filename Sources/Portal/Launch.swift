import Glibc
import Registry

/// Where the program begins.
///
/// Not asynchronous by itself: the work runs on the first thread, so that `serve` can say what happens to
/// signals before there is any other.
@main
enum Launch {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let terminal = Terminal(
            environment: environment,
            output: output,
            input: StandardInput.read,
            logoDecoder: logoDecoder
        )
        let words = Array(CommandLine.arguments.dropFirst())
        exit(ThisThread.run { await CommandLineInterface.run(words, at: terminal) })
    }

    private static var output: Output {
        Output { stream, bytes in _ = writeAll(bytes, to: stream == .standard ? STDOUT_FILENO : STDERR_FILENO)
        }
    }

    @Sendable private static func logoDecoder(patience: Duration) throws -> ApplicationRegistry.LogoDecoder {
        let workshop = try LogoWorkshop(
            executable: "/proc/self/exe",
            environment: decoding,
            limits: .init(time: patience)
        )
        return { try await workshop.logo(from: $0, at: $1) }
    }

    /// For a process whose copies are gone soon: what one buffer leaves is used for the next instead of being given back,
    /// and what libraries are asked for is looked up before there are copies (ld.so(8)).
    private static let decoding = [
        "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824",
        "LD_BIND_NOW=1",
    ]

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if let name = parts.first, let value = parts.last, parts.count == 2 {
                variables[String(name)] = String(value)
            }
            entry += 1
        }
        return variables
    }
}
