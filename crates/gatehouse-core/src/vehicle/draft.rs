//! A vehicle as typed and as checked.

use super::plate::Plate;
use crate::complaint::{Complaint, ComplaintCode};
use crate::id::HouseholdId;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What drives up to the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleKind {
    /// 小客车
    Car,
    /// 客车
    Bus,
    /// 货车
    Lorry,
    /// 摩托车, with a plate of its own size and the same characters.
    Motorcycle,
    /// 电动自行车, 三轮车: no GA 36 plate.
    Cycle,
    /// 救护车, 消防车, 警车.
    Emergency,
}

impl VehicleKind {
    /// Every kind once.
    pub const ALL: [VehicleKind; 6] = [
        VehicleKind::Car,
        VehicleKind::Bus,
        VehicleKind::Lorry,
        VehicleKind::Motorcycle,
        VehicleKind::Cycle,
        VehicleKind::Emergency,
    ];

    /// Name on Chinese screens.
    pub const fn label_zh(self) -> &'static str {
        match self {
            VehicleKind::Car => "小客车",
            VehicleKind::Bus => "客车",
            VehicleKind::Lorry => "货车",
            VehicleKind::Motorcycle => "摩托车",
            VehicleKind::Cycle => "电动车",
            VehicleKind::Emergency => "救护、消防、警车",
        }
    }

    /// Name on English screens.
    pub const fn label_en(self) -> &'static str {
        match self {
            VehicleKind::Car => "car",
            VehicleKind::Bus => "bus",
            VehicleKind::Lorry => "lorry",
            VehicleKind::Motorcycle => "motorcycle",
            VehicleKind::Cycle => "cycle",
            VehicleKind::Emergency => "ambulance, fire engine, police car",
        }
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
            typed == kind.label_zh() || typed == text::fold_for_lookup(kind.label_en())
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
    fn a_vehicle_needs_a_plate_and_a_known_kind() {
        let draft = |plate: &str, kind: &str| VehicleDraft {
            plate: plate.to_owned(),
            kind: kind.to_owned(),
            household: None,
        };
        let lorry = draft("豫K12345", "货车").check().expect("a vehicle");
        assert_eq!(
            (lorry.kind(), lorry.plate().reveal_text()),
            (VehicleKind::Lorry, "豫K12345")
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
