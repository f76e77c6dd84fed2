//! 要做的事: what a row asks to be done or started. It never changes who may cross.

use super::fact::{Words, words};
use super::step::Step;
use serde::{Deserialize, Serialize};

/// Something to do or to start when its row applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Duty {
    /// Measure the temperature.
    MeasureTemperature,
    /// Write the crossing into the register.
    Register,
    /// See that a mask is worn.
    WearMask,
    /// Wait apart from others, out of the stream of people (GATE-7).
    KeepApart,
    /// Tell an office; kept open until somebody records that it was told.
    Report {
        /// Who is told.
        to: Vec<Receiver>,
        /// Minutes by which they are told; `None` where the text sets no time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_minutes: Option<u16>,
    },
    /// Give the person into somebody's charge.
    HandTo {
        /// Who takes charge.
        to: Receiver,
    },
    /// Have the person taken to a doctor; nobody is sent alone.
    Transport {
        /// Who takes them.
        by: Receiver,
    },
    /// Advise to see a doctor.
    AdviseDoctor,
    /// Issue a pass once the person is on record.
    IssuePass,
    /// Hold other passes of the person as ended.
    EndOtherPasses,
    /// Start a clock that an office watches.
    StartClock {
        /// How long.
        minutes: u16,
    },
    /// Come back to the person later.
    FollowUp,
}

impl Duty {
    /// The step that does it, where the guard does it as a step: then it is not said twice, and
    /// not again once it is done.
    pub const fn step(&self) -> Option<Step> {
        match self {
            Duty::MeasureTemperature => Some(Step::MeasureTemperature),
            Duty::Register => Some(Step::Register),
            Duty::WearMask => Some(Step::PutOnMask),
            // Whoever is warm sits apart until the second measurement.
            Duty::KeepApart => Some(Step::MeasureAgain),
            Duty::Report { .. }
            | Duty::HandTo { .. }
            | Duty::Transport { .. }
            | Duty::AdviseDoctor
            | Duty::IssuePass
            | Duty::EndOtherPasses
            | Duty::StartClock { .. }
            | Duty::FollowUp => None,
        }
    }
}

/// Who is told or takes charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// 社区或村委会.
    Community,
    /// 物业.
    Property,
    /// 街道或乡镇.
    Township,
    /// 卫健部门.
    HealthDepartment,
    /// 定点医院.
    DesignatedHospital,
    /// 急救 120.
    Ambulance,
    /// 值守人员.
    GateTeam,
    /// 值班长.
    ShiftLead,
}

impl Receiver {
    /// All of them, each with its name in documents, forms and the database.
    pub const ALL: [(Receiver, &'static str); 8] = [
        (Receiver::Community, "community"),
        (Receiver::Property, "property"),
        (Receiver::Township, "township"),
        (Receiver::HealthDepartment, "health_department"),
        (Receiver::DesignatedHospital, "designated_hospital"),
        (Receiver::Ambulance, "ambulance"),
        (Receiver::GateTeam, "gate_team"),
        (Receiver::ShiftLead, "shift_lead"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut all = Receiver::ALL.iter();
        // A test finds one that is missing.
        all.find(|(one, _)| *one == self)
            .map_or("", |(_, name)| name)
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Receiver> {
        let mut all = Receiver::ALL.iter();
        all.find(|(_, one)| *one == name).map(|(one, _)| *one)
    }

    /// What the office is called.
    pub const fn words(self) -> Words {
        match self {
            Receiver::Community => words("社区", "the community"),
            Receiver::Property => words("物业", "the property company"),
            Receiver::Township => words("乡镇街道", "the township"),
            Receiver::HealthDepartment => words("卫健部门", "the health department"),
            Receiver::DesignatedHospital => words("定点医院", "the designated hospital"),
            Receiver::Ambulance => words("120", "120"),
            Receiver::GateTeam => words("值守人员", "the gate team"),
            Receiver::ShiftLead => words("值班长", "the shift lead"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_has_one_name_everywhere() {
        for (receiver, name) in Receiver::ALL {
            assert_eq!(serde_json::to_value(receiver).expect("JSON"), name);
            assert_eq!(
                (receiver.name(), Receiver::named(name)),
                (name, Some(receiver))
            );
        }
        // One that came to be has its name too.
        let unknown = serde_json::from_value::<Receiver>("nobody".into());
        let said = unknown.expect_err("no receiver").to_string();
        assert_eq!(
            said.matches('`').count(),
            2 * (Receiver::ALL.len() + 1),
            "{said}"
        );
        assert_eq!(Receiver::named("nobody"), None);
    }
}
