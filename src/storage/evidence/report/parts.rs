//! The parts of a report: the marked sheet, tables, and the sections on vessels, score and handling.

use data_encoding::BASE64;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::events::Party;
use super::html::{Element, element, style, text};
use super::measures::{self, Measure, WHAT_AIS_CANNOT_SHOW};
use super::words::{behaviour_title, flag, mmsi, sentence_case, ship_type, vessel_name};
use crate::storage::store::Act;
use crate::storage::store::{AuditRow, Note};
use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::{Europol, InfoGrade, Reality, SourceGrade, Tlp};
use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;

/// The one style sheet, for screen and print.
const STYLE: &str = include_str!("style.css");

/// The marking of a page.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PageMarking {
    pub(super) tlp: Tlp,
    /// Its handling codes.
    pub(super) europol: Vec<Europol>,
    /// Whether it is real, an exercise or a test.
    pub(super) reality: Reality,
}

impl PageMarking {
    /// The marking of one alert; RED if it cannot be read.
    pub(super) fn of(alert: &Value) -> PageMarking {
        match handling_of(alert) {
            Some(handling) => PageMarking { tlp: handling.tlp, europol: handling.europol, reality: handling.reality },
            None => PageMarking { tlp: Tlp::Red, europol: Vec::new(), reality: Reality::Actual },
        }
    }

    /// The marking of several alerts: the most restricted one, every code, and exercise or test if one of them is.
    pub(super) fn of_all<'a>(alerts: impl Iterator<Item = &'a Value>) -> PageMarking {
        let joined = alerts.map(PageMarking::of).reduce(|mut all, one| {
            all.tlp = all.tlp.max(one.tlp);
            all.europol.extend(one.europol);
            if all.reality == Reality::Actual {
                all.reality = one.reality;
            }
            all
        });
        let mut joined = joined.unwrap_or(PageMarking { tlp: Tlp::Red, europol: Vec::new(), reality: Reality::Actual });
        joined.europol.sort_unstable();
        joined.europol.dedup();
        joined
    }

    /// The marking as text: `TLP:AMBER H1`
    pub(super) fn text(&self) -> String {
        self.europol.iter().fold(format!("TLP:{}", self.tlp.name()), |text, code| text + " " + code.name())
    }

    /// The bar at the top or bottom of each sheet. The colours of TLP are those of its standard (FIRST, TLP 2.0).
    fn bar(&self, class: &'static str) -> Element {
        let colour = match self.tlp {
            Tlp::Clear => "tlp-clear",
            Tlp::Green => "tlp-green",
            Tlp::Amber | Tlp::AmberStrict => "tlp-amber",
            Tlp::Red => "tlp-red",
        };
        let bar = element("div").class(class).add(text("span", self.text()).class(colour));
        match self.reality {
            Reality::Actual => bar,
            reality => bar.add(text("span", reality.name().to_uppercase()).class("reality")),
        }
    }
}

/// The marking of a stored alert; `None` if it is missing or not valid.
pub(super) fn handling_of(alert: &Value) -> Option<Handling> {
    serde_json::from_value(alert["handling"].clone()).ok()
}

/// Shown in place of receivers if the alerts of a report may be released to different ones, but the whole report to none of them.
const NO_RECEIVER: &str = "no one (its alerts are releasable to different receivers)";

/// The strictest handling of several alerts: the highest TLP with its grades, every code and condition, the receivers
/// that all of them name, personal data if one has them, and the earliest end of keeping. `None` without alerts.
pub(super) fn handling_of_all<'a>(alerts: impl Iterator<Item = &'a Value>) -> Option<Handling> {
    let mut all: Vec<Handling> = alerts.filter_map(handling_of).collect();
    // The strictest one is the base, because its grades and purpose are those shown.
    all.sort_by_key(|handling| handling.tlp);
    let receivers = receivers_of_all(&all);
    let mut strictest = all.pop()?;
    for other in all {
        strictest.europol.extend(other.europol);
        // Conditions add up. The same one is not repeated.
        if let Some(text) = other.handling_text {
            let known = strictest.handling_text.get_or_insert_default();
            if !known.contains(&text) {
                known.push_str(if known.is_empty() { "" } else { "; " });
                known.push_str(&text);
            }
        }
        strictest.personal_data |= other.personal_data;
        strictest.retain_until = strictest.retain_until.min(other.retain_until);
        if strictest.reality == Reality::Actual {
            strictest.reality = other.reality;
        }
    }
    strictest.europol.sort_unstable();
    strictest.europol.dedup();
    strictest.releasable_to = receivers;
    Some(strictest)
}

/// The receivers that every alert with a list of them names; empty if no alert has a list. If there are lists but no common receiver,
/// [`NO_RECEIVER`]: an empty list would be shown as no restriction.
fn receivers_of_all(all: &[Handling]) -> Vec<String> {
    let mut lists = all.iter().map(|handling| &handling.releasable_to).filter(|receivers| !receivers.is_empty());
    let Some(first) = lists.next() else {
        return Vec::new();
    };
    let mut common = first.clone();
    lists.for_each(|receivers| common.retain(|receiver| receivers.contains(receiver)));
    if common.is_empty() { vec![NO_RECEIVER.to_owned()] } else { common }
}

/// A complete page. It fetches and runs nothing, so that opening it tells no server, and each printed sheet shows the marking
/// at the top and bottom.
pub(super) fn page(title: &str, marked: &PageMarking, content: Vec<Element>) -> String {
    // The policy allows only this style sheet, by its hash.
    let hash = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    let head = element("head")
        .add(element("meta").with("charset", "utf-8"))
        .add(element("meta").with("http-equiv", "Content-Security-Policy").with("content", policy))
        .add(element("meta").with("name", "referrer").with("content", "no-referrer"))
        .add(element("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"))
        .add(text("title", format!("{} {title}", marked.text())))
        .add(style(STYLE));
    // The head and foot of a table are repeated on every printed sheet and keep space free for the fixed bars.
    let spacer = |part| element(part).add(element("tr").class("spacer").add(element("td")));
    let sheet = element("table")
        .class("sheet")
        .with("role", "presentation")
        .add(spacer("thead"))
        .add(element("tbody").add(element("tr").add(element("td").add(element("main").all(content)))))
        .add(spacer("tfoot"));
    let body = element("body").add(marked.bar("bar bar-top")).add(sheet).add(marked.bar("bar bar-bottom"));
    element("html").with("lang", "en").add(head).add(body).document()
}

/// A section with a heading. `None` without content.
pub(super) fn section(title: &str, content: Vec<Element>) -> Option<Element> {
    (!content.is_empty()).then(|| element("section").add(text("h2", title)).all(content))
}

/// A table with a header. `None` without rows.
pub(super) fn table(heads: &[(&str, &'static str)], rows: Vec<Element>) -> Option<Element> {
    let head = |(name, class): &(&str, &'static str)| match class.is_empty() {
        true => text("th", name),
        false => text("th", name).class(class),
    };
    let head = element("thead").add(element("tr").all(heads.iter().map(head)));
    (!rows.is_empty()).then(|| element("table").class("data").add(head).add(element("tbody").all(rows)))
}

/// A two-column table of names and values. Empty values are left out.
pub(super) fn facts(rows: Vec<(&str, String)>) -> Element {
    let row = |(name, value): (&str, String)| element("tr").add(text("th", name)).add(text("td", value));
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty()).map(row);
    element("table").class("facts").add(element("tbody").all(rows))
}

/// The severity on its colour, followed by further text.
pub(super) fn grade(severity: &str, rest: &str) -> Element {
    let class = match severity {
        "critical" => "severity severity-critical",
        "high" => "severity severity-high",
        "medium" => "severity severity-medium",
        "low" => "severity severity-low",
        _ => "severity severity-info",
    };
    element("p").class("grade").add(text("span", severity.to_uppercase()).class(class)).text(rest)
}

/// A number in the style of the map's marks.
pub(super) fn dot(number: usize) -> Element {
    text("span", number.to_string()).class("dot")
}

/// A table cell with a position in both notations.
pub(super) fn place(at: Option<LatLon>) -> Element {
    match at {
        Some(at) => element("td")
            .class("fixed")
            .text(at.degrees_minutes())
            .add(element("br"))
            .add(text("span", at.decimal_degrees()).class("small")),
        None => text("td", "not known"),
    }
}

/// A table cell with a time, or a dash.
pub(super) fn when(at: Option<Time>) -> Element {
    text("td", at.map_or("-".to_owned(), Time::minute)).class("fixed")
}

/// The vessels as they identify themselves. `None` without vessels.
pub(super) fn vessels(parties: &[Party]) -> Option<Element> {
    // Most behaviours give their vessels no part to play; the column would be empty.
    let cast = parties.iter().any(|party| !party.roles.is_empty());
    let row = |party: &Party| {
        let vessel = &party.vessel;
        let word = |key: &str| vessel[key].as_str().unwrap_or("-").to_owned();
        let number = vessel["imo"].as_u64().map_or("-".to_owned(), |imo| imo.to_string());
        let row = element("tr")
            .add(text("td", party.name()))
            .add(text("td", mmsi(vessel)).class("fixed"))
            .add(text("td", number).class("fixed"))
            .add(text("td", word("call_sign")))
            .add(text("td", flag(vessel)))
            .add(text("td", sentence_case(ship_type(vessel))));
        let parts: Vec<&str> = party.roles.iter().map(|role| part_played(role)).collect();
        match (cast, parts.is_empty()) {
            (false, _) => row,
            (true, true) => row.add(text("td", "-")),
            (true, false) => row.add(text("td", parts.join(", "))),
        }
    };
    let mut heads = vec![
        ("Name", ""),
        ("MMSI", "fixed"),
        ("IMO number", "fixed"),
        ("Call sign", ""),
        ("Flag (by MMSI)", ""),
        ("Type", ""),
    ];
    if cast {
        heads.push(("Part played", ""));
    }
    table(&heads, parties.iter().map(row).collect())
}

/// The part that a vessel played, in words. What it is said to have dropped or collected is only a possibility.
fn part_played(role: &str) -> &str {
    match role {
        "dropper" => "possible drop",
        "collector" => "possible collection",
        "mother" => "larger ship",
        "daughter" => "small craft",
        "dark" => "silent",
        other => other,
    }
}

/// The measured values beside their thresholds, and the other settings of the rule.
pub(super) fn measures(alert: &Value) -> Vec<Element> {
    let (measures, others) = measures::measures(alert);
    let row = |Measure { measured, beside, .. }: &Measure| {
        let beside: Vec<String> = beside.iter().map(|(how, limit)| format!("{} {}", how.words(), limit.text)).collect();
        let beside = beside.join("; ");
        element("tr")
            .add(text("td", measured.name.as_str()))
            .add(text("td", measured.text.as_str()).class("fixed"))
            .add(text("td", if beside.is_empty() { "-" } else { &beside }))
    };
    let rows = measures.iter().map(row).collect();
    let mut parts: Vec<Element> =
        table(&[("Measured", ""), ("Value", ""), ("Threshold", "")], rows).into_iter().collect();
    // Nothing is withheld: a threshold that no value is compared with is listed below the table.
    let others: Vec<String> = others.iter().map(|other| format!("{}: {}", other.name, other.text)).collect();
    if !others.is_empty() {
        parts.push(text("p", format!("Other settings of the rule: {}.", others.join("; "))).class("small"));
    }
    parts
}

/// The score reasons with their points, and the total. `None` without reasons.
pub(super) fn score(alert: &Value) -> Option<Element> {
    // As stored: the report shows the score as it was given, not as today's settings would give it.
    let reasons = alert["score_reasons"].as_array().map_or(&[][..], Vec::as_slice);
    let mut rows: Vec<Element> = reasons
        .iter()
        .map(|reason| {
            let points = reason["points"].as_i64().unwrap_or_default();
            element("tr")
                .add(text("td", format!("{points:+}").replace('-', "\u{2212}")).class("right"))
                .add(text("td", reason["text"].as_str().unwrap_or_default()))
        })
        .collect();
    if !rows.is_empty() {
        let severity = alert["severity"].as_str().unwrap_or_default();
        let total = element("tr")
            .class("total")
            .add(text("td", alert["score"].to_string()).class("right"))
            .add(text("td", format!("of 100: {severity}")));
        rows.push(total);
    }
    table(&[("Points", "right"), ("Reason", "")], rows)
}

/// What people did, oldest first. Has a column for the alert's number if there are several alerts.
pub(super) fn acts(rows: &[(Option<usize>, &AuditRow)], notes: &[&Note]) -> Option<Element> {
    // The report of a single alert needs no column for its number.
    let numbered = rows.iter().any(|(number, _)| number.is_some());
    // What the program did is in the history of the alert.
    let by_people = rows.iter().filter(|(_, row)| !row.is_machine());
    let row = |(number, act): &(Option<usize>, &AuditRow)| {
        // The audit row of a note has no text; author and time find it.
        let note = notes.iter().find(|note| act.says(Act::Noted) && note.at == act.at && note.who == act.who);
        let why = note.map(|note| note.text.as_str()).or(act.why.as_deref()).unwrap_or_default();
        let mut row = element("tr")
            .add(text("td", act.at.minute()).class("fixed"))
            .add(text("td", act.by()))
            .add(text("td", &act.what));
        if numbered {
            row = row.add(match number {
                Some(number) => element("td").add(dot(*number)),
                None => text("td", "case"),
            });
        }
        row.add(text("td", why))
    };
    let mut heads = vec![("When (UTC)", "fixed"), ("Who", ""), ("What", "")];
    if numbered {
        heads.push(("Alert", ""));
    }
    heads.push(("Words", ""));
    table(&heads, by_people.map(row).collect())
}

/// The marking in words. `None` if it cannot be read.
pub(super) fn handling(handling: &Handling) -> Element {
    let tlp = match handling.tlp {
        Tlp::Clear => "may be passed on without limits",
        Tlp::Green => "may be passed on within the community",
        Tlp::Amber => "for the receiving organisation and its clients, on a need-to-know basis",
        Tlp::AmberStrict => "for the receiving organisation only, on a need-to-know basis",
        Tlp::Red => "only for the persons it is given to",
    };
    let code = |code: &Europol| {
        let meaning = match code {
            Europol::H0 => "to be used only to prevent and combat crime",
            Europol::H1 => "not to be used in judicial proceedings without the provider's permission",
            Europol::H2 => "not to be passed on without the provider's permission",
            Europol::H3 => "other restrictions, as written below",
        };
        format!("{}: {meaning}", code.name())
    };
    let source = match handling.source_grade {
        SourceGrade::A => "no doubt about the source",
        SourceGrade::B => "source mostly reliable",
        SourceGrade::C => "source mostly unreliable",
        SourceGrade::X => "reliability of the source cannot be assessed",
    };
    let info = match handling.info_grade {
        InfoGrade::One => "accuracy not in doubt",
        InfoGrade::Two => "known to the source itself, not to the person who reports",
        InfoGrade::Three => "corroborated by other information",
        InfoGrade::Four => "not corroborated",
    };
    let by = handling.marked_by.as_ref().zip(handling.marked_at);
    facts(vec![
        ("Sharing", format!("TLP:{}: {tlp}", handling.tlp.name())),
        ("Handling codes", handling.europol.iter().map(code).collect::<Vec<_>>().join("; ")),
        ("Conditions", handling.handling_text.clone().unwrap_or_default()),
        ("Releasable to", handling.releasable_to.join(", ")),
        ("Grading", format!("{}{} (4×4): {source}; {info}", handling.source_grade.name(), handling.info_grade.name())),
        ("Purpose", spaced(&handling.purpose.name())),
        ("Personal data", if handling.personal_data { "yes" } else { "no" }.to_owned()),
        ("Legal basis", handling.legal_basis.clone().unwrap_or_default()),
        ("Keep until", handling.retain_until.date()),
        (
            "Status",
            if handling.reality == Reality::Actual { String::new() } else { handling.reality.name().to_owned() },
        ),
        ("Marked by", by.map_or(String::new(), |(who, at)| format!("{who}, {} UTC", at.minute()))),
    ])
}

/// `LawEnforcementMonitoring` as `Law enforcement monitoring`.
fn spaced(name: &str) -> String {
    let letter = |(index, c): (usize, char)| match 0 < index && c.is_uppercase() {
        true => format!(" {}", c.to_lowercase()),
        false => c.to_string(),
    };
    name.chars().enumerate().map(letter).collect()
}

/// The section on what AIS cannot show.
pub(super) fn limits() -> Option<Element> {
    let list = element("ul").class("plain").all(WHAT_AIS_CANNOT_SHOW.iter().map(|limit| text("li", *limit)));
    section("What AIS cannot show", vec![list])
}

/// The section on how the page was made, and from what: time, program, units, and the sources of the map.
pub(super) fn about(now: Time) -> Option<Element> {
    let made = format!(
        "Made {} UTC by the vessel-tracking daemon Atalaia {} from its store. All times are UTC, all positions WGS 84. Tracks are the \
         positions stored with the alerts (at most 200 a vessel), joined by straight lines. Coastline: Natural Earth 1:10 million; \
         harbours: World Port Index. The map is for orientation, not for navigation.",
        now.minute(),
        env!("CARGO_PKG_VERSION")
    );
    section("About this page", vec![text("p", made).class("small")])
}

/// The title of an alert: `Meeting of two ships: ALFA and BRAVO`
pub(super) fn title_of(alert: &Value) -> String {
    const MOST: usize = 3;
    let vessels = alert["vessels"].as_array().map_or(&[][..], Vec::as_slice);
    let mut names: Vec<String> = vessels.iter().take(MOST).map(vessel_name).collect();
    if MOST < vessels.len() {
        names.push(format!("{} more", vessels.len() - MOST));
    }
    let what = behaviour_title(alert["behaviour"].as_str().unwrap_or_default());
    match names.as_slice() {
        [] => what,
        [one] => format!("{what}: {one}"),
        [first @ .., last] => format!("{what}: {} and {last}", first.join(", ")),
    }
}
