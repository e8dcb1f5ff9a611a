//! Writes, from the list of the kinds, what depends on how many there are: the enum, and the settings with a table for each kind.
//!
//! A kind is one line of the list in `feed/mod.rs`. The macro exists because serde cannot reject unknown fields in a struct that flattens
//! others: the tables of the kinds must be fields of the one struct that is read.

/// Takes the list of kinds, each as the module and the type that implements [`Input`](super::input::Input). The module's name is also the
/// key of the kind's table.
macro_rules! inputs {
    (
        without a table { $($bare_file:ident::$Bare:ident,)+ }
        with a table { $($file:ident::$Own:ident,)+ }
    ) => {
        /// How the lines of an input arrive.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $(
                #[doc = concat!("See `feed::", stringify!($bare_file), "`.")]
                #[schemars(description = <$bare_file::$Bare as Input>::CHARACTER.about)]
                $Bare,
            )+
            $(
                #[doc = concat!("See `feed::", stringify!($file), "`.")]
                #[schemars(description = <$file::$Own as Input>::CHARACTER.about)]
                $Own,
            )+
        }

        impl Kind {
            /// All kinds, in the order of the list.
            pub const ALL: &[Kind] = &[$(Kind::$Bare,)+ $(Kind::$Own,)+];

            /// What distinguishes it from other kinds.
            pub fn character(self) -> &'static Character {
                match self {
                    $(Kind::$Bare => &<$bare_file::$Bare as Input>::CHARACTER,)+
                    $(Kind::$Own => &<$file::$Own as Input>::CHARACTER,)+
                }
            }
        }

        /// One entry of `[[inputs]]`.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            /// How the lines arrive.
            pub kind: Kind,
            /// Name of the input in logs and alerts; must be unique.
            pub name: String,
            /// `host:port` to connect to (`tcp`, `gpsd`) or to listen on (`tcp-listen`, `udp`, `aiscatcher-http`; with port 0 the system chooses
            /// a port).
            #[serde(default)]
            pub address: Option<String>,
            /// File, FIFO or serial port to read.
            #[serde(default)]
            pub path: Option<std::path::PathBuf>,
            /// How far its reports may lag behind the newest, in seconds. Default: `time.lateness_seconds`, for files
            /// `time.file_lateness_seconds`.
            #[serde(default)]
            #[schemars(range(min = 0, max = 86_400))]
            pub lateness_seconds: Option<u32>,
            /// Set when the lines are a recording being played back: their own times count, however far they are from the time of receipt.
            /// Beside live inputs, those more than a day behind live time, or ahead of it, are not used, so play it into a daemon without
            /// live inputs.
            #[serde(default)]
            pub recorded: bool,
            /// Time zone of local times written as text in its lines: an IANA name or an offset such as `+02:00`. Default: UTC. TAG `c:` is always UTC.
            #[serde(default)]
            pub time_zone: Option<String>,
            /// Silence after which a connection is closed, in seconds; `tcp` and `gpsd` then reconnect.
            #[serde(default = "crate::inputs::common::idle_timeout_seconds")]
            #[schemars(range(min = 1, max = 86_400))]
            pub idle_timeout_seconds: u32,
            /// Maximum number of simultaneous connections (`tcp-listen`, `aiscatcher-http`; for the latter, authenticated ones).
            #[serde(default = "crate::inputs::common::max_clients")]
            #[schemars(range(min = 1))]
            pub max_clients: u16,
            /// Maximum number of simultaneous connections from one address (`tcp-listen`, `aiscatcher-http`).
            #[serde(default = "crate::inputs::common::max_clients_per_address")]
            #[schemars(range(min = 1))]
            pub max_clients_per_address: u16,
            $(
                #[doc = concat!("The table of `feed::", stringify!($file), "`; `None` if the settings have none.")]
                #[schemars(description = <$file::$Own as Input>::CHARACTER.table)]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $file: Option<$file::Settings>,
            )+
        }

        impl Settings {
            /// An input of this kind with the default settings.
            pub fn of(kind: Kind, name: &str) -> Settings {
                Settings {
                    kind,
                    name: name.to_owned(),
                    address: None,
                    path: None,
                    lateness_seconds: None,
                    recorded: false,
                    time_zone: None,
                    idle_timeout_seconds: crate::inputs::common::idle_timeout_seconds(),
                    max_clients: crate::inputs::common::max_clients(),
                    max_clients_per_address: crate::inputs::common::max_clients_per_address(),
                    $($file: None,)+
                }
            }

            /// The settings without those of a kind.
            pub fn common(&self) -> CommonSettings {
                CommonSettings {
                    name: self.name.clone(),
                    address: self.address.clone(),
                    path: self.path.clone(),
                    time_zone: self.time_zone.clone(),
                    idle_timeout_seconds: self.idle_timeout_seconds,
                    max_clients: self.max_clients,
                    max_clients_per_address: self.max_clients_per_address,
                }
            }

            /// The entry of its kind.
            pub(super) fn entry(&self) -> Box<dyn AnyEntry + '_> {
                match self.kind {
                    $(Kind::$Bare => Box::new(Entry::<$bare_file::$Bare>::new(self.common(), None)),)+
                    $(Kind::$Own => Box::new(Entry::<$file::$Own>::new(self.common(), self.$file.as_ref())),)+
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

pub(super) use inputs;
