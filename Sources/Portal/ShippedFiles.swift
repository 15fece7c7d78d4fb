import Glibc

/// What comes with the program: stylesheets, pictures, the tenant of the demo.
enum ShippedFiles {
    /// The folder of this name in the current directory, beside or above the program, or where a package puts it.
    static func folder(_ name: String) -> String? {
        (["."] + aboveTheProgram + ["/usr/share/portal"]).map { $0 + "/" + name }
            .first { access($0, R_OK | X_OK) == 0 }
    }

    /// The program's folder and the four above it: `.build/x86_64-unknown-linux-gnu/release` is three below.
    private static var aboveTheProgram: [String] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return [] }
        let path = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let parts = path.split(separator: "/")
        return (1...5).filter { $0 <= parts.count }.map { "/" + parts.dropLast($0).joined(separator: "/") }
    }
}
