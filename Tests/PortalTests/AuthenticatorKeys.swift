import Registry
import Synchronization

/// What the people of a test have in their authenticator apps and their drawers.
final class AuthenticatorKeys: Sendable {
    private struct Drawer {
        let key: AuthenticatorKey
        var recoveryCodes: [RecoveryCode]
    }

    private let drawers = Mutex<[String: Drawer]>([:])

    func note(_ key: AuthenticatorKey, _ recoveryCodes: [RecoveryCode], of email: String) {
        drawers.withLock { $0[email] = Drawer(key: key, recoveryCodes: recoveryCodes) }
    }

    func key(of email: String) -> AuthenticatorKey? { drawers.withLock { $0[email]?.key } }

    /// One that was not used before, which works at any time.
    func recoveryCode(of email: String) -> String? {
        drawers.withLock { $0[email]?.recoveryCodes.popLast()?.plaintext }
    }
}
