//! The closed vocabulary of facts: what a row may ask about.
//!
//! One file per fact holds everything about it as data. Adding one: a file here with its
//! [`FactSpec`], a variant of [`Fact`] (the compiler then asks for the rest), an entry in
//! [`ALL`]; `script/generate` brings `docs/facts.md` and the schema up to date.

pub mod age_years;
pub mod approval;
pub mod called_ahead;
pub mod companions;
pub mod date;
pub mod day_parity;
pub mod destination;
pub mod emergency;
pub mod first_time;
pub mod found_fever;
pub mod goods;
pub mod goods_left;
pub mod health_code;
pub mod holiday;
pub mod host_consent;
pub mod host_escort;
pub mod household_returned_days;
pub mod household_under_order;
pub mod id_checked;
pub mod landlord_present;
pub mod load;
pub mod mask;
pub mod minutes_outside;
pub mod negative_test_age_hours;
pub mod number_parity;
pub mod order;
pub mod outings;
pub mod paper_age_days;
pub mod paper_fields;
pub mod papers;
pub mod pass_band;
pub mod pass_kind;
pub mod pass_state;
pub mod people_inside;
pub mod phase;
pub mod place_kind;
pub mod plate_recorded;
pub mod protective_gear;
pub mod purpose;
pub mod questioned;
pub mod registered_now;
pub mod registered_resident;
pub mod risk_level;
pub mod second_temperature;
mod spec;
pub mod special_reason;
pub mod stays;
pub mod subject_kind;
pub mod symptoms;
pub mod temperature;
pub mod temperature_taken;
pub mod temperature_way;
pub mod test_result;
pub mod time_of_day;
pub mod vaccination_age_days;
pub mod vaccination_doses;
pub mod vehicle_kind;
pub mod vehicle_outside;
pub mod way;
pub mod weekday;
pub mod worker_class;
pub mod zone;

pub use spec::*;

/// A fact of the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fact {
    /// Who or what stands at the gate now.
    SubjectKind,
    /// Direction of the crossing.
    Way,
    /// The person is on the register of this compound.
    RegisteredResident,
    /// Why a worker is exempt.
    WorkerClass,
    /// Completed years.
    AgeYears,
    /// What the person says they are crossing for.
    Purpose,
    /// Where the person is going.
    Destination,
    /// How many others come along.
    Companions,
    /// The host walks along.
    HostEscort,
    /// The host explains and agrees.
    HostConsent,
    /// The landlord has come to the gate.
    LandlordPresent,
    /// A temporary resident not yet on record.
    FirstTime,
    /// Who has approved this crossing.
    Approval,
    /// Which kind of pass is shown.
    PassKind,
    /// What verifying the pass found.
    PassState,
    /// Coloured edge of the card.
    PassBand,
    /// Proofs that the guard has seen.
    Papers,
    /// Days since the paper was issued.
    PaperAgeDays,
    /// What was checked on the paper.
    PaperFields,
    /// The identity card was seen and is theirs.
    IdChecked,
    /// This crossing has been written down.
    RegisteredNow,
    /// Wears a mask.
    Mask,
    /// Protected as the work asks.
    ProtectiveGear,
    /// First reading.
    Temperature,
    /// Reading after a rest.
    SecondTemperature,
    /// How the temperature was taken.
    TemperatureWay,
    /// Symptoms seen or told.
    Symptoms,
    /// The guard reports that somebody is feverish.
    FoundFever,
    /// Hours from sampling of the newest negative test.
    NegativeTestAgeHours,
    /// Result of the newest test.
    TestResult,
    /// Days since the newest dose.
    VaccinationAgeDays,
    /// Doses received.
    VaccinationDoses,
    /// Health code that is shown.
    HealthCode,
    /// Where the person has been, by class of place.
    Stays,
    /// Somebody of the household is under an order.
    HouseholdUnderOrder,
    /// Days since a member of the household came back.
    HouseholdReturnedDays,
    /// Effect of an order on this crossing.
    Order,
    /// Zone that this place lies in.
    Zone,
    /// Risk level of the place.
    RiskLevel,
    /// Phase of the response.
    Phase,
    /// Recent outings of the household.
    Outings,
    /// Minutes since the person went out.
    MinutesOutside,
    /// Civil day at the place, days since 1970-01-01.
    Date,
    /// Day of the week at the place.
    Weekday,
    /// Whether the day of the month is odd or even.
    DayParity,
    /// Parity of the last digit of pass number or plate.
    NumberParity,
    /// Minutes since local midnight.
    TimeOfDay,
    /// Today is a holiday listed by the policy.
    Holiday,
    /// What kind of vehicle.
    VehicleKind,
    /// What the vehicle carries.
    Load,
    /// The plate was noted.
    PlateRecorded,
    /// What is being carried.
    Goods,
    /// The goods are left at gate or storage point.
    GoodsLeft,
    /// People inside now.
    PeopleInside,
    /// The reason for coming was asked and told.
    Questioned,
    /// The courier has called the customer.
    CalledAhead,
    /// The person states a special reason.
    SpecialReason,
    /// Illness, birth, fire, danger.
    Emergency,
    /// The vehicle is not registered here.
    VehicleOutside,
    /// What kind of place the gate closes.
    PlaceKind,
    /// A first reading is there.
    TemperatureTaken,
}

/// Every fact, in the order of [`Fact`].
pub const ALL: [Fact; 61] = [
    Fact::SubjectKind,
    Fact::Way,
    Fact::RegisteredResident,
    Fact::WorkerClass,
    Fact::AgeYears,
    Fact::Purpose,
    Fact::Destination,
    Fact::Companions,
    Fact::HostEscort,
    Fact::HostConsent,
    Fact::LandlordPresent,
    Fact::FirstTime,
    Fact::Approval,
    Fact::PassKind,
    Fact::PassState,
    Fact::PassBand,
    Fact::Papers,
    Fact::PaperAgeDays,
    Fact::PaperFields,
    Fact::IdChecked,
    Fact::RegisteredNow,
    Fact::Mask,
    Fact::ProtectiveGear,
    Fact::Temperature,
    Fact::SecondTemperature,
    Fact::TemperatureWay,
    Fact::Symptoms,
    Fact::FoundFever,
    Fact::NegativeTestAgeHours,
    Fact::TestResult,
    Fact::VaccinationAgeDays,
    Fact::VaccinationDoses,
    Fact::HealthCode,
    Fact::Stays,
    Fact::HouseholdUnderOrder,
    Fact::HouseholdReturnedDays,
    Fact::Order,
    Fact::Zone,
    Fact::RiskLevel,
    Fact::Phase,
    Fact::Outings,
    Fact::MinutesOutside,
    Fact::Date,
    Fact::Weekday,
    Fact::DayParity,
    Fact::NumberParity,
    Fact::TimeOfDay,
    Fact::Holiday,
    Fact::VehicleKind,
    Fact::Load,
    Fact::PlateRecorded,
    Fact::Goods,
    Fact::GoodsLeft,
    Fact::PeopleInside,
    Fact::Questioned,
    Fact::CalledAhead,
    Fact::SpecialReason,
    Fact::Emergency,
    Fact::VehicleOutside,
    Fact::PlaceKind,
    Fact::TemperatureTaken,
];

impl Fact {
    /// Everything about the fact.
    pub const fn spec(self) -> &'static FactSpec {
        match self {
            Fact::SubjectKind => &subject_kind::SPEC,
            Fact::Way => &way::SPEC,
            Fact::RegisteredResident => &registered_resident::SPEC,
            Fact::WorkerClass => &worker_class::SPEC,
            Fact::AgeYears => &age_years::SPEC,
            Fact::Purpose => &purpose::SPEC,
            Fact::Destination => &destination::SPEC,
            Fact::Companions => &companions::SPEC,
            Fact::HostEscort => &host_escort::SPEC,
            Fact::HostConsent => &host_consent::SPEC,
            Fact::LandlordPresent => &landlord_present::SPEC,
            Fact::FirstTime => &first_time::SPEC,
            Fact::Approval => &approval::SPEC,
            Fact::PassKind => &pass_kind::SPEC,
            Fact::PassState => &pass_state::SPEC,
            Fact::PassBand => &pass_band::SPEC,
            Fact::Papers => &papers::SPEC,
            Fact::PaperAgeDays => &paper_age_days::SPEC,
            Fact::PaperFields => &paper_fields::SPEC,
            Fact::IdChecked => &id_checked::SPEC,
            Fact::RegisteredNow => &registered_now::SPEC,
            Fact::Mask => &mask::SPEC,
            Fact::ProtectiveGear => &protective_gear::SPEC,
            Fact::Temperature => &temperature::SPEC,
            Fact::SecondTemperature => &second_temperature::SPEC,
            Fact::TemperatureWay => &temperature_way::SPEC,
            Fact::Symptoms => &symptoms::SPEC,
            Fact::FoundFever => &found_fever::SPEC,
            Fact::NegativeTestAgeHours => &negative_test_age_hours::SPEC,
            Fact::TestResult => &test_result::SPEC,
            Fact::VaccinationAgeDays => &vaccination_age_days::SPEC,
            Fact::VaccinationDoses => &vaccination_doses::SPEC,
            Fact::HealthCode => &health_code::SPEC,
            Fact::Stays => &stays::SPEC,
            Fact::HouseholdUnderOrder => &household_under_order::SPEC,
            Fact::HouseholdReturnedDays => &household_returned_days::SPEC,
            Fact::Order => &order::SPEC,
            Fact::Zone => &zone::SPEC,
            Fact::RiskLevel => &risk_level::SPEC,
            Fact::Phase => &phase::SPEC,
            Fact::Outings => &outings::SPEC,
            Fact::MinutesOutside => &minutes_outside::SPEC,
            Fact::Date => &date::SPEC,
            Fact::Weekday => &weekday::SPEC,
            Fact::DayParity => &day_parity::SPEC,
            Fact::NumberParity => &number_parity::SPEC,
            Fact::TimeOfDay => &time_of_day::SPEC,
            Fact::Holiday => &holiday::SPEC,
            Fact::VehicleKind => &vehicle_kind::SPEC,
            Fact::Load => &load::SPEC,
            Fact::PlateRecorded => &plate_recorded::SPEC,
            Fact::Goods => &goods::SPEC,
            Fact::GoodsLeft => &goods_left::SPEC,
            Fact::PeopleInside => &people_inside::SPEC,
            Fact::Questioned => &questioned::SPEC,
            Fact::CalledAhead => &called_ahead::SPEC,
            Fact::SpecialReason => &special_reason::SPEC,
            Fact::Emergency => &emergency::SPEC,
            Fact::VehicleOutside => &vehicle_outside::SPEC,
            Fact::PlaceKind => &place_kind::SPEC,
            Fact::TemperatureTaken => &temperature_taken::SPEC,
        }
    }

    /// The fact of this name.
    pub fn named(name: &str) -> Option<Fact> {
        ALL.into_iter().find(|fact| fact.spec().name == name)
    }

    /// The fact of this wire number.
    pub fn numbered(number: u16) -> Option<Fact> {
        *NUMBERED.get(usize::from(number))?
    }
}

/// One more than the largest wire number; too small a one does not compile.
const NUMBERS: usize = 62;
/// The facts by wire number: every record that is read asks for some thirty of them.
static NUMBERED: [Option<Fact>; NUMBERS] = {
    let mut numbered = [None; NUMBERS];
    let mut at = 0;
    while at < ALL.len() {
        numbered[ALL[at].spec().number as usize] = Some(ALL[at]);
        at += 1;
    }
    numbered
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::json;
    use crate::json::Json;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_numbers_stand_once_and_all_is_in_order() {
        let names: BTreeSet<&str> = ALL.iter().map(|fact| fact.spec().name).collect();
        let numbers: BTreeSet<u16> = ALL.iter().map(|fact| fact.spec().number).collect();
        assert_eq!((names.len(), numbers.len()), (ALL.len(), ALL.len()));
        for (position, fact) in ALL.into_iter().enumerate() {
            assert_eq!(fact as usize, position);
            assert_eq!(Fact::named(fact.spec().name), Some(fact));
            assert_eq!(Fact::numbered(fact.spec().number), Some(fact));
        }
    }

    #[test]
    fn every_example_and_every_never_reads() {
        for fact in ALL {
            let example = Json::parse(fact.spec().example.as_bytes()).expect("JSON");
            let value = json::read_value(fact, &example).unwrap_or_else(|e| panic!("{e}"));
            let again = json::write_value(fact, &value);
            assert_eq!(json::read_value(fact, &again).as_ref(), Ok(&value));
            for (name, literal) in fact.spec().never.iter().copied().flatten() {
                let other = Fact::named(name).unwrap_or_else(|| panic!("{name}"));
                let literal = Json::parse(literal.as_bytes()).expect(literal);
                assert!(json::read_value(other, &literal).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn lists_fit_into_their_masks() {
        for fact in ALL {
            if let Kind::Choice(choices) | Kind::Set(choices) = fact.spec().kind {
                assert!(choices.len() <= 31, "{}", fact.spec().name);
            }
        }
    }
}
