//! A strict reader of the XML allowed in the exports: elements, attributes and text, and nothing else.

/// An element with its content.
#[derive(Clone, PartialEq, Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Its own text, without that of its children.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of that name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The texts of all elements without children, in order.
    pub fn texts(&self) -> Vec<String> {
        match self.children.as_slice() {
            [] => vec![self.text.clone()],
            children => children.iter().flat_map(Element::texts).collect(),
        }
    }
}

/// Reads a document; fails with the first error.
pub fn read(text: &str) -> Result<Element, String> {
    if let Some(c) = text.chars().find(|c| !legal(*c)) {
        return Err(format!("{c:?} is no character of XML 1.0"));
    }
    let declared = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let mut rest = text.strip_prefix(declared).ok_or("no declaration")?;
    let root = element(&mut rest)?;
    if rest.trim().is_empty() { Ok(root) } else { Err(format!("after the end: {rest:.40}")) }
}

/// Whether a character is allowed by production 2 of XML 1.0.
fn legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn element(rest: &mut &str) -> Result<Element, String> {
    *rest = rest.strip_prefix('<').ok_or_else(|| format!("no element: {rest:.40}"))?;
    let (inside, after) = rest.split_once('>').ok_or("a tag without end")?;
    *rest = after;
    let (name, mut attributes_text) = inside.split_once(' ').unwrap_or((inside, ""));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(format!("no name of an element: {name:.40}"));
    }
    let mut attributes = Vec::new();
    while !attributes_text.is_empty() {
        let (key, value) = attributes_text.split_once("=\"").ok_or_else(|| format!("in the tag {inside:.40}"))?;
        let (value, after) = value.split_once('"').ok_or_else(|| format!("in the tag {inside:.40}"))?;
        attributes.push((key.trim().to_owned(), plain(value)?));
        attributes_text = after;
    }
    let mut read = Element { name: name.to_owned(), attributes, text: String::new(), children: Vec::new() };
    loop {
        let (before, _) = rest.split_once('<').ok_or_else(|| format!("{name} has no end"))?;
        read.text.push_str(&plain(before)?);
        *rest = &rest[before.len()..];
        if let Some(end) = rest.strip_prefix("</") {
            let (closed, after) = end.split_once('>').ok_or("a tag without end")?;
            *rest = after;
            return if closed == name { Ok(read) } else { Err(format!("{name} is closed by {closed:.40}")) };
        }
        read.children.push(element(rest)?);
    }
}

/// Text with its entities resolved.
fn plain(text: &str) -> Result<String, String> {
    if text.contains("]]>") {
        return Err("]]> stands in a text".to_owned());
    }
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').ok_or_else(|| format!("a bare &: {part:.40}"))?;
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => return Err(format!("&{other:.40}; is not known")),
        });
        plain.push_str(after);
    }
    Ok(plain)
}

mod tests {
    #[test]
    fn the_reader_rejects_everything_invalid() {
        let read = |inside: &str| super::read(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>{inside}</a>"));
        let sound = read("<b c=\"&lt;\">x&amp;amp;</b>\n<d></d>").unwrap();
        assert_eq!((sound.text_of("b"), sound.children.len()), (Some("x&amp;"), 2));
        assert_eq!(sound.children[0].attributes, [("c".to_owned(), "<".to_owned())]);
        for wrong in [
            "<b>",
            "</a><a>",
            "&",
            "&nbsp;",
            "]]>",
            "<![CDATA[x]]>",
            "\u{0}",
            "\u{fffe}",
            "<b></c>",
            "<b/>",
            "<b c></b>",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
