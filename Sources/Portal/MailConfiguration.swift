import Registry

/// How the settings of mail go together.
extension Sources {
    private enum Wish: String, CaseIterable { case auto, implicit, require, none }

    /// Who takes our letters, if somebody was named; notes what does not fit.
    mutating func mailServer(_ readFile: (String) throws(CommandFailure) -> [UInt8]) -> MailServer? {
        let host = value("smtp-host") { isHost($0) ? $0 : nil }
        let port = value("smtp-port") { Int($0).flatMap { (1...65_535).contains($0) ? $0 : nil } }
        let wish = value("smtp-tls", Wish.init(rawValue:)) ?? .auto
        let authorities = value("smtp-ca") { $0 }
        let sender = value("smtp-from", EmailAddress.init)
        let user = value("smtp-user") { isLine($0) ? $0 : nil }
        let password = password(readFile)
        guard let host else {
            if sender != nil || user != nil {
                problems.append("smtp-host is missing: it says who takes e-mails")
            }
            return nil
        }
        guard let sender else {
            problems.append("smtp-from is missing: it says from whom e-mails are")
            return nil
        }
        if (user == nil) != (password == nil) {
            problems.append("smtp-user and smtp-password-file go together; one of them is missing")
        }
        let usedPort = port ?? (wish == .implicit ? 465 : 587)
        return MailServer(
            host: host,
            port: usedPort,
            security: security(wish, port: usedPort, host: host),
            login: user.flatMap { user in password.map { MailServer.Login(user: user, password: $0) } },
            sender: sender,
            authorities: authorities
        )
    }

    private func security(_ wish: Wish, port: Int, host: String) -> MailServer.Security {
        switch wish {
        case .implicit: .implicit
        case .require: .startTLS
        case .none: .none
        case .auto:
            port == 465 ? .implicit : PublicURL.isLoopback(host) || host == "::1" ? .none : .startTLS
        }
    }

    private mutating func password(_ readFile: (String) throws(CommandFailure) -> [UInt8]) -> String? {
        guard let path = value("smtp-password-file", { $0 }) else { return nil }
        do throws(CommandFailure) {
            let line = try readFile(path).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            if let text = String(validating: line, as: UTF8.self), !text.isEmpty, isLine(text) { return text }
            problems.append("\(path) does not begin with a password in one line")
        } catch {
            problems += error.problems
        }
        return nil
    }
}

/// A host's name or address, without a port.
private func isHost(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            byte.isLetter || byte.isDigit || ":.-".utf8.contains(byte)
        }
}

/// Without control characters, which would end a command.
private func isLine(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
