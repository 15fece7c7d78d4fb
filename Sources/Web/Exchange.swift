import Synchronization

/// One request and its answer, and the executor of the task that makes it.
///
/// What the handler does runs on the I/O thread of the connection, also after it waited for something: what
/// it waited for wakes the connection, and the I/O thread goes on where the handler stopped. So an answer
/// costs no thread of its own, and those that were committed together are sent together.
///
/// `@unchecked Sendable`: `connection` belongs to libmicrohttpd and is touched on its I/O thread only,
/// except to resume it, which any thread may. Everything else but `progress` stays on the I/O thread.
final class Exchange: TaskExecutor, @unchecked Sendable {
    enum Stage {
        case targetRead
        case headJudged(RequestHead)
        case handed
    }

    private struct Progress {
        enum Place {
            case onThread
            case atRest

            /// Answered: whatever the handler still does, it does elsewhere.
            case over
        }

        var place = Place.onThread
        var jobs: [UnownedJob] = []
        var answer: Response?
    }

    /// What the I/O thread does next for this exchange.
    enum Step {
        case run(UnownedJob)
        case send(Response)
        case rest
    }

    let connection: WireConnection
    let client: ClientConnection
    let target: [UInt8]
    var stage = Stage.targetRead
    var id = ""
    var origin: TrustedProxies.Client
    var body: [UInt8] = []
    private let progress = Mutex(Progress())

    init(connection: WireConnection, client: ClientConnection, target: [UInt8]) {
        self.connection = connection
        self.client = client
        self.target = target
        origin = client.client
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOver = progress.withLock { progress in
            if progress.place == .over { return true }
            progress.jobs.append(job)
            wake(&progress)
            return false
        }
        if isOver { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    /// Settles the answer, on any thread; the first one counts.
    func answer(_ response: Response) {
        progress.withLock { progress in
            guard progress.answer == nil, progress.place != .over else { return }
            progress.answer = response
            wake(&progress)
        }
    }

    /// Resumes the connection under the lock, so that whoever stops the server and finds the answer settled
    /// also finds the connection resumed.
    private func wake(_ progress: inout Progress) {
        guard progress.place == .atRest else { return }
        progress.place = .onThread
        connection.resume()
    }

    /// Says what to do now; the connection rests when there is nothing to do before something comes.
    func next(orRestIn resting: RestingExchanges) -> Step {
        let (step, left) = progress.withLock { progress -> (Step, [UnownedJob]) in
            if let answer = progress.answer {
                progress.place = .over
                // Held by whoever sends it alone: a slow reader keeps it for long.
                progress.answer = nil
                defer { progress.jobs = [] }
                return (.send(answer), progress.jobs)
            }
            if let job = progress.jobs.popLast() { return (.run(job), []) }
            guard resting.add(self) else {
                progress.place = .over
                return (.send(EdgeRefusal.stopping.response(to: id)), [])
            }
            connection.suspend()
            progress.place = .atRest
            return (.rest, [])
        }
        for job in left { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
        return step
    }

    /// Ends it with its request, and says whether that was before its answer.
    ///
    /// The handler then finishes elsewhere: a client that went away does not undo what it began.
    func isCutOff() -> Bool {
        let (wasOver, left) = progress.withLock { progress in
            defer { (progress.place, progress.jobs) = (.over, []) }
            return (progress.place == .over, progress.jobs)
        }
        for job in left { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
        return !wasOver
    }
}

/// The exchanges whose connections are suspended, which must be none when the daemon stops.
final class RestingExchanges: Sendable {
    private struct State {
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Returns false when none may rest any more.
    func add(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    func remove(_ exchange: Exchange) {
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil }
    }

    func abandonAll() {
        let abandoned = state.withLock { state in
            state.isClosed = true
            return state.exchanges
        }
        for exchange in abandoned.values { exchange.answer(EdgeRefusal.stopping.response(to: exchange.id)) }
    }
}
