//! Builds a page of HTML as a tree. Texts and attribute values are escaped in one place, and nothing else reaches the
//! file.

use atalaia_core::ais::hidden;

/// Elements without content and end tag.
const VOID: [&str; 3] = ["meta", "br", "hr"];

/// A node of the page.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// Text of any origin, not yet escaped.
    Text(String),
}

/// An element with its attributes and content.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// Name of the tag.
    name: &'static str,
    /// Names and values; values are escaped when written.
    attributes: Vec<(&'static str, String)>,
    /// What is inside, in order.
    content: Vec<Node>,
    /// Written without escaping. Only from constants.
    verbatim: &'static str,
}

/// An empty element with this name. Names are constants, never data.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), content: Vec::new(), verbatim: "" }
}

/// An element with one text.
pub(super) fn text(name: &'static str, text: impl AsRef<str>) -> Element {
    element(name).text(text)
}

/// The style sheet, written without escaping.
pub(super) fn style(sheet: &'static str) -> Element {
    Element { verbatim: sheet, ..element("style") }
}

impl Element {
    /// Adds an attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Element {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// Adds a class.
    pub(super) fn class(self, name: &'static str) -> Element {
        self.with("class", name)
    }

    /// Adds a text at the end.
    pub(super) fn text(mut self, text: impl AsRef<str>) -> Element {
        self.content.push(Node::Text(text.as_ref().to_owned()));
        self
    }

    /// Adds an element at the end.
    pub(super) fn add(mut self, child: Element) -> Element {
        self.content.push(Node::Element(child));
        self
    }

    /// Adds several elements at the end.
    pub(super) fn all(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.content.extend(children.into_iter().map(Node::Element));
        self
    }

    /// The element as a whole document.
    pub(super) fn document(&self) -> String {
        let mut out = "<!DOCTYPE html>\n".to_owned();
        self.write(&mut out);
        out.push('\n');
        out
    }

    /// Appends the element and what is in it.
    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, out);
            out.push('"');
        }
        out.push('>');
        if VOID.contains(&self.name) {
            return;
        }
        out.push_str(self.verbatim);
        for child in &self.content {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => escape(text, out),
            }
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
        if BREAKS_AFTER.contains(&self.name) {
            out.push('\n');
        }
    }
}

/// Elements followed by a line feed, so that lines are short enough to read and compare.
const BREAKS_AFTER: [&str; 12] =
    ["head", "style", "title", "p", "h1", "h2", "h3", "tr", "table", "section", "svg", "li"];

/// Escapes markup, drops control characters and characters that hide or reverse text, and turns line ends into spaces.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_whitespace() && c != '\u{a0}' => out.push(' '),
            c if c.is_control() || hidden(c) => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        let hostile = "</style><script>alert(\"1\")</script><img src=x onerror='x'>&lt;\u{0}\u{202e}\nend";
        let page = element("p").with("title", hostile).text(hostile).document();
        assert_eq!(page.matches('<').count(), 3, "the declaration and the paragraph: {page}");
        assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"), "{page}");
        assert!(page.contains("&amp;lt; end") && !page.contains('\u{202e}') && !page.contains('\u{0}'), "{page}");
    }

    #[test]
    fn void_elements_have_no_end() {
        assert_eq!(element("p").add(element("br")).document(), "<!DOCTYPE html>\n<p><br></p>\n\n");
    }
}
