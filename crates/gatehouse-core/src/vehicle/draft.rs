//! A vehicle as typed and as checked.

use super::plate::Plate;
use crate::complaint::{Complaint, ComplaintCode};
use crate::gate::fact::Words;
use crate::gate::fact::vehicle_kind::CHOICES;
use crate::id::HouseholdId;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What drives up to the gate, in the order of the gate's fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleKind {
    /// 小客车
    Car,
    /// 出租车
    Taxi,
    /// 厢式货车
    Van,
    /// 货车
    Truck,
    /// 客车
    Bus,
    /// 摩托车
    Motorcycle,
    /// 自行车, 电动自行车: no GA 36 plate.
    Bicycle,
    /// 救护车
    Ambulance,
    /// 消防车
    FireEngine,
    /// 警车
    PoliceCar,
    /// 殡葬车
    Hearse,
}

impl VehicleKind {
    /// Every kind once.
    pub const ALL: [VehicleKind; 11] = [
        VehicleKind::Car,
        VehicleKind::Taxi,
        VehicleKind::Van,
        VehicleKind::Truck,
        VehicleKind::Bus,
        VehicleKind::Motorcycle,
        VehicleKind::Bicycle,
        VehicleKind::Ambulance,
        VehicleKind::FireEngine,
        VehicleKind::PoliceCar,
        VehicleKind::Hearse,
    ];

    /// What people call it; the words of the gate's fact.
    pub fn label(self) -> Words {
        CHOICES[self as usize].label
    }

    /// The name in wire formats and databases.
    pub fn code(self) -> &'static str {
        CHOICES[self as usize].name
    }

    /// The kind with this [`VehicleKind::code`].
    pub fn from_code(code: &str) -> Option<VehicleKind> {
        VehicleKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Whose vehicle it is: a household's, or for work in the compound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vehicle {
    plate: Plate,
    kind: VehicleKind,
    household: Option<HouseholdId>,
}

impl Vehicle {
    /// The plate.
    pub fn plate(&self) -> &Plate {
        &self.plate
    }

    /// What drives up.
    pub fn kind(&self) -> VehicleKind {
        self.kind
    }

    /// The household it belongs to; none for a supply lorry with a vehicle pass.
    pub fn household(&self) -> Option<HouseholdId> {
        self.household
    }
}

/// The fields of a form or of a row of a sheet, unchecked.
#[derive(Clone, Default)]
pub struct VehicleDraft {
    /// Required.
    pub plate: String,
    /// Name of a [`VehicleKind`] in either language; blank is a car.
    pub kind: String,
    /// The household it belongs to.
    pub household: Option<HouseholdId>,
}

// A plate is personal before it is checked, too.
impl fmt::Debug for VehicleDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VehicleDraft(..)")
    }
}

impl VehicleDraft {
    /// # Errors
    /// All complaints, in the order of the fields.
    pub fn check(&self) -> Result<Vehicle, Vec<Complaint>> {
        let plate = Plate::parse(&self.plate).map_err(|code| Complaint::new("plate", code));
        let typed = text::fold_for_lookup(&self.kind);
        let named = |kind: &VehicleKind| {
            let label = kind.label();
            typed == label.zh || typed == text::fold_for_lookup(label.en) || typed == kind.code()
        };
        let kind = match typed.as_str() {
            "" => Some(VehicleKind::Car),
            _ => VehicleKind::ALL.into_iter().find(named),
        };
        let kind = kind.ok_or(Complaint::new("kind", ComplaintCode::ForbiddenCharacter));
        match (plate, kind) {
            (Ok(plate), Ok(kind)) => Ok(Vehicle {
                plate,
                kind,
                household: self.household,
            }),
            (plate, kind) => Err([plate.err(), kind.err()].into_iter().flatten().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_fact_is_this_list() {
        assert_eq!(CHOICES.len(), VehicleKind::ALL.len());
        for kind in VehicleKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("serialises"), kind.code());
            assert_eq!(VehicleKind::from_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn a_vehicle_needs_a_plate_and_a_known_kind() {
        let draft = |plate: &str, kind: &str| VehicleDraft {
            plate: plate.to_owned(),
            kind: kind.to_owned(),
            household: None,
        };
        let lorry = draft("豫K12345", "货车").check().expect("a vehicle");
        assert_eq!(
            (lorry.kind(), lorry.plate().reveal_text()),
            (VehicleKind::Truck, "豫K12345")
        );
        assert_eq!(
            draft("豫K12345", "").check().map(|v| v.kind()),
            Ok(VehicleKind::Car)
        );
        let complaints = draft("豫K1", "tank").check().expect_err("two complaints");
        let found: Vec<_> = complaints.iter().map(|c| (c.field, c.code)).collect();
        let expected = [
            ("plate", ComplaintCode::PlateForm),
            ("kind", ComplaintCode::ForbiddenCharacter),
        ];
        assert_eq!(found, expected);
    }
}
