import Registry
import Synchronization
import Web

/// What stood where a proof was looked for.
enum Sighting: Sendable, Equatable {
    /// Every text that was there; none where the place is empty.
    case texts([String])
    case noSuchName
    case noAnswer

    /// As many are looked for as may be at once.
    case busy

    /// The host is at an address that is not public.
    case notPublic
    case status(Int)
    case tooLong
    case unreachable(String)

    /// What it means for a proof that was found before.
    func presence(of proof: DomainProof) -> DomainProof.Presence {
        switch self {
        case .texts(let texts): proof.isFound(in: texts) ? .there : .gone
        case .noSuchName, .status(404), .status(410): .gone
        case .noAnswer, .busy, .notPublic, .status, .tooLong, .unreachable: .unknown
        }
    }

    var texts: [String] { if case .texts(let texts) = self { texts } else { [] } }
}

/// Looks where a proof is published, in the name of somebody for whom one is looked for at a time.
typealias LookForProof =
    @Sendable (_ proof: DomainProof, _ way: DomainProof.Way, _ asker: String) async -> Sighting

/// Looks where people publish that a domain is theirs: the one time that we ask a name or an address they gave.
///
/// A ``DomainName`` is public by its form; the file is fetched from public addresses only. Each look has a thread of
/// its own and a few seconds, and only a few are under way, of each who asks one.
final class DomainLookup: Sendable {
    private static let atOnce = 4

    private let resolver: Resolver
    private let files: ProofFileAccess
    private let underWay = Mutex<[String]>([])

    init(asking resolver: Resolver, files: ProofFileAccess = ProofFileAccess()) {
        self.resolver = resolver
        self.files = files
    }

    func sighting(of proof: DomainProof, _ way: DomainProof.Way, for asker: String) async -> Sighting {
        guard enter(asker) else { return .busy }
        defer { leave(asker) }
        return await withCheckedContinuation { caller in
            do {
                try OwnThread { [self] in caller.resume(returning: look(for: proof, way)) }.leave()
            } catch {
                caller.resume(returning: .busy)
            }
        }
    }

    private func enter(_ asker: String) -> Bool {
        underWay.withLock { askers in
            guard askers.count < Self.atOnce, !askers.contains(asker) else { return false }
            askers.append(asker)
            return true
        }
    }

    private func leave(_ asker: String) {
        underWay.withLock { askers in askers.removeAll { $0 == asker } }
    }

    private func look(for proof: DomainProof, _ way: DomainProof.Way) -> Sighting {
        do throws(Resolver.Fault) {
            switch way {
            case .record: return .texts(try resolver.texts(of: proof.recordName))
            case .file: return files.sighting(at: proof.domain, try resolver.addresses(of: proof.domain.text))
            }
        } catch {
            return error == .noSuchName ? .noSuchName : .noAnswer
        }
    }
}

/// How the file that proves a host is fetched: over https, from addresses that were looked at first.
struct ProofFileAccess: Sendable {
    static let path = "/.well-known/portal-verification.txt"
    static let maxBytes = 4096
    static let patienceSeconds = 5

    /// Where a file may stand besides the public networks.
    var networks: [AddressRange] = []

    /// A file of certificates to trust instead of the system's.
    var authorities: String?

    func sighting(at host: DomainName, _ addresses: [Address]) -> Sighting {
        guard !addresses.isEmpty else { return .noSuchName }
        guard addresses.allSatisfy({ $0.isPublic || networks.contains(anyFor: $0) }) else {
            return .notPublic
        }
        let received = HTTPReceiver(limit: Self.maxBytes)
        do {
            let file = ProofFile(host: host, addresses: addresses, authorities: authorities)
            let status = try Curl().fetch(file, into: received)
            return status == 200 ? .texts(received.body.lines) : .status(status)
        } catch let problem as Curl.Problem {
            return received.body.count > Self.maxBytes ? .tooLong : .unreachable(problem.text)
        } catch {
            return .busy
        }
    }
}

/// A file on a host whose addresses are known and may be connected to; nobody else is asked for them.
struct ProofFile: Sendable {
    let host: DomainName
    let addresses: [Address]
    let authorities: String?

    var url: String { "https://\(host)\(ProofFileAccess.path)" }

    /// Host, port and addresses as libcurl takes them.
    var pin: String {
        let places = addresses.map(\.description).map { $0.utf8.contains(UInt8(ascii: ":")) ? "[\($0)]" : $0 }
        return "\(host):443:" + places.joined(separator: ",")
    }
}

extension [AddressRange] {
    fileprivate func contains(anyFor address: Address) -> Bool { contains { $0.contains(address) } }
}

extension [UInt8] {
    /// Its lines without the blanks around them, and without those that are empty.
    fileprivate var lines: [String] {
        split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .map { String(decoding: $0, as: UTF8.self).trimmingSpaces }
            .filter { !$0.isEmpty }
    }
}
