//! Who or what stands at the gate (GATE-4).

use serde::{Deserialize, Serialize};

/// 来人类别. The order is that of the list in `fact/subject_kind.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SubjectKind {
    /// 住户: registered as living here.
    Resident,
    /// 暂住人员: tenant or lodger.
    TemporaryResident,
    /// 保障人员: crosses for work under a worker class.
    ExemptWorker,
    /// 配送人员: parcel, meal, errand delivery.
    Courier,
    /// 访客: does not live here.
    Visitor,
    /// 车辆: one of the compound with its pass, or one from outside (`vehicle_outside`).
    Vehicle,
    /// 固定帮手: carer or cleaner with an own pass.
    RegularHelper,
}

impl SubjectKind {
    /// Every kind, in order.
    pub const ALL: [SubjectKind; 7] = [
        SubjectKind::Resident,
        SubjectKind::TemporaryResident,
        SubjectKind::ExemptWorker,
        SubjectKind::Courier,
        SubjectKind::Visitor,
        SubjectKind::Vehicle,
        SubjectKind::RegularHelper,
    ];

    /// The kind at this position of the list.
    pub fn at(position: u8) -> Option<SubjectKind> {
        SubjectKind::ALL.get(usize::from(position)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::fact::subject_kind::CHOICES;

    #[test]
    fn the_list_of_the_fact_is_this_list() {
        assert_eq!(CHOICES.len(), SubjectKind::ALL.len());
        for (kind, choice) in SubjectKind::ALL.into_iter().zip(CHOICES) {
            assert_eq!(SubjectKind::at(kind as u8), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("serialises"), choice.name);
        }
    }
}
