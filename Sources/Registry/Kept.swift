import Synchronization

/// What was made from `Key` and from nothing else, kept to be used again; at the limit it begins anew.
package final class Kept<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private let values = Mutex<[Key: Value]>([:])

    package init(limit: Int) { self.limit = limit }

    package func value(for key: Key, making make: () throws -> Value) rethrows -> Value {
        if let kept = known(key) { return kept }
        let value = try make()
        keep(value, for: key)
        return value
    }

    func known(_ key: Key) -> Value? { values.withLock { $0[key] } }

    /// Says whether it was there.
    func forget(_ key: Key) -> Bool { values.withLock { $0.removeValue(forKey: key) != nil } }

    func keep(_ value: Value, for key: Key) {
        values.withLock { values in
            if values.count >= limit { values = [:] }
            values[key] = value
        }
    }
}
