//! A step of something that is done one after the other, as pages show it.

/// A step.
pub struct StepView {
    /// Class: `s-ok`, `s-due`, `s-late`, `s-no`.
    pub class: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// Key of the word for its class.
    pub standing: &'static str,
    /// Its name, with the value where there is one.
    pub name: String,
    /// What was done, or by when.
    pub line: String,
}
