/// What is the matter with the permissions a request named.
package enum ScopeFault: Sendable, Equatable, Codable {
    /// There is no such permission; perhaps this one was meant.
    case unknown(RedactedText, near: String?)

    /// There is, but this application did not register it.
    case notRegistered(String)

    /// More than the customer allowed.
    case notAllowed(String?)

    /// A `+` that was percent-encoded stands for itself, not for a space.
    case plus(RedactedText)

    /// `%20` or `%2B` that was encoded once more.
    case encodedTwice(RedactedText)
    case malformed

    init(_ text: String, of registered: ScopeSet, at tenant: Tenant) {
        let offered = tenant.settings.scopes.map(\.name)
        guard let asked = tenant.policy.scopes(in: text) else {
            self = .malformed
            return
        }
        guard let wrong = asked.names.first(where: { !offered.contains($0) }) else {
            let other = asked.subtracting(registered).names.first
            self = other.map { .notRegistered($0.text) } ?? .notAllowed(nil)
            return
        }
        let kept = RedactedText(wrong.text)
        let parts = { (separator: String) in
            wrong.text.replacing(separator, with: " ").split(separator: " ").map(String.init)
        }
        let areOffered = { (parts: [String]) in
            parts.count > 1 && parts.allSatisfy { part in offered.contains { $0.text == part } }
        }
        if areOffered(parts("+")) {
            self = .plus(kept)
        } else if areOffered(parts("%20")) || areOffered(parts("%2B")) || areOffered(parts("%2b")) {
            self = .encodedTwice(kept)
        } else {
            self = .unknown(kept, near: nearest(to: wrong, among: offered))
        }
    }
}

/// The permission that is at most two slips of the finger away.
private func nearest(to wrong: Scope, among offered: [Scope]) -> String? {
    let distances = offered.map { ($0.text, distance(Array(wrong.text.utf8), Array($0.text.utf8))) }
    guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= 2 else { return nil }
    return best.0
}

/// Levenshtein's: how many bytes have to be put in, left out or replaced.
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (place, byte) in one.enumerated() {
        var next = [place + 1]
        for (column, pair) in zip(other, zip(row, row.dropFirst())).enumerated() {
            let (left, above) = (next[column], pair.1.1)
            next.append(min(left + 1, above + 1, pair.1.0 + (pair.0 == byte ? 0 : 1)))
        }
        row = next
    }
    return row.last ?? 0
}
