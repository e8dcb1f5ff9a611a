//! What the daemon may put into the marking of an alert, and what an analyst may.

use serde_json::json;

use super::*;

fn made() -> Handling {
    let opened = Time::parse("2026-03-14T02:40:12Z").expect("a time");
    HandlingSettings::default().of(opened, false, false)
}

#[test]
fn the_automatic_marking_is_cautious_and_leaves_out_empty_fields() {
    let expected = json!({"tlp": "AMBER", "europol": ["H1"], "source_grade": "B", "info_grade": "4", "scheme": "4x4",
        "purpose": "LawEnforcementMonitoring", "personal_data": false, "retain_until": "2027-03-14T00:00:00Z", "reality": "actual"});
    assert_eq!(serde_json::to_string(&made()).expect("plain data"), expected.to_string(), "in this order too");
    let read: Handling = serde_json::from_value(expected).expect("it is one");
    assert_eq!(read, made());
    let settings = HandlingSettings::default();
    let sure = settings.of(Time::from_millis(0), true, true);
    assert!(sure.info_grade == InfoGrade::Three && sure.personal_data);
}

#[test]
fn settings_that_grade_alerts_as_certain_are_refused() {
    assert_eq!(HandlingSettings::default().problems(), []);
    let faults =
        |settings: HandlingSettings| settings.problems().iter().map(Fault::to_string).collect::<Vec<_>>().join("\n");
    let usual = HandlingSettings::default;
    let certain = faults(HandlingSettings { source_grade: SourceGrade::A, ..usual() });
    assert!(certain.starts_with("handling.source_grade: cannot be A"), "{certain}");
    let certain =
        faults(HandlingSettings { info_grade: InfoGrade::One, corroborated_info_grade: InfoGrade::One, ..usual() });
    assert!(
        certain.contains("handling.info_grade: cannot") && certain.contains("handling.corroborated_info_grade: cannot"),
        "{certain}"
    );
    let upside_down = faults(HandlingSettings { info_grade: InfoGrade::Two, ..usual() });
    assert!(upside_down.contains("less certain"), "{upside_down}");
    for grade in [SourceGrade::B, SourceGrade::C, SourceGrade::X] {
        assert_eq!(faults(HandlingSettings { source_grade: grade, ..usual() }), "");
    }
}

#[test]
fn settings_that_a_receiver_could_not_act_on_are_refused() {
    let faults =
        |settings: HandlingSettings| settings.problems().iter().map(Fault::to_string).collect::<Vec<_>>().join("\n");
    let usual = HandlingSettings::default;
    let h3 = |text: Option<&str>| HandlingSettings {
        europol: vec![Europol::H1, Europol::H3],
        handling_text: text.map(str::to_owned),
        ..usual()
    };
    assert_eq!(faults(h3(None)), "handling.handling_text: is missing, and H3 needs it; state which restrictions apply");
    assert_eq!(faults(h3(Some(" "))), faults(h3(None)));
    assert_eq!(faults(h3(Some("ask the duty officer"))), "");
    let unnamed = |personal_data| faults(HandlingSettings { purpose: Purpose::NonSpecified, personal_data, ..usual() });
    assert!(unnamed(PersonalData::SmallCraft).starts_with("handling.purpose: "));
    assert!(unnamed(PersonalData::Always).starts_with("handling.purpose: "));
    assert_eq!(unnamed(PersonalData::Never), "");
    let wrong = HandlingSettings {
        europol: vec![Europol::H1, Europol::H1],
        releasable_to: vec!["ES".to_owned(), "P\u{202e}T".to_owned()],
        legal_basis: Some(String::new()),
        handling_text: Some("a".repeat(501)),
        ..usual()
    };
    assert_eq!(wrong.problems().len(), 4, "{}", faults(wrong));
}

#[test]
fn a_mark_changes_only_the_fields_it_sets() {
    let at = Time::parse("2026-03-15T09:00:00Z");
    let mark = Mark {
        tlp: Some(Tlp::Red),
        source_grade: Some(SourceGrade::A),
        info_grade: Some(InfoGrade::One),
        ..Mark::default()
    };
    let mark = Mark { marked_by: Some("ana".to_owned()), marked_at: at, ..mark };
    let marked = made().marked(&mark);
    assert_eq!(marked.line(), "TLP:RED H1 A1, LawEnforcementMonitoring, keep until 2027-03-14");
    assert_eq!((marked.marked_by.as_deref(), marked.marked_at), (Some("ana"), at));
    // Other fields still follow the automatic marking; a later mark keeps what it does not mention.
    let later = HandlingSettings::default().of(Time::from_millis(0), true, true).marked(&mark);
    assert!(later.personal_data && later.info_grade == InfoGrade::One);
    let second = Mark { europol: Some(Vec::new()), marked_by: Some("bea".to_owned()), ..Mark::default() }.over(mark);
    let marked = made().marked(&second);
    assert!(marked.tlp == Tlp::Red && marked.europol.is_empty() && marked.marked_by.as_deref() == Some("bea"));
    let kept = serde_json::to_string(&second).expect("plain data");
    assert_eq!(serde_json::from_str::<Mark>(&kept).expect("a mark"), second);
}

#[test]
fn tlp_labels_are_ordered_from_clear_to_red() {
    assert!(Tlp::ALL.is_sorted() && Tlp::Amber < Tlp::AmberStrict);
    for tlp in Tlp::ALL {
        assert_eq!(json!(tlp), tlp.name());
    }
    for purpose in Purpose::ALL {
        assert_eq!(json!(purpose), purpose.name());
    }
}
