import FoundationEssentials
import Glibc
import Registry
import Testing

/// The process is played by small programs here; the portal's own is tested with the whole portal.
@Suite("Decoding in a process of its own", .serialized, .timeLimit(.minutes(1)))
final class DecodingElsewhere {
    private let folder = FileManager.default.temporaryDirectory.path + "/decoding-\(UUID().uuidString)"
    private let tenant = TenantID(number: 1)
    private let good = picture(64, 64) { x, y in [UInt8(x), UInt8(y), 9, 255] }

    /// More than a pipe holds.
    private let large = picture(256, 128) { x, y in [UInt8(x), UInt8(y), 9, 255] }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            print("\(folder) is left: \(error)")
        }
    }

    private func file(_ name: String, _ content: [UInt8], mode: Int = 0o600) throws -> String {
        let path = folder + "/" + name
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        try #require(
            FileManager.default.createFile(atPath: path, contents: Data(content), attributes: attributes)
        )
        return path
    }

    private func text(of path: String) throws -> String {
        String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    }

    /// A program that lets shells do what these lines say, one for each picture.
    private func program(_ lines: String) throws -> String {
        let script = try file("program.sh", Array(lines.utf8))
        let server = """
            #!/usr/bin/env python3
            import os, socket, subprocess, sys
            door = socket.socket(fileno=0)
            while True:
                door.send(b".")
                message, ends, *_ = socket.recv_fds(door, 1, 2)
                if not message: sys.exit()
                child = subprocess.Popen(["/bin/sh", "\(script)"], stdin=ends[0], stdout=ends[1])
                for end in ends: os.close(end)
                ending = child.wait()
                if ending < 0: os.kill(os.getpid(), -ending)
                if ending: sys.exit(ending)
            """
        return try file("program", Array(server.utf8), mode: 0o700)
    }

    /// A program that reads the picture and gives this answer.
    private func program(answering reply: [UInt8]) throws -> String {
        try program("cat > /dev/null; exec cat \(file("reply", reply))")
    }

    /// With time enough for a machine that is busy with other tests.
    private func workshop(_ executable: String) throws -> LogoWorkshop {
        try LogoWorkshop(executable: executable, limits: LogoWorkshop.Limits(time: .seconds(30)))
    }

    @Test func `an answer comes back as it was given`() async throws {
        let logo = try Logo.decode(good)
        let workshop = try workshop(program(answering: LogoReply.drawn(logo).encoded()))
        #expect(try await workshop.logo(from: good, at: tenant) == logo)
    }

    @Test func `a refusal comes back as it was given`() async throws {
        let reply = try LogoReply.refused(.trailingData(bytes: 7)).encoded()
        let workshop = try workshop(program(answering: reply))
        await #expect(throws: LogoRefusal.trailingData(bytes: 7)) {
            try await workshop.logo(from: good, at: tenant)
        }
    }

    @Test func `what is plainly no logo needs no process`() async throws {
        let workshop = try workshop("/nowhere")
        await #expect(throws: LogoRefusal.notPNG(.gif)) {
            try await workshop.logo(from: Array("GIF89a".utf8), at: tenant)
        }
        await #expect(throws: LogoRefusal.emptyFile) { try await workshop.logo(from: [], at: tenant) }
        await #expect(throws: LogoWorkshopFault.unstartable(2)) {
            try await workshop.logo(from: good, at: tenant)
        }
    }

    @Test func `a process that fails costs one upload`() async throws {
        let failing = try workshop(program("exit 7"))
        await #expect(throws: LogoWorkshopFault.crashed(7)) { try await failing.logo(from: good, at: tenant) }
        let dying = try workshop(program("kill -SEGV $$"))
        await #expect(throws: LogoWorkshopFault.crashed(-11)) { try await dying.logo(from: good, at: tenant) }
        let silent = try workshop(program("exit 0"))
        await #expect(throws: LogoWorkshopFault.crashed(0)) { try await silent.logo(from: good, at: tenant) }
    }

    @Test func `after a failure the next upload is decoded`() async throws {
        let logo = try Logo.decode(good)
        let (answer, marker) = (try file("answer", LogoReply.drawn(logo).encoded()), folder + "/failed")
        let workshop = try workshop(
            program("[ -e \(marker) ] || { touch \(marker); exit 7; }; cat > /dev/null; exec cat \(answer)")
        )
        await #expect(throws: LogoWorkshopFault.crashed(7)) {
            try await workshop.logo(from: good, at: tenant)
        }
        for _ in 1...3 { #expect(try await workshop.logo(from: good, at: tenant) == logo) }
    }

    @Test func `where the process that is kept ready has gone, another is started`() async throws {
        let logo = try Logo.decode(good)
        let (answer, ready) = (try file("answer", LogoReply.drawn(logo).encoded()), folder + "/ready")
        let workshop = try workshop(
            program("printf %s $PPID > \(ready); cat > /dev/null; exec cat \(answer)")
        )
        #expect(try await workshop.logo(from: good, at: tenant) == logo)
        let process = try #require(pid_t(text(of: ready)))
        kill(process, SIGKILL)
        while !(try text(of: "/proc/\(process)/stat").contains(") Z ")) { await Task.yield() }
        #expect(try await workshop.logo(from: good, at: tenant) == logo)
        #expect(try pid_t(text(of: ready)) != process)
    }

    @Test func `a process that never answers is killed in time`() async throws {
        let limits = LogoWorkshop.Limits(time: .seconds(6))
        let number = folder + "/number"
        let hanging = try program("printf %s $$ > \(number); exec sleep 600")
        let workshop = try LogoWorkshop(executable: hanging, limits: limits)
        await #expect(throws: LogoWorkshopFault.timedOut) { try await workshop.logo(from: large, at: tenant) }
        let copy = try #require(pid_t(text(of: number)))
        while isRunning(copy) { await Task.yield() }
    }

    @Test func `a process that lingers after its answer keeps nobody waiting, and is killed`() async throws {
        let logo = try Logo.decode(good)
        let (answer, number) = (try file("answer", LogoReply.drawn(logo).encoded()), folder + "/number")
        let lingering = try program(
            """
            cat > /dev/null; cat \(answer); exec >&-
            [ -e \(number) ] || { printf %s $$ > \(number); exec sleep 600; }
            """
        )
        let workshop = try LogoWorkshop(executable: lingering, limits: LogoWorkshop.Limits(time: .seconds(8)))
        for _ in 1...2 { #expect(try await workshop.logo(from: good, at: tenant) == logo) }
        let copy = try #require(pid_t(text(of: number)))
        while isRunning(copy) { await Task.yield() }
    }

    /// Whether it has not ended; one that nobody buried has.
    private func isRunning(_ process: pid_t) -> Bool {
        guard let state = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
        return !String(decoding: state, as: UTF8.self).contains(") Z ")
    }

    @Test func `a process that never stops talking is cut off`() async throws {
        let workshop = try workshop(program("exec yes"))
        await #expect(throws: LogoWorkshopFault.self) { try await workshop.logo(from: large, at: tenant) }
    }

    @Test func `a process that does not listen may still answer`() async throws {
        let reply = try LogoReply.refused(.animated).encoded()
        let script = "exec < /dev/null; exec cat \(try file("reply", reply))"
        let workshop = try workshop(program(script))
        await #expect(throws: LogoRefusal.animated) { try await workshop.logo(from: large, at: tenant) }
    }

    @Test func `more than may wait are turned away`() async throws {
        let limits = LogoWorkshop.Limits(atOnce: 1, waiting: 1, time: .seconds(3))
        let workshop = try LogoWorkshop(executable: program("exec sleep 600"), limits: limits)
        let (good, tenant) = (good, tenant)
        let faults = await withTaskGroup(of: LogoWorkshopFault?.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        _ = try await workshop.logo(from: good, at: tenant)
                    } catch {
                        return error as? LogoWorkshopFault
                    }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(faults.count { $0 == .busy } >= 3)
        #expect(faults.count { $0 == .timedOut } >= 1)
        #expect(faults.allSatisfy { $0 == .busy || $0 == .timedOut })
    }

    @Test func `it inherits no secret and no open file`() async throws {
        let kept = fcntl(0, F_DUPFD, 900)
        defer { close(kept) }
        setenv("PORTAL_TEST_SECRET", "hush", 1)
        let seen = folder + "/seen"
        let script = "{ env; ls /proc/$$/fd; } > \(seen); cat > /dev/null"
        let workshop = try workshop(program(script))
        await #expect(throws: LogoWorkshopFault.crashed(0)) {
            try await workshop.logo(from: good, at: tenant)
        }
        let lines = try text(of: seen).split(separator: "\n")
        #expect(lines.contains("0") && lines.contains("1"))
        #expect(!lines.contains("\(kept)"))
        #expect(!lines.contains { $0.hasPrefix("PORTAL_TEST_SECRET") })
    }

    @Test func `nothing is believed that does not have the form of an answer`() throws {
        let reply = try LogoReply.drawn(Logo.decode(good)).encoded()
        #expect(LogoReply(reply) != nil)
        #expect(LogoReply([]) == nil)
        #expect(LogoReply(Array(reply.dropLast())) == nil)
        #expect(LogoReply(reply + [0]) == nil)
        for place in [0, 1, 4, 14, 17, 38, reply.count - 1] {
            var bent = reply
            bent[place] ^= 0x10
            #expect(LogoReply(bent) == nil, "changed at \(place)")
        }
    }
}
