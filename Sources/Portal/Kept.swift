import Synchronization

/// What was made from `Key` and from nothing else, kept to be used again; at the limit it begins anew.
final class Kept<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private let values = Mutex<[Key: Value]>([:])

    init(limit: Int) { self.limit = limit }

    func value(for key: Key, making make: () throws -> Value) rethrows -> Value {
        if let kept = values.withLock({ $0[key] }) { return kept }
        let value = try make()
        values.withLock { values in
            if values.count >= limit { values = [:] }
            values[key] = value
        }
        return value
    }
}
