//! One invented person.

use super::identity::Numbers;
use super::random::Chance;
use gatehouse_core::id::{AreaId, PersonId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{
    Document, DocumentKind, Employment, Person, PersonName, PersonParts, Sex, WorkerClass,
};

/// A person of the town.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// The id.
    pub id: PersonId,
    /// Everything the register keeps.
    pub person: Person,
    /// The compound where an exempt worker from elsewhere works; none for those who live here.
    pub works_in: Option<AreaId>,
}

/// Makes people; each number is given once.
pub struct People<'a> {
    /// Where chance comes from.
    pub chance: &'a mut Chance,
    /// Numbers not given yet.
    pub numbers: &'a mut Numbers,
    /// The day on which ages are counted.
    pub today: CivilDay,
}

impl People<'_> {
    /// Someone of about this age.
    pub fn person(&mut self, name: PersonName, sex: Sex, age_years: u32) -> Person {
        let birth_on = self.birth_of(age_years);
        let document = self.document(birth_on, sex, age_years);
        // Old people share a phone at home, children have none.
        let has_phone = match age_years {
            0..=11 => false,
            12..=69 => self.chance.happens(970),
            _ => self.chance.happens(450),
        };
        Person::from_kept(PersonParts {
            name,
            sex,
            birth_on: Some(birth_on),
            document,
            phone: has_phone.then(|| self.numbers.phone()),
            email: None,
            employment: None,
        })
    }

    fn birth_of(&mut self, age_years: u32) -> CivilDay {
        let days = age_years * 365 + age_years / 4 + self.chance.between(1, 360);
        CivilDay(self.today.0 - days as i32)
    }

    fn document(&mut self, birth_on: CivilDay, sex: Sex, age_years: u32) -> Option<Document> {
        if age_years == 0 && self.chance.happens(300) {
            return None; // not registered yet
        }
        if self.chance.happens(3) {
            let number = format!("E0{:07}", self.chance.below(10_000_000));
            return Document::from_stored(DocumentKind::Passport, &number);
        }
        Some(Document::Identity(self.numbers.id_number(
            birth_on,
            sex,
            self.chance,
        )))
    }
}

/// The employer for a worker class, in a town where nothing exists.
pub fn employment(class: WorkerClass) -> Employment {
    let employer = match class {
        WorkerClass::Medical => "青石县示范医院",
        WorkerClass::EpidemicControl => "青石县疾控示范站",
        WorkerClass::Supply => "桂花里菜场",
        WorkerClass::Property => "桂花里物业",
        WorkerClass::Sanitation => "青石环卫",
    };
    Employment::new(class, employer).expect("the names above are not empty")
}
