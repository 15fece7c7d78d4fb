// One line of HTML each, so this is one list, longer than most files: every element a page may have. `script` and
// `style` cannot hold content; a script is a file of ours, and a style sheet is a `link`.

// MARK: - Document

package func html(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("html", attributes, content)
}

package func head(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("head", attributes, content)
}

package func title(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("title", attributes, content)
}

package func body(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("body", attributes, content)
}

// MARK: - Layout

package func header(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("header", attributes, content)
}

package func main(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("main", attributes, content)
}

package func footer(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("footer", attributes, content)
}

package func nav(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("nav", attributes, content)
}

package func section(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("section", attributes, content)
}

package func aside(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("aside", attributes, content)
}

package func article(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("article", attributes, content)
}

package func div(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("div", attributes, content)
}

package func span(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("span", attributes, content)
}

package func figure(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("figure", attributes, content)
}

// MARK: - Text

package func h1(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("h1", attributes, content)
}

package func h2(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("h2", attributes, content)
}

package func h3(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("h3", attributes, content)
}

package func p(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("p", attributes, content)
}

package func a(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("a", attributes, content)
}

package func strong(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("strong", attributes, content)
}

package func em(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("em", attributes, content)
}

package func small(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("small", attributes, content)
}

package func mark(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("mark", attributes, content)
}

package func code(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("code", attributes, content)
}

package func pre(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("pre", attributes, newline: true, content)
}

package func bdi(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("bdi", attributes, content)
}

package func bdo(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("bdo", attributes, content)
}

package func time(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("time", attributes, content)
}

/// A link to somebody else's site, opened beside ours.
///
/// The site learns nothing about the page the link was on and gains no control of it. Say in the text
/// that the link leads away, and where.
package func outsideLink(
    _ link: ExternalLink,
    _ attributes: Attribute...,
    @HTMLBuilder content: () -> HTML
) -> HTML {
    let fixed: [Attribute] = [.href(link), .target("_blank"), .rel("noopener noreferrer nofollow ugc")]
    return .element("a", fixed + attributes, content)
}

// MARK: - Lists, facts and tables

package func ul(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("ul", attributes, content)
}

package func ol(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("ol", attributes, content)
}

package func li(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("li", attributes, content)
}

package func dl(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("dl", attributes, content)
}

package func dt(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("dt", attributes, content)
}

package func dd(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("dd", attributes, content)
}

package func table(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("table", attributes, content)
}

package func caption(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("caption", attributes, content)
}

package func thead(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("thead", attributes, content)
}

package func tbody(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("tbody", attributes, content)
}

package func tr(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("tr", attributes, content)
}

package func th(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("th", attributes, content)
}

package func td(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("td", attributes, content)
}

// MARK: - Forms and things to open

package func form(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("form", attributes, content)
}

package func fieldset(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("fieldset", attributes, content)
}

package func legend(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("legend", attributes, content)
}

package func label(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("label", attributes, content)
}

package func select(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("select", attributes, content)
}

package func select(_ attributes: [Attribute], @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("select", attributes, content)
}

package func option(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("option", attributes, content)
}

package func textarea(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("textarea", attributes, newline: true, content)
}

package func textarea(_ attributes: [Attribute], @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("textarea", attributes, newline: true, content)
}

package func button(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("button", attributes, content)
}

package func output(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("output", attributes, content)
}

package func details(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("details", attributes, content)
}

package func summary(_ attributes: Attribute..., @HTMLBuilder content: () -> HTML = HTML.init) -> HTML {
    .element("summary", attributes, content)
}

// MARK: - Without content

package func meta(_ attributes: Attribute...) -> HTML { .void("meta", attributes) }
package func link(_ attributes: Attribute...) -> HTML { .void("link", attributes) }
package func img(_ attributes: Attribute...) -> HTML { .void("img", attributes) }
package func input(_ attributes: Attribute...) -> HTML { .void("input", attributes) }
package func input(_ attributes: [Attribute]) -> HTML { .void("input", attributes) }
package func hr(_ attributes: Attribute...) -> HTML { .void("hr", attributes) }
package func br(_ attributes: Attribute...) -> HTML { .void("br", attributes) }

/// A script of ours, run when the page has been read.
package func script(_ source: Path) -> HTML { .element("script", [.src(source), .defer], HTML.init) }
