import Glibc

/// The socket that connections come in at.
enum ListeningSocket {
    static func open(host: String, port: Int) throws(ServerProblem) -> (Int32, Int) {
        guard (0...65_535).contains(port) else { throw ServerProblem("\(port) is not a port number.") }
        let (family, address) = try socketAddress(host: host, port: UInt16(port))
        let descriptor = socket(
            family,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw ServerProblem("No socket to listen on: \(systemError())") }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        // What a client can send ahead of us; else the system lets it grow to several megabytes each.
        var buffer: Int32 = 128 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
        guard isBound, listen(descriptor, SOMAXCONN) == 0 else {
            let cause = systemError()
            close(descriptor)
            throw ServerProblem("Cannot listen on \(host) port \(port): \(cause)")
        }
        return (descriptor, boundPort(descriptor))
    }

    /// Returns when nobody is connected whom no thread has accepted yet: closing the socket would reset them.
    static func untilTakenIn(_ descriptor: Int32, within limit: Duration) async {
        let end = ContinuousClock.now + limit
        var listening = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&listening, 1, 0) > 0, ContinuousClock.now < end {
            do { try await Task.sleep(for: .milliseconds(1)) } catch { return }
        }
    }

    /// Refuses whoever comes from now on: the socket is closed, and under its number is something to which nobody comes.
    ///
    /// A thread that still listens there meets neither a connection nor an error. Where the system has no descriptor left,
    /// the socket is shut down under its number.
    static func retire(_ descriptor: Int32) {
        // Without a name nobody can send to it.
        let nothing = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { if nothing >= 0 { close(nothing) } }
        if nothing >= 0, dup2(nothing, descriptor) == descriptor {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        } else {
            shutdown(descriptor, bothWays)
        }
    }

    /// Whether the process holds a connection that came in at this port, besides those.
    static func hasConnections(at port: Int, besides others: [Int32]) -> Bool {
        guard let descriptors = opendir("/proc/self/fd") else { return false }
        defer { closedir(descriptors) }
        while let entry = readdir(descriptors) {
            guard let descriptor = Int32(entry.name), !others.contains(descriptor) else { continue }
            if isConnected(descriptor), boundPort(descriptor) == port { return true }
        }
        return false
    }

    private static func socketAddress(host: String, port: UInt16) throws(ServerProblem) -> (Int32, [UInt8]) {
        var four = sockaddr_in()
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            return (AF_INET, withUnsafeBytes(of: four, Array.init))
        }
        var six = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
            throw ServerProblem("\(host) is not an address to listen on; use one such as 127.0.0.1 or ::1.")
        }
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        return (AF_INET6, withUnsafeBytes(of: six, Array.init))
    }

    /// 0 for anything but a socket of the internet.
    private static func boundPort(_ descriptor: Int32) -> Int {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            _ = bytes.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &length)
            }
        }
        guard [AF_INET, AF_INET6].contains(Int32(address.sin6_family)) else { return 0 }
        return Int(UInt16(bigEndian: address.sin6_port))  // where sin_port is too
    }

    private static func isConnected(_ descriptor: Int32) -> Bool {
        var peer = sockaddr()
        var length = socklen_t(MemoryLayout<sockaddr>.size)
        return getpeername(descriptor, &peer, &length) == 0
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}
