import Registry
import Web

/// A file field for a logo, with what was uploaded before and what a script checks beforehand.
struct LogoField: Component {
    let visit: Visit
    let upload: LogoUpload
    let problems: [FieldProblem]

    /// What is shown while nothing else was chosen.
    var standing: LogoDigest?

    private var isKept: Bool { upload.staged != nil || standing != nil }

    var body: HTML {
        Field(
            id: "logo",
            name: "logo",
            label: isKept ? "Replace the logo" : "Logo",
            hint:
                "PNG, 64 to 2048 pixels a side, up to 512 KB. A square looks best. You can change it later.",
            problems: problems
        ) { attributes in
            div(.class("drop")) {
                if let staged = upload.staged { kept(staged) } else if let standing { shown(standing) }
                input(attributes + checks + (isKept ? [] : [.required]))
            }
            p(.class("says"), .id("logo-says"), .aria("live", "polite"))
            for warning in upload.warnings {
                div(.class("callout warn")) {
                    p {
                        "\(warning.message(filename: upload.staged?.fileName ?? "")). Use it anyway, or choose another."
                    }
                }
            }
        }
    }

    @HTMLBuilder private func kept(_ staged: StagedLogo) -> HTML {
        input(.type("hidden"), .name("staged_logo"), .value(staged.id))
        p {
            picture(staged.logo)
            span {
                bdi { staged.fileName }
                ", \(max(1, (staged.byteCount + 512) / 1024)) KB"
            }
        }
    }

    private func shown(_ logo: LogoDigest) -> HTML {
        p {
            picture(logo)
            span { "The logo now" }
        }
    }

    private func picture(_ logo: LogoDigest) -> HTML {
        span(.class("logo small")) {
            img(
                .src(LogoEndpoint.path(of: logo, size: 128, visit.home)),
                .width(40),
                .height(40),
                .alt("")
            )
        }
    }

    /// What the script checks before anything is sent; the server checks again.
    private var checks: [Attribute] {
        [
            .type("file"), .accept("image/png,.png"),
            .data("logo", ""), .data("says", "logo-says"), .data("shows", "preview-logo"),
            .data("max-bytes", "524288"), .data("min-side", "64"), .data("max-side", "2048"),
            .data("not-png", "The logo must be a PNG. “{name}” is {kind}"),
            .data("unknown", "not a PNG file"),
            .data("too-heavy", "“{name}” is {size}. The logo can be up to 512 KB"),
            .data("too-small", "“{name}” is {width} × {height} pixels. It must be at least 64 × 64"),
            .data("too-large", "“{name}” is {width} × {height} pixels. It can be up to 2048 × 2048"),
            .data("fine", "“{name}”, {width} × {height} pixels, {size}"),
        ]
    }
}
