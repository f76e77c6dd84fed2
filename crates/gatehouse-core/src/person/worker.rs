//! Why a worker is exempt at a gate: the class, and the employer that answers for it.
//!
//! The classes are those of ZX 4, in the order of the gate's fact; which of them a policy exempts,
//! and from what, is its row.

use crate::complaint::ComplaintCode;
use crate::gate::fact::Words;
use crate::gate::fact::worker_class::CHOICES;
use crate::text;
use serde::{Deserialize, Serialize};

const MAX_EMPLOYER_CHARS: usize = 60;

/// 岗位类别: a class of work that goes on while a compound is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerClass {
    /// 医疗: doctors, nurses, pharmacists.
    Medical,
    /// 防疫: disinfection, testing, community staff on duty.
    EpidemicControl,
    /// 保供: food, water, power, gas, network.
    Supply,
    /// 物业: the compound's own staff.
    Property,
    /// 环卫: waste and cleaning.
    Sanitation,
}

impl WorkerClass {
    /// Every class once.
    pub const ALL: [WorkerClass; 5] = [
        WorkerClass::Medical,
        WorkerClass::EpidemicControl,
        WorkerClass::Supply,
        WorkerClass::Property,
        WorkerClass::Sanitation,
    ];

    /// What people call it, as in `{worker_class}人员，可以出入。`; the words of the gate's fact.
    pub fn label(self) -> Words {
        CHOICES[self as usize].label
    }

    /// The name in wire formats and databases.
    pub fn code(self) -> &'static str {
        CHOICES[self as usize].name
    }

    /// The class with this [`WorkerClass::code`].
    pub fn from_code(code: &str) -> Option<WorkerClass> {
        WorkerClass::ALL
            .into_iter()
            .find(|class| class.code() == code)
    }
}

/// A worker class with the employer that it is held for: it ends with the employment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Employment {
    class: WorkerClass,
    employer: String,
}

impl Employment {
    /// # Errors
    /// `EmployerMissing`, or what is wrong with the employer's name.
    pub fn new(class: WorkerClass, employer: &str) -> Result<Employment, ComplaintCode> {
        let employer =
            text::clean_line(employer, MAX_EMPLOYER_CHARS).map_err(|code| match code {
                ComplaintCode::Missing => ComplaintCode::EmployerMissing,
                other => other,
            })?;
        Ok(Employment { class, employer })
    }

    /// Why the worker is exempt.
    pub fn class(&self) -> WorkerClass {
        self.class
    }

    /// Name of the hospital, company, office.
    pub fn employer(&self) -> &str {
        &self.employer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_wire_names() {
        assert_eq!(CHOICES.len(), WorkerClass::ALL.len());
        for class in WorkerClass::ALL {
            assert_eq!(
                serde_json::to_value(class).expect("serialises"),
                class.code()
            );
            assert_eq!(WorkerClass::from_code(class.code()), Some(class));
        }
        assert_eq!(WorkerClass::from_code("visitor"), None);
    }

    #[test]
    fn a_class_needs_an_employer() {
        let refused = Employment::new(WorkerClass::Supply, " ");
        assert_eq!(refused, Err(ComplaintCode::EmployerMissing));
        let kept = Employment::new(WorkerClass::Supply, " 桂花里菜场 ").expect("an employer");
        assert_eq!(
            (kept.class(), kept.employer()),
            (WorkerClass::Supply, "桂花里菜场")
        );
    }
}
