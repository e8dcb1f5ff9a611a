//! Writes, from the list of the kinds, what depends on how many there are: the enum, and the settings with a table for each kind.
//!
//! A kind is one line of the list in `sinks/mod.rs`. The macro exists because serde cannot reject unknown fields in a struct that flattens
//! others: the tables of the kinds must be fields of the one struct that is read.

/// Takes the list of kinds, each as the module and the type that implements [`Sink`](super::sink::Sink). The module's name is also the key
/// of the kind's table.
macro_rules! sinks {
    (
        without a table { $($bare_file:ident::$Bare:ident,)+ }
        with a table { $($file:ident::$Own:ident,)+ }
    ) => {
        /// Kind of a sink.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $(
                #[doc = concat!("See `sinks::", stringify!($bare_file), "`.")]
                #[schemars(description = <$bare_file::$Bare as Sink>::CHARACTER.about)]
                $Bare,
            )+
            $(
                #[doc = concat!("See `sinks::", stringify!($file), "`.")]
                #[schemars(description = <$file::$Own as Sink>::CHARACTER.about)]
                $Own,
            )+
        }

        impl Kind {
            /// All kinds, in the order of the list.
            pub const ALL: &[Kind] = &[$(Kind::$Bare,)+ $(Kind::$Own,)+];

            /// What distinguishes it from other kinds.
            pub fn character(self) -> &'static Character {
                match self {
                    $(Kind::$Bare => &<$bare_file::$Bare as Sink>::CHARACTER,)+
                    $(Kind::$Own => &<$file::$Own as Sink>::CHARACTER,)+
                }
            }
        }

        /// One `[[sinks]]` entry.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            /// Kind of receiver.
            pub kind: Kind,
            /// Unique name of the sink, used in logs, metrics and the store.
            pub name: String,
            /// File to append to (`jsonl` only).
            #[serde(default)]
            pub path: Option<std::path::PathBuf>,
            /// Minimum severity of an alert: `info`, `low`, `medium`, `high` or `critical`.
            #[serde(default = "crate::delivery::common::min_severity")]
            pub min_severity: crate::delivery::common::Level,
            /// Minimum score of an alert, 0 to 100.
            #[serde(default)]
            #[schemars(range(min = 0, max = 100))]
            pub min_score: i32,
            /// Kinds of alerts to send: `vessel`, or `system` for those about the daemon, its feeds and its receivers; empty: both.
            #[serde(default)]
            pub kinds: Vec<atalaia_core::alerts::Class>,
            /// Behaviours to send; empty: all.
            #[serde(default)]
            pub behaviours: Vec<String>,
            /// Ids of zones; only alerts in or near one of them are sent. Empty: all alerts.
            #[serde(default)]
            pub zones: Vec<String>,
            /// Strictest TLP marking that may be sent: `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED`; unset: `RED` for sinks on this machine
            /// (`log`, `jsonl`, `journald`), `AMBER` for all others.
            #[serde(default)]
            pub max_tlp: Option<atalaia_core::alerts::handling::Tlp>,
            /// Europol handling codes an alert may carry; empty: any.
            #[serde(default)]
            pub europol: Vec<atalaia_core::alerts::handling::Europol>,
            /// Purposes an alert may be marked with; empty: any.
            #[serde(default)]
            pub purposes: Vec<atalaia_core::alerts::handling::Purpose>,
            /// Which of `actual`, `exercise` and `test` alerts may be sent; empty: all.
            #[serde(default)]
            pub realities: Vec<atalaia_core::alerts::handling::Reality>,
            /// Whether alerts with personal data may be sent.
            #[serde(default = "crate::delivery::common::personal_data")]
            pub personal_data: bool,
            /// Country or organisation behind the sink. Alerts that list their permitted recipients are sent only if it is among them.
            #[serde(default)]
            pub recipient: Option<String>,
            /// Changes of one behaviour per hour, 0 to 3600, beyond which the rest is sent as digests that list alert ids; never critical alerts.
            /// 0: no digests. Unset: 60 for `email`, `alertmanager`, `cot` and `cap`, 0 for all others. Needs a store.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(range(min = 0, max = 3600))]
            pub digest_after_per_hour: Option<u32>,
            /// Maximum deliveries per second, 1 to 10000; the excess waits and is counted. Unset: 1000 for `jsonl`, `log` and `journald`, 200 for
            /// all others.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(range(min = 1, max = 10_000))]
            pub max_per_second: Option<u32>,
            $(
                #[doc = concat!("The table of `sinks::", stringify!($file), "`; `None` if the settings have none.")]
                #[schemars(description = <$file::$Own as Sink>::CHARACTER.table)]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $file: Option<$file::Settings>,
            )+
        }

        impl Default for Settings {
            /// The sink used when the settings name none: the log.
            fn default() -> Settings {
                Settings {
                    kind: Kind::Log,
                    name: "log".to_owned(),
                    path: None,
                    min_severity: crate::delivery::common::min_severity(),
                    min_score: 0,
                    kinds: Vec::new(),
                    behaviours: Vec::new(),
                    zones: Vec::new(),
                    max_tlp: None,
                    europol: Vec::new(),
                    purposes: Vec::new(),
                    realities: Vec::new(),
                    personal_data: true,
                    recipient: None,
                    digest_after_per_hour: None,
                    max_per_second: None,
                    $($file: None,)+
                }
            }
        }

        impl Settings {
            /// The entry of its kind.
            pub(super) fn entry(&self) -> Box<dyn AnyEntry + '_> {
                let path = self.path.as_deref();
                match self.kind {
                    $(Kind::$Bare => Box::new(Entry::<$bare_file::$Bare>::new(path, None)),)+
                    $(Kind::$Own => Box::new(Entry::<$file::$Own>::new(path, self.$file.as_ref())),)+
                }
            }

            /// The tables that the settings may have, each with its kind.
            pub(super) fn tables(&self) -> Vec<(Kind, Option<&dyn Table>)> {
                vec![$((Kind::$Own, self.$file.as_ref().map(|table| table as &dyn Table)),)+]
            }

            /// The same tables, to be changed.
            pub(super) fn tables_mut(&mut self) -> Vec<&mut dyn Table> {
                let all = [$(self.$file.as_mut().map(|table| table as &mut dyn Table),)+];
                all.into_iter().flatten().collect()
            }
        }
    };
}

pub(super) use sinks;
