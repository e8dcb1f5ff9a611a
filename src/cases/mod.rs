//! Cases: the alerts and facts of a vessel and its partners within 72 h, as one story.
#[derive(serde::Serialize, Default)] pub struct Case {}
#[derive(Default)] pub struct CaseBook {}
impl CaseBook { pub fn take(&mut self, _c:&crate::alerts::Change) {} pub fn cases(&self)->Vec<Case>{Vec::new()} }
