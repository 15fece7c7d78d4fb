import Dispatch
import Synchronization

/// Lets asynchronous work run on one thread, which may block: no thread that others wait for is used.
final class ThisThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let bell = DispatchSemaphore(value: 0)

    /// Runs `work` on the calling thread and returns what it comes to.
    static func run<Answer: Sendable>(_ work: @escaping @Sendable () async -> Answer) -> Answer {
        let (thread, outcome) = (ThisThread(), Outcome<Answer>())
        Task(executorPreference: thread) {
            let answer = await work()
            outcome.answer.withLock { $0 = answer }
        }
        while true {
            thread.bell.wait()
            thread.runNext()
            if let answer = outcome.answer.withLock({ $0 }) { return answer }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        bell.signal()
    }

    /// One job for every ring of the bell.
    private func runNext() {
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        job?.runSynchronously(on: asUnownedTaskExecutor())
    }
}

private final class Outcome<Answer: Sendable>: Sendable {
    let answer = Mutex<Answer?>(nil)
}
