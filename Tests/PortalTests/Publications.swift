import Registry
import Synchronization

@testable import Portal

/// What stands in the DNS and on hosts, as far as a test says; elsewhere there is nothing.
final class Publications: Sendable {
    private let sightings = Mutex<[String: Sighting]>([:])
    private let looks = Mutex<[String]>([])

    func publish(_ sighting: Sighting, at domain: String, _ way: DomainProof.Way = .record) {
        sightings.withLock { $0["\(way) \(domain)"] = sighting }
    }

    /// Where was looked, in order.
    var places: [String] { looks.withLock { $0 } }

    func sighting(of proof: DomainProof, _ way: DomainProof.Way) -> Sighting {
        let place = "\(way) \(proof.domain)"
        looks.withLock { $0.append(place) }
        return sightings.withLock { $0[place] } ?? .noSuchName
    }
}
