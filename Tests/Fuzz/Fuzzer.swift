import Glibc

/// The one that `FUZZ_TARGET` names.
private let chosen: FuzzTarget? = getenv("FUZZ_TARGET").flatMap { name in
    FuzzTarget.all.first { $0.name == String(cString: name) }
}

/// What libFuzzer calls with every input it thinks of (llvm.org/docs/LibFuzzer.html).
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let chosen else {
        print("FUZZ_TARGET is one of:", FuzzTarget.all.map(\.name).joined(separator: " "))
        fflush(nil)
        exit(2)
    }
    do {
        try chosen.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        print("Broken promise:", error)
        fflush(nil)
        abort()
    }
    return 0
}
