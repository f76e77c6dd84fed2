//! The states of an import.

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Where an import stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum State {
            $($(#[$doc])* $name,)*
        }

        impl State {
            /// Every state.
            pub const ALL: &'static [State] = &[$(State::$name,)*];

            /// Its word in the database and in keys of texts.
            pub const fn code(self) -> &'static str {
                match self {
                    $(State::$name => $code,)*
                }
            }

            /// The state of this word.
            pub fn named(code: &str) -> Option<State> {
                State::ALL.iter().copied().find(|state| state.code() == code)
            }
        }
    };
}

states! {
    /// The file is being kept; an end of the program here leaves what the sweep deletes.
    Uploading = "uploading",
    /// Somebody says which column is what.
    Mapping = "mapping",
    /// The rows are being checked; nothing is written.
    Checking = "checking",
    /// Somebody looks at what the check found.
    Checked = "checked",
    /// People are being written.
    Running = "running",
    /// Landlords are being found among the people.
    Linking = "linking",
    /// All is written; it can be taken back for a day.
    Done = "done",
    /// Somebody stopped it; what is in stays, and can be taken back for a day.
    Stopped = "stopped",
    /// It is being taken back.
    Undoing = "undoing",
    /// It was taken back.
    Undone = "undone",
}

impl State {
    /// Whether a job works on it.
    pub const fn is_at_work(self) -> bool {
        matches!(
            self,
            State::Checking | State::Running | State::Linking | State::Undoing
        )
    }

    /// Whether people of it are in the register and may be taken out again.
    pub const fn can_be_undone(self) -> bool {
        matches!(self, State::Done | State::Stopped)
    }
}
