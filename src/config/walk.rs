//! One walk over a document against the shape of the settings. It finds every fault, and returns the document without them.
//!
//! A walk finds faults of form: keys, types, words and ranges. It goes on after each, with a placeholder where the
//! structs need a value. So the rest of the document is checked in the same run, and the structs never see a fault.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::example::{example, without_indices};
use super::shape::{Key, Limits, SETTINGS, Shape, Whole};
use atalaia_core::base::fault::Fault;
use atalaia_core::base::text::{advice, intended};

/// A key that is unknown or missing, or whose value cannot be used.
pub(super) struct Misfit {
    /// Position of the key or value; of the table around it if the key is missing.
    pub(super) span: Range<usize>,
    /// The path of the key in the files, such as `inputs[0].address`, what is wrong, and what to write instead.
    pub(super) fault: Fault,
    /// Whether the line may hold a secret, and must not be shown.
    pub(super) is_secret: bool,
}

/// Result of a walk.
#[derive(Default)]
pub(super) struct WalkResult<'a> {
    /// Every fault.
    pub(super) misfits: Vec<Misfit>,
    /// Keys under a former name, which are read all the same.
    pub(super) renamed: Vec<Misfit>,
    /// The document without its faults. A key that is required and faulty has a placeholder, so that its neighbours are still checked.
    pub(super) table: DeTable<'a>,
    /// Entries of lists left out because nothing can stand in for a key they need: path of the list and index in the files, ascending.
    pub(super) left_out: Vec<(String, usize)>,
}

/// Walks a whole document; `shape` is that of the settings, which is a table.
pub(super) fn walk<'a>(shape: &Shape, table: &DeTable<'a>) -> WalkResult<'a> {
    let mut walk = Walk::default();
    let keys = if let Shape::Table(keys) = shape { keys.as_slice() } else { &[] };
    let table = walk.table(keys, table, &(0..0), "").unwrap_or_default();
    WalkResult { misfits: walk.misfits, renamed: walk.renamed, table, left_out: walk.left_out }
}

/// What a walk has found so far.
#[derive(Default)]
struct Walk {
    /// The faults.
    misfits: Vec<Misfit>,
    /// The former names.
    renamed: Vec<Misfit>,
    /// The entries of lists left out.
    left_out: Vec<(String, usize)>,
}

impl Walk {
    /// The table without faults; `None` if a key it needs has nothing that can stand in for it.
    fn table<'a>(&mut self, keys: &[Key], table: &DeTable<'a>, span: &Range<usize>, path: &str) -> Option<DeTable<'a>> {
        let mut sound = DeTable::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = below(path, name);
            let Some(known) = self.known(keys, key, table, &path) else { continue };
            // Others are checked for whether a secret is given, so a faulty one is not just left out.
            let is_secret = matches!(known.shape, Shape::Secret(_));
            let value = self.value(&known.shape, value, &path);
            if let Some(value) = value.or_else(|| stand_in(&known.shape).filter(|_| is_secret)) {
                sound.insert(Spanned::new(key.span(), known.name.clone().into()), value);
            }
        }
        // A required key that is missing is reported; one that was faulty has been reported above. Both need a value,
        // or the structs would report the table as a whole.
        let mut is_usable = true;
        for key in keys.iter().filter(|key| key.is_required) {
            if sound.contains_key(key.name.as_str()) {
                continue;
            }
            if !table.contains_key(key.name.as_str()) {
                self.missing(key, span, path);
            }
            match stand_in(&key.shape) {
                Some(value) => drop(sound.insert(Spanned::new(span.clone(), key.name.clone().into()), value)),
                None => is_usable = false,
            }
        }
        is_usable.then_some(sound)
    }

    /// The key as the schema has it, also if its former name is written. `None`, and a fault, if there is no such key, or if both of its
    /// names are written.
    fn known<'k>(
        &mut self,
        keys: &'k [Key],
        key: &Spanned<Cow<'_, str>>,
        table: &DeTable<'_>,
        path: &str,
    ) -> Option<&'k Key> {
        let name = key.get_ref().as_ref();
        if let Some(known) = keys.iter().find(|known| known.name == name) {
            return Some(known);
        }
        match keys.iter().find(|known| known.former_name.as_deref() == Some(name)) {
            Some(known) if table.contains_key(known.name.as_str()) => {
                let what = format!("is the former name of {}, which is also set", known.name);
                self.misfit(key.span(), path, what, Some("remove this line".to_owned()))
            }
            Some(known) => {
                let fault = Fault::new(path, format!("is called `{}`", known.name));
                let fault = fault.advise("rename it: the former name is still read");
                self.renamed.push(Misfit { span: key.span(), fault, is_secret: false });
                Some(known)
            }
            // In TOML a key above the first header belongs to no table: the header was written too late.
            None if !path.contains('.') && table_with(keys, name).is_some() => {
                let advice = table_with(keys, name).map(|table| format!("move it below [{table}]"));
                self.misfit(key.span(), path, "is above the first [table]".to_owned(), advice)
            }
            None => {
                let known: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
                let near = intended(name, &known);
                let advice = near.or_else(|| right_table(path, name)).unwrap_or_else(|| advice(name, &known));
                self.misfit(key.span(), path, "unknown key".to_owned(), Some(advice))
            }
        }
    }

    /// The value without faults; `None` if it cannot be used. Every `None` comes with a fault, but for one of a table
    /// whose keys have theirs.
    fn value<'a>(&mut self, shape: &Shape, value: &Spanned<DeValue<'a>>, path: &str) -> Option<Spanned<DeValue<'a>>> {
        let sound = match (shape, value.get_ref()) {
            (Shape::Table(keys), DeValue::Table(table)) => {
                DeValue::Table(self.table(keys, table, &value.span(), path)?)
            }
            (Shape::Map(of), DeValue::Table(table)) => {
                let entry = |(key, value): (&Spanned<_>, &Spanned<_>)| {
                    let name: &str = AsRef::<str>::as_ref(key.get_ref());
                    Some((key.clone(), self.value(of, value, &below(path, name))?))
                };
                DeValue::Table(table.iter().filter_map(entry).collect())
            }
            (Shape::Secret(keys), _) => self.secret(keys, value, path)?,
            (Shape::List(of, length), DeValue::Array(list)) => {
                DeValue::Array(self.list(of, *length, list, value, path)?)
            }
            (Shape::List(..), DeValue::Table(_)) => {
                let advice = format!("write [[{path}]] in place of [{path}]");
                let what = "is a single table, and there may be several".to_owned();
                return self.misfit(value.span(), path, what, Some(advice));
            }
            (Shape::Choice(words), DeValue::String(word)) if !words.iter().any(|known| known == word) => {
                let known: Vec<&str> = words.iter().map(String::as_str).collect();
                return self.misfit(value.span(), path, format!("\"{word}\" is not known"), Some(advice(word, &known)));
            }
            (Shape::Path, DeValue::String(text)) if text.contains(char::is_control) => {
                // Most often from a path of Windows: "C:\temp" has a tab in it.
                let what = "contains a control character, such as a tab".to_owned();
                let advice = "in double quotes a backslash begins an escape: write \"C:/temp\" or 'C:\\temp'";
                return self.misfit(value.span(), path, what, Some(advice.to_owned()));
            }
            (Shape::Choice(_) | Shape::Text | Shape::Path, DeValue::String(_))
            | (Shape::Boolean, DeValue::Boolean(_)) => value.get_ref().clone(),
            (Shape::Whole(whole), DeValue::Integer(number)) => {
                // A number beyond 128 bits is out of range whatever the range is.
                let parsed = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX);
                if !(whole.least..=whole.most).contains(&parsed) {
                    return self.wrong_type(shape, value, path);
                }
                self.within(whole.limits, parsed as f64, value, path)?
            }
            (Shape::Number(limits), DeValue::Integer(number)) => {
                let parsed = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX);
                self.within(*limits, parsed as f64, value, path)?
            }
            (Shape::Number(limits), DeValue::Float(number)) => {
                let parsed = number.as_str().parse().unwrap_or(f64::NAN);
                self.within(*limits, parsed, value, path)?
            }
            (Shape::Any, value) => value.clone(),
            _ => return self.wrong_type(shape, value, path),
        };
        Some(Spanned::new(value.span(), sound))
    }

    /// The list without the entries that cannot be used. `None` if its length is fixed and now another: a corner of
    /// two numbers is of no use with one.
    fn list<'a>(
        &mut self,
        of: &Shape,
        length: Option<usize>,
        list: &DeArray<'a>,
        whole: &Spanned<DeValue<'a>>,
        path: &str,
    ) -> Option<DeArray<'a>> {
        if let Some(length) = length.filter(|length| *length != list.len()) {
            let what = format!("has {} entries", list.len());
            return self.misfit(whole.span(), path, what, Some(format!("write {length}")));
        }
        let mut sound = DeArray::new();
        for (index, element) in list.iter().enumerate() {
            match self.value(of, element, &format!("{path}[{index}]")) {
                Some(element) => sound.push(element),
                None => self.left_out.push((path.to_owned(), index)),
            }
        }
        length.is_none_or(|length| length == sound.len()).then_some(sound)
    }

    /// The reference to a secret, which is kept elsewhere; anything else is refused, and its line is not shown.
    /// `None` if it cannot be used.
    fn secret<'a>(&mut self, keys: &[Key], value: &Spanned<DeValue<'a>>, path: &str) -> Option<DeValue<'a>> {
        if let DeValue::Table(table) = value.get_ref()
            && let [(key, inner)] = table.iter().collect::<Vec<_>>()[..]
            && let Some(known) = keys.iter().find(|known| known.name == key.get_ref().as_ref())
        {
            self.value(&known.shape, inner, &below(path, &known.name))?;
            return Some(value.get_ref().clone());
        }
        let fault = Fault::new(path, "secrets do not stand in the settings");
        let fault = fault.advise("write { file = \"PATH\" } or { credential = \"NAME\" }");
        self.misfits.push(Misfit { span: value.span(), fault, is_secret: true });
        None
    }

    /// The value, unless the number is outside its range.
    fn within<'a>(
        &mut self,
        limits: Option<Limits>,
        number: f64,
        value: &Spanned<DeValue<'a>>,
        path: &str,
    ) -> Option<DeValue<'a>> {
        match limits {
            Some(limits) if !limits.hold(number) => {
                let Limits { least, most } = limits;
                let what = format!("must lie between {least} and {most}, not {}", given(value.get_ref()));
                self.misfit(value.span(), path, what, None)
            }
            _ => Some(value.get_ref().clone()),
        }
    }

    /// Reports a key that the table at `span` needs and does not have.
    fn missing(&mut self, key: &Key, span: &Range<usize>, path: &str) {
        let path = below(path, &key.name);
        let advice = format!("write {}", example(&path, &key.name));
        self.misfit::<()>(span.clone(), &path, "is missing".to_owned(), Some(advice));
    }

    /// Reports a value of another type than its key holds, with advice as close to what was written as
    /// possible. Always `None`.
    fn wrong_type<T>(&mut self, shape: &Shape, value: &Spanned<DeValue<'_>>, path: &str) -> Option<T> {
        // An entry of a list has the example of its list.
        let last = path.rfind('.').map_or(0, |dot| dot + 1);
        let whole = path[last..].find('[').map_or(path, |index| &path[..last + index]);
        let key = &whole[last..];
        let (given, what) = (given(value.get_ref()), needed(shape));
        let advice = match (shape, value.get_ref()) {
            (Shape::Text | Shape::Path, DeValue::Datetime(_)) => format!("put it in quotes: {key} = \"{given}\""),
            (Shape::List(..), value) if whole == path && !matches!(value, DeValue::Table(_)) => {
                format!("put it in brackets: {key} = [{given}]")
            }
            (Shape::Whole(_) | Shape::Number(_), DeValue::String(text)) if is_number(shape, text) => {
                match &path[whole.len()..] {
                    "" => format!("write {key} = {text}, without quotes"),
                    index if index.matches('[').count() == 1 => format!("write {key} = [{text}], without quotes"),
                    _ => format!("write {}", example(whole, key)),
                }
            }
            // An example would be one of the two, and perhaps the opposite of what is meant.
            (Shape::Boolean, value) => match meant(value) {
                Some(truth) => format!("write {key} = {truth}, without quotes"),
                None => format!("write {key} = true or {key} = false, without quotes"),
            },
            _ => format!("write {}", example(whole, key)),
        };
        self.misfit(value.span(), path, format!("{given} is not {what}"), Some(advice))
    }

    /// Reports a fault that gives no secret away. Always `None`, so that a caller can return it.
    fn misfit<T>(&mut self, span: Range<usize>, path: &str, what: String, advice: Option<String>) -> Option<T> {
        self.misfits.push(Misfit {
            span,
            fault: Fault { key: path.to_owned(), what, advice, other: None },
            is_secret: false,
        });
        None
    }
}

/// The path of a key in the table at `path`; the top has an empty path.
fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A value as it is quoted in a message. Lists and tables may be long, and are only named.
fn given(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// What a word or number in place of a truth value means; `None` if that is not certain.
fn meant(value: &DeValue<'_>) -> Option<bool> {
    let word = match value {
        DeValue::String(word) => word.trim().to_ascii_lowercase(),
        DeValue::Integer(number) => number.to_string(),
        _ => return None,
    };
    match word.as_str() {
        "true" | "yes" | "y" | "on" | "1" | "enabled" => Some(true),
        "false" | "no" | "n" | "off" | "0" | "disabled" => Some(false),
        _ => None,
    }
}

/// Whether a text is a number as TOML has it that the key may hold: then its quotes are all that is wrong with it.
fn is_number(shape: &Shape, text: &str) -> bool {
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (before, after) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_decimal = is_plain(before) && is_plain(after) && (before == "0" || !before.starts_with('0'));
    match (shape, text.parse::<f64>()) {
        (Shape::Whole(whole), Ok(number)) => {
            let of_type = (whole.least as f64..=whole.most as f64).contains(&number);
            before == digits && is_decimal && of_type && whole.limits.is_none_or(|limits| limits.hold(number))
        }
        (Shape::Number(limits), Ok(number)) => is_decimal && limits.is_none_or(|limits| limits.hold(number)),
        _ => false,
    }
}

/// The table among `keys` that has a key of this name; `None` if there is none.
fn table_with<'k>(keys: &'k [Key], name: &str) -> Option<&'k str> {
    let has = |key: &&Key| matches!(&key.shape, Shape::Table(inner) if inner.iter().any(|inner| inner.name == name));
    keys.iter().find(has).map(|table| table.name.as_str())
}

/// Most tables that are named as the right one for a key; with more, the name says too little.
const MOST_TABLES: usize = 3;

/// Where the key `name`, written at `path`, belongs: in TOML a header opens a table for all lines below it, so a key that comes after one
/// is easily in the wrong table. The tables around it come first, then those elsewhere. `None` if no table has it, or many have.
fn right_table(path: &str, name: &str) -> Option<String> {
    let below_top = path.contains('.');
    let here = path.rsplit_once('.').map_or("", |(table, _)| table);
    let mut found = Vec::new();
    tables_with(&SETTINGS, "", name, &mut found);
    let header = without_indices(here);
    // The nearest table around it that has the key.
    let around = found.iter().rfind(|(at, _)| below_top && (at.is_empty() || header.starts_with(&format!("{at}."))));
    if let Some((at, is_list)) = around {
        return Some(match (at.as_str(), is_list) {
            ("", _) => "it belongs to no table: write it above the first [table]".to_owned(),
            (at, true) => format!("it belongs to [[{at}]]: write it above [{header}]"),
            (at, false) => format!("it belongs to [{at}]: write it above [{header}]"),
        });
    }
    // A table that there is once is the more likely one.
    found.sort_by_key(|(_, is_list)| *is_list);
    let names = found.iter().map(|(at, is_list)| if *is_list { format!("[[{at}]]") } else { format!("[{at}]") });
    let names: Vec<String> = names.collect();
    (below_top && (1..=MOST_TABLES).contains(&names.len()))
        .then(|| format!("it belongs to {}: move it below that header", names.join(" or ")))
}

/// The paths of all tables below `at` that have a key of this name, without indices, and whether they are entries of a list. A table comes
/// before those in it.
fn tables_with(shape: &Shape, at: &str, name: &str, found: &mut Vec<(String, bool)>) {
    let (keys, is_list) = match shape {
        Shape::Table(keys) => (keys, false),
        Shape::List(of, _) => match &**of {
            Shape::Table(keys) => (keys, true),
            _ => return,
        },
        _ => return,
    };
    if keys.iter().any(|key| key.name == name) {
        found.push((at.to_owned(), is_list));
    }
    keys.iter().for_each(|key| tables_with(&key.shape, &below(at, &key.name), name, found));
}

/// What a key may hold, in words. The range of a narrow type is stated, as a plain number can exceed it.
fn needed(shape: &Shape) -> String {
    match shape {
        Shape::Table(_) | Shape::Map(_) | Shape::Secret(_) => "a table".to_owned(),
        Shape::List(..) => "a list".to_owned(),
        Shape::Choice(_) | Shape::Text | Shape::Path | Shape::Any => "a string".to_owned(),
        Shape::Boolean => "true or false".to_owned(),
        Shape::Number(_) => "a number".to_owned(),
        Shape::Whole(Whole { least: 0, most, .. }) if *most < i128::from(u32::MAX) => {
            format!("a whole number (0 to {most})")
        }
        Shape::Whole(Whole { least: 0, .. }) => "a whole number (0 or more)".to_owned(),
        Shape::Whole(_) => "a whole number".to_owned(),
    }
}

/// Placeholder for a required value that is missing or faulty. `None` if what else is wrong depends on the value: a
/// kind, for instance, decides which other keys its entry needs, so the entry is left out.
fn stand_in(shape: &Shape) -> Option<Spanned<DeValue<'static>>> {
    let value = match shape {
        Shape::Text | Shape::Path => DeValue::String("-".into()),
        Shape::Boolean => DeValue::Boolean(false),
        Shape::List(_, None) => DeValue::Array(DeArray::new()),
        Shape::Map(_) => DeValue::Table(DeTable::new()),
        Shape::Secret(keys) => {
            let key = keys.first()?;
            let only = (Spanned::new(0..0, key.name.clone().into()), stand_in(&key.shape)?);
            DeValue::Table(DeTable::from_iter([only]))
        }
        _ => return None,
    };
    Some(Spanned::new(0..0, value))
}
