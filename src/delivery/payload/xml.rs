//! XML documents, built as a tree and written by the XML library.
//!
//! A tree rather than a text, so that no value can become markup: escaping is done once, by the library, and characters that XML cannot
//! express are replaced before.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::delivery::text::plain;

/// An XML element with attributes and either a text or children.
pub(super) struct Element {
    /// With its prefix, if it has one.
    name: &'static str,
    /// In the order in which they were added.
    attributes: Vec<(&'static str, String)>,
    /// Either a text or children, never both.
    inside: Inside,
}

/// Content of an element.
enum Inside {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    /// An element with a text. Any text is safe: it is cleaned here and escaped when written.
    pub(super) fn text(name: &'static str, text: impl AsRef<str>) -> Element {
        Element { name, attributes: Vec::new(), inside: Inside::Text(legal(&plain(text.as_ref()))) }
    }

    /// An element with children in the given order.
    pub(super) fn of(name: &'static str, children: impl IntoIterator<Item = Element>) -> Element {
        Element { name, attributes: Vec::new(), inside: Inside::Children(children.into_iter().collect()) }
    }

    /// The same element with one more attribute.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Element {
        self.attributes.push((name, legal(&plain(value))));
        self
    }

    /// The whole document with its XML declaration.
    pub(super) fn document(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        self.write_all(&mut writer).expect("memory takes everything");
        let mut text = String::from_utf8(writer.into_inner()).expect("written from texts");
        text.push('\n');
        text
    }

    /// Writes declaration and root.
    fn write_all(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.write(writer)
    }

    /// Writes the element with everything in it.
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (*name, value.as_str()));
        writer.write_event(Event::Start(BytesStart::new(self.name).with_attributes(attributes)))?;
        match &self.inside {
            Inside::Text(text) => writer.write_event(Event::Text(BytesText::new(text)))?,
            Inside::Children(children) => children.iter().try_for_each(|child| child.write(writer))?,
        }
        writer.write_event(Event::End(BytesEnd::new(self.name)))
    }
}

/// Replaces the characters that XML 1.0 does not allow (production 2).
/// U+FFFD takes their place, so that a reader sees that something was there.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::payload::testing::read;

    #[test]
    fn what_an_attacker_sends_comes_back_as_the_text_it_is() {
        let hostile = "]]><script a=\"1\">&amp;'</script>";
        let made = Element::of("a", [Element::text("b", hostile).with("c", "\"<&>'")]).document();
        let seen = read(&made).expect("a document");
        assert_eq!(seen.text_of("b"), hostile);
        assert_eq!(seen.children[0].attributes, [("c".to_owned(), "\"<&>'".to_owned())]);
    }

    #[test]
    fn characters_that_xml_forbids_are_not_in_it() {
        let made = Element::text("a", "x\0\u{1b}[31m\u{fffe}\u{ffff}\u{202e}y\r\nz").document();
        assert!(made.chars().all(|c| c == '\n' || (!c.is_control() && c < '\u{fffe}')), "{made:?}");
        assert_eq!(read(&made).expect("a document").text, "x  [31m\u{fffd}\u{fffd}y  z");
    }
}
