//! XML documents read back, for the tests of the formats.

use quick_xml::events::Event;

/// An element as read back by the parser.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct XmlElement {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<XmlElement>,
}

impl XmlElement {
    /// First element of that name, at any depth.
    pub(super) fn find(&self, name: &str) -> Option<&XmlElement> {
        if self.name == name {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(name))
    }

    /// Text of the first element of that name; empty if there is none.
    pub(super) fn text_of(&self, name: &str) -> &str {
        self.find(name).map_or("", |found| found.text.as_str())
    }

    /// Collects every element of that name.
    pub(super) fn all<'a>(&'a self, name: &str, found: &mut Vec<&'a XmlElement>) {
        if self.name == name {
            found.push(self);
        }
        self.children.iter().for_each(|child| child.all(name, found));
    }
}

/// Parses a document. Names keep their prefixes.
pub(super) fn read(text: &str) -> Result<XmlElement, String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open = vec![XmlElement::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                let mut seen = XmlElement { name: start.name().as_ref().to_owned(), ..XmlElement::default() };
                for attribute in start.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
                    seen.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
                }
                open.push(seen);
            }
            Event::End(_) => {
                let mut closed = open.pop().ok_or("an end too many")?;
                if !closed.children.is_empty() {
                    closed.text = closed.text.trim().to_owned();
                }
                open.last_mut().ok_or("an end too many")?.children.push(closed);
            }
            Event::Text(text) => open.last_mut().ok_or("text outside")?.text.push_str(&text),
            Event::GeneralRef(name) => {
                let escaped = format!("&{};", &*name);
                let plain = quick_xml::escape::unescape(&escaped).map_err(|error| error.to_string())?;
                open.last_mut().ok_or("text outside")?.text.push_str(&plain);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => return Err(format!("unexpected: {other:?}")),
        }
    }
    match open.pop() {
        Some(mut root) if open.is_empty() && root.children.len() == 1 => Ok(root.children.remove(0)),
        _ => Err("not one element".to_owned()),
    }
}
