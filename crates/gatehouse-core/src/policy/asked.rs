//! The situations that stand for what people ask: data of [`super::answers`].

use super::answers::Question;
use Role::{Alike, First, Milder, WithPass};

/// What a situation adds to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Gives the verdict.
    First,
    /// Adds its sentences where its verdict is milder than the first.
    Milder,
    /// As [`Role::Milder`]; who comes in with the pass that there is for them is told so first.
    WithPass,
    /// Adds its sentences where its verdict is the same.
    Alike,
}

/// Situations of a question, facts as JSON: the first gives the answer, the others add their
/// sentences.
type Asked = &'static [(Role, &'static str)];

const HOME: Asked = &[(
    First,
    r#"{"subject_kind":"resident","way":"in","registered_resident":true,
                    "pass_state":"none","first_time":false}"#,
)];
const SHOPPING: Asked = &[(
    First,
    r#"{"subject_kind":"resident","way":"out","registered_resident":true,
                    "purpose":"shopping"}"#,
)];
const WORK: Asked = &[(
    First,
    r#"{"subject_kind":"resident","way":"out","registered_resident":true,
                    "purpose":"work"}"#,
)];
const DOCTOR: Asked = &[(
    First,
    r#"{"subject_kind":"resident","way":"out","registered_resident":true,
                    "purpose":"medical"}"#,
)];
const VISITOR: Asked = &[
    (
        First,
        r#"{"subject_kind":"visitor","way":"in","special_reason":false}"#,
    ),
    (
        Milder,
        r#"{"subject_kind":"visitor","way":"in","special_reason":true,
                        "approval":["responsible_staff"]}"#,
    ),
];
const HELPER: Asked = &[
    (
        First,
        r#"{"subject_kind":"regular_helper","way":"in","special_reason":false,
                        "pass_kind":"none","pass_state":"none"}"#,
    ),
    (
        WithPass,
        r#"{"subject_kind":"regular_helper","way":"in","pass_kind":"helper",
                        "pass_state":"valid"}"#,
    ),
    (
        Milder,
        r#"{"subject_kind":"regular_helper","way":"in","special_reason":true,
                        "approval":["responsible_staff"],"pass_kind":"none","pass_state":"none"}"#,
    ),
];
const COURIER: Asked = &[
    (
        First,
        r#"{"subject_kind":"courier","way":"in","special_reason":false}"#,
    ),
    (
        Milder,
        r#"{"subject_kind":"courier","way":"in","special_reason":true}"#,
    ),
];
const VEHICLE: Asked = &[
    (
        First,
        r#"{"subject_kind":"vehicle","way":"in","vehicle_outside":true,
                        "special_reason":false}"#,
    ),
    (
        Milder,
        r#"{"subject_kind":"vehicle","way":"in","vehicle_outside":true,
                        "special_reason":true,"approval":["responsible_staff"]}"#,
    ),
];
const WORKER: Asked = &[
    (
        First,
        r#"{"subject_kind":"exempt_worker","way":"in","pass_kind":"none",
                        "pass_state":"none"}"#,
    ),
    (
        WithPass,
        r#"{"subject_kind":"exempt_worker","way":"in","pass_kind":"worker",
                        "pass_state":"valid","worker_class":"supply"}"#,
    ),
];
const TENANT: Asked = &[(
    First,
    r#"{"subject_kind":"temporary_resident","way":"in","first_time":true,
                    "registered_resident":false,"pass_kind":"none","pass_state":"none"}"#,
)];
const LEAVING: Asked = &[(
    First,
    r#"{"subject_kind":"visitor","way":"out","purpose":"visit"}"#,
)];
const FEVER: Asked = &[
    (
        First,
        r#"{"subject_kind":"visitor","way":"in","special_reason":false,
                        "temperature":39.0,"second_temperature":39.0}"#,
    ),
    (
        Alike,
        r#"{"subject_kind":"resident","way":"in","registered_resident":true,
                        "found_fever":true}"#,
    ),
];
const COUGH: Asked = &[(
    First,
    r#"{"subject_kind":"resident","way":"in","registered_resident":true,
                    "symptoms":["cough","diarrhoea"]}"#,
)];

/// The situations of a question.
pub(super) const fn situations(question: Question) -> Asked {
    match question {
        Question::Home => HOME,
        Question::Shopping => SHOPPING,
        Question::Work => WORK,
        Question::Doctor => DOCTOR,
        Question::Visitor => VISITOR,
        Question::Helper => HELPER,
        Question::Courier => COURIER,
        Question::Vehicle => VEHICLE,
        Question::Worker => WORKER,
        Question::Tenant => TENANT,
        Question::Leaving => LEAVING,
        Question::Fever => FEVER,
        Question::Cough => COUGH,
    }
}
