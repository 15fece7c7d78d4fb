import Dispatch
import Synchronization

/// Lets asynchronous work run on one thread, which may block: no thread that others wait for is used.
final class ThisThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let isDone = Atomic(false)
    private let bell = DispatchSemaphore(value: 0)

    /// Runs `work` on the calling thread and returns when it has ended.
    static func run(_ work: @escaping @Sendable () async -> Void) {
        let thread = ThisThread()
        Task(executorPreference: thread) {
            await work()
            thread.isDone.store(true, ordering: .releasing)
        }
        while !thread.isDone.load(ordering: .acquiring) {
            thread.bell.wait()
            thread.runNext()
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
