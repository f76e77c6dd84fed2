//! Applications for a pass (PASS-3). *Sharded*. What identifies somebody who is not in the
//! ledger yet is sealed in the draft (`application_draft.rs`); what is missing, and whether that
//! holds the pass up, is the caller's to say.

use crate::application_draft::mask_of_draft;
use crate::error::StoreError;
use crate::person::mask_of_person;
use crate::shard::Shard;
use crate::sql::Sql;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::Vault;
use crate::{params, sql};
use gatehouse_core::id::{ApplicationId, AreaId, HouseholdId, PassId, PersonId, StaffId};
use gatehouse_core::person::search::SearchTerm;

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub application: ApplicationId,
    /// Compound or village that the pass will open.
    pub area: AreaId,
    /// Where the holder lives, or for whom they come.
    pub household: HouseholdId,
    /// Core's word.
    pub kind: String,
    /// `self`, `family`, `landlord`, `grid_worker`.
    pub source: String,
    /// The person who asks.
    pub asked_by: Option<PersonId>,
    /// Who wrote it down on somebody's behalf.
    pub asked_staff: Option<StaffId>,
    /// Person; `None` for a draft and for an errand pass.
    pub holder: Option<PersonId>,
    /// `permanent`, `tenant`, `lodger` of a draft.
    pub basis: Option<String>,
    /// Of a draft, core's word.
    pub sex: String,
    /// Of a draft.
    pub birth_year: Option<i64>,
    /// Core's word, for passes of workers.
    pub worker_class: Option<String>,
    /// A document with a valid number was shown.
    pub has_document: bool,
    /// `missing`, `unclear`, `good`, `declined`.
    pub photo: String,
    /// Whose yes it wants, and what they said.
    pub landlord: Landlord,
    /// Words with blanks between; empty when complete.
    pub missing: String,
    /// `page`, `desk`, `home`.
    pub delivery: String,
    /// `waiting`, `approved`, `rejected`, `withdrawn`.
    pub state: String,
    /// Why rejected.
    pub reason: Option<String>,
    /// When it left the queue, milliseconds UTC.
    pub decided_at: Option<i64>,
    /// By whom.
    pub decided_by: Option<StaffId>,
    /// The pass it became.
    pub pass: Option<PassId>,
    /// When, milliseconds UTC.
    pub applied_at: i64,
    /// Counts edits.
    pub version: i64,
}

/// A landlord's or host's yes (HN 三(三)二), all `None` where nobody has to say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landlord {
    /// Who; `None` where it is not known.
    pub person: Option<PersonId>,
    /// `wanted`, `yes`, `no`.
    pub answer: Option<String>,
    /// `applied`, `link`, `phone`, `present`.
    pub way: Option<String>,
    /// When, milliseconds UTC.
    pub at: Option<i64>,
    /// Who heard it.
    pub staff: Option<StaffId>,
}

/// An application as a list shows it: masked, with the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationLine {
    /// The application.
    pub row: ApplicationRow,
    /// Surname and mask of the person it is for, as kept; `None` for an errand pass.
    pub masked: Option<String>,
    /// Surname and mask of the landlord.
    pub landlord_masked: Option<String>,
    /// Core's word, of whom it is for.
    pub sex: String,
    /// Of whom it is for.
    pub birth_year: Option<i64>,
    /// Building, unit, room.
    pub door: [String; 3],
}

/// How many wait, by who asked and what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationCount {
    /// Who asked.
    pub source: String,
    /// Words with blanks between; empty when complete.
    pub missing: String,
    /// How many.
    pub applications: i64,
}

/// Which part of a queue.
#[derive(Clone, Debug)]
pub struct QueuePart<'a> {
    /// Who asked; empty for anybody.
    pub source: &'a str,
    /// A word of what is missing; `any` for those that lack something, empty for all.
    pub missing: &'a str,
    /// Behind this place: when and which; zeros at first.
    pub after: (i64, ApplicationId),
    /// Most rows.
    pub limit: u32,
}

macro_rules! columns {
    () => {
        "a.shard, a.application, a.area, a.household, a.kind, a.source, a.asked_by, \
         a.asked_staff, a.holder, a.basis, a.sex, a.birth_year, a.worker_class, a.has_document, \
         a.photo, a.landlord, a.landlord_answer, a.landlord_way, a.landlord_at, \
         a.landlord_staff, a.missing, a.delivery, a.state, a.reason, a.decided_at, \
         a.decided_by, a.pass, a.applied_at, a.version"
    };
}
pub(crate) use columns as application_columns;
/// Number of columns above; those of a line follow.
const PLAIN: usize = 29;

macro_rules! line {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", a.wrapped_key, a.sealed, p.wrapped_key, p.masked_sealed, p.sex, p.birth_year, \
             l.wrapped_key, l.masked_sealed, h.building, h.unit, h.room
            FROM application a
            JOIN household h ON h.shard = a.shard AND h.household = a.household
            LEFT JOIN person p ON p.shard = a.shard AND p.person = a.holder
            LEFT JOIN person l ON l.shard = a.shard AND l.person = a.landlord "
        )
    };
}

sql! {
    INSERT_APPLICATION = "INSERT INTO application (shard, application, area, household, kind,
            source, asked_by, asked_staff, holder, basis, sex, birth_year, worker_class,
            has_document, photo, landlord, landlord_answer, landlord_way, landlord_at,
            landlord_staff, missing, delivery, state, reason, decided_at, decided_by, pass,
            wrapped_key, sealed, applied_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, ?22, 'waiting', NULL, NULL, NULL, NULL, NULL, NULL, ?23, 1)
        ON CONFLICT (shard, application) DO NOTHING";
    UPDATE_APPLICATION = "UPDATE application SET holder = ?4, has_document = ?5, photo = ?6,
            landlord = ?7, landlord_answer = ?8, landlord_way = ?9, landlord_at = ?10,
            landlord_staff = ?11, missing = ?12, delivery = ?13, state = ?14, reason = ?15,
            decided_at = ?16, decided_by = ?17, pass = ?18, version = version + 1
        WHERE shard = ?1 AND application = ?2 AND version = ?3";
    APPLICATION = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.application = ?2");
    APPLICATIONS_OF_HOLDER = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.holder = ?2 ORDER BY a.applied_at DESC, a.application LIMIT 50");
    APPLICATIONS_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.household = ?2
        ORDER BY a.applied_at DESC, a.application LIMIT 50");
    APPLICATIONS_OF_LANDLORD = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.landlord = ?2 AND a.state = 'waiting'
            AND a.landlord_answer = 'wanted' ORDER BY a.applied_at, a.application LIMIT 50");
    APPLICATION_OF_PASS = concat!("SELECT ", columns!(), " FROM application a
        WHERE a.shard = ?1 AND a.pass = ?2 ORDER BY a.applied_at, a.application LIMIT 1");
    LINE = concat!(line!(), "WHERE a.shard = ?1 AND a.application = ?2");
    QUEUE = concat!(line!(), "WHERE a.shard = ?1 AND a.area = ?2 AND a.state = 'waiting'
            AND (a.applied_at, a.application) > (?3, ?4) AND a.source LIKE ?5
            AND a.missing LIKE ?6 ORDER BY a.applied_at, a.application LIMIT ?7");
    COMPLETE = "SELECT a.application, a.version FROM application a
        WHERE a.shard = ?1 AND a.area = ?2 AND a.state = 'waiting' AND a.missing = ''
            AND a.applied_at <= ?3 ORDER BY a.applied_at, a.application LIMIT ?4";
    COUNT_QUEUE = "SELECT source, missing, count(*) FROM application
        WHERE shard = ?1 AND area = ?2 AND state = 'waiting'
        GROUP BY source, missing ORDER BY source, missing";
    QUEUE_BY_TOKEN = concat!(line!(), "WHERE a.shard = ?1 AND a.area = ?2
            AND a.state = 'waiting' AND (EXISTS (SELECT 1 FROM application_token t
                WHERE t.shard = a.shard AND t.token = ?3 AND t.application = a.application)
            OR EXISTS (SELECT 1 FROM person_token t
                WHERE t.shard = a.shard AND t.token = ?3 AND t.person = a.holder))
        ORDER BY a.applied_at, a.application LIMIT ?4");
    QUEUE_BY_DOOR = concat!(line!(), "WHERE a.shard = ?1 AND a.area = ?2
            AND a.state = 'waiting' AND h.building LIKE ?3 AND h.unit LIKE ?4 AND h.room = ?5
        ORDER BY a.applied_at, a.application LIMIT ?6");
}

impl ApplicationRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<ApplicationRow, StoreError> {
        Ok(ApplicationRow {
            shard: row.get(0)?,
            application: row.get(1)?,
            area: row.get(2)?,
            household: row.get(3)?,
            kind: row.get(4)?,
            source: row.get(5)?,
            asked_by: row.get(6)?,
            asked_staff: row.get(7)?,
            holder: row.get(8)?,
            basis: row.get(9)?,
            sex: row.get(10)?,
            birth_year: row.get(11)?,
            worker_class: row.get(12)?,
            has_document: row.get(13)?,
            photo: row.get(14)?,
            landlord: Landlord {
                person: row.get(15)?,
                answer: row.get(16)?,
                way: row.get(17)?,
                at: row.get(18)?,
                staff: row.get(19)?,
            },
            missing: row.get(20)?,
            delivery: row.get(21)?,
            state: row.get(22)?,
            reason: row.get(23)?,
            decided_at: row.get(24)?,
            decided_by: row.get(25)?,
            pass: row.get(26)?,
            applied_at: row.get(27)?,
            version: row.get(28)?,
        })
    }
}

impl ApplicationLine {
    fn read(vault: &Vault, row: &Row<'_>) -> Result<ApplicationLine, StoreError> {
        let application = ApplicationRow::read(row)?;
        let holder = application.holder.as_ref();
        let masked = match holder {
            Some(person) => mask_of_person(vault, row, PLAIN + 2, person)?,
            None => mask_of_draft(vault, row, PLAIN, application.application)?,
        };
        let landlord_masked = match &application.landlord.person {
            Some(person) => mask_of_person(vault, row, PLAIN + 6, person)?,
            None => None,
        };
        let (sex, birth_year) = match holder {
            Some(_) => (
                row.get::<Option<String>>(PLAIN + 4)?.unwrap_or_default(),
                row.get(PLAIN + 5)?,
            ),
            None => (application.sex.clone(), application.birth_year),
        };
        Ok(ApplicationLine {
            masked,
            landlord_masked,
            sex,
            birth_year,
            door: [row.get(PLAIN + 8)?, row.get(PLAIN + 9)?, row.get(PLAIN + 10)?],
            row: application,
        })
    }
}

/// A word as a pattern that anything matches where it is empty.
fn pattern(word: &str) -> String {
    match word {
        "" => "%".to_owned(),
        "any" => "_%".to_owned(),
        word => format!("%{word}%"),
    }
}

impl ReadTx<'_> {
    /// An application by its key.
    pub fn application(
        &self,
        shard: Shard,
        application: ApplicationId,
    ) -> Result<Option<ApplicationRow>, StoreError> {
        let parameters = params![shard, &application];
        self.optional(&APPLICATION, parameters, ApplicationRow::read)
    }

    /// An application as a list shows it.
    pub fn application_line(
        &self,
        vault: &Vault,
        shard: Shard,
        application: ApplicationId,
    ) -> Result<Option<ApplicationLine>, StoreError> {
        let parameters = params![shard, &application];
        self.optional(&LINE, parameters, |row| ApplicationLine::read(vault, row))
    }

    /// What somebody has applied for, newest first.
    pub fn applications_of_holder(
        &self,
        shard: Shard,
        holder: PersonId,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.applications(&APPLICATIONS_OF_HOLDER, shard, &holder.0)
    }

    /// What was applied for at a door, newest first.
    pub fn applications_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.applications(&APPLICATIONS_OF_HOUSEHOLD, shard, &household.0)
    }

    /// What waits for the yes of a landlord or host, the longest wait first.
    pub fn applications_of_landlord(
        &self,
        shard: Shard,
        landlord: PersonId,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.applications(&APPLICATIONS_OF_LANDLORD, shard, &landlord.0)
    }

    /// The application that a pass came from.
    pub fn application_of_pass(
        &self,
        shard: Shard,
        pass: PassId,
    ) -> Result<Option<ApplicationRow>, StoreError> {
        let found = self.applications(&APPLICATION_OF_PASS, shard, &pass.0)?;
        Ok(found.into_iter().next())
    }

    fn applications(
        &self,
        statement: &'static Sql,
        shard: Shard,
        of: &[u8; 16],
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.query(statement, params![shard, of], ApplicationRow::read)
    }

    /// A part of the queue of a compound or village, the longest wait first.
    pub fn application_queue(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        part: &QueuePart<'_>,
    ) -> Result<Vec<ApplicationLine>, StoreError> {
        let (source, missing) = (pattern(part.source), pattern(part.missing));
        let (at, after) = part.after;
        let parameters = params![shard, &area, at, &after, &source, &missing, part.limit];
        self.query(&QUEUE, parameters, |row| ApplicationLine::read(vault, row))
    }

    /// Complete applications of a compound or village that had come in by an instant, with the
    /// version they are at, the longest wait first.
    pub fn complete_applications(
        &self,
        shard: Shard,
        area: AreaId,
        until: i64,
        limit: u32,
    ) -> Result<Vec<(ApplicationId, i64)>, StoreError> {
        let parameters = params![shard, &area, until, limit];
        self.query(&COMPLETE, parameters, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// How many wait in a compound or village.
    pub fn count_applications(
        &self,
        shard: Shard,
        area: AreaId,
    ) -> Result<Vec<ApplicationCount>, StoreError> {
        self.query(&COUNT_QUEUE, params![shard, &area], |row| {
            Ok(ApplicationCount {
                source: row.get(0)?,
                missing: row.get(1)?,
                applications: row.get(2)?,
            })
        })
    }

    /// Who waits in a compound or village and is filed under a term, the longest wait first.
    pub fn waiting_by_term(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        term: &SearchTerm,
        limit: u32,
    ) -> Result<Vec<ApplicationLine>, StoreError> {
        let token = vault.token(&term.reveal_bytes());
        let parameters = params![shard, &area, token, limit];
        self.query(&QUEUE_BY_TOKEN, parameters, |row| {
            ApplicationLine::read(vault, row)
        })
    }

    /// Who waits behind a door; building and unit may be left empty.
    pub fn waiting_by_door(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        door: [&str; 3],
        limit: u32,
    ) -> Result<Vec<ApplicationLine>, StoreError> {
        let any = |text: &str| if text.is_empty() { "%".to_owned() } else { text.to_owned() };
        let (building, unit) = (any(door[0]), any(door[1]));
        let parameters = params![shard, &area, &building, &unit, door[2], limit];
        self.query(&QUEUE_BY_DOOR, parameters, |row| {
            ApplicationLine::read(vault, row)
        })
    }
}

impl Tx<'_> {
    /// Adds a waiting application, once for the same id; says whether it was new. State,
    /// decision and version are those of a new one, whatever the row says.
    pub fn insert_application(&self, row: &ApplicationRow) -> Result<bool, StoreError> {
        let added = self.execute(
            &INSERT_APPLICATION,
            params![
                row.shard,
                &row.application,
                &row.area,
                &row.household,
                &row.kind,
                &row.source,
                row.asked_by.as_ref(),
                row.asked_staff.as_ref(),
                row.holder.as_ref(),
                row.basis.as_ref(),
                &row.sex,
                row.birth_year,
                row.worker_class.as_ref(),
                row.has_document,
                &row.photo,
                row.landlord.person.as_ref(),
                row.landlord.answer.as_ref(),
                row.landlord.way.as_ref(),
                row.landlord.at,
                row.landlord.staff.as_ref(),
                &row.missing,
                &row.delivery,
                row.applied_at
            ],
        )?;
        Ok(added == 1)
    }

    /// Changes what may change of an application that is still at `row.version`.
    pub fn update_application(&self, row: &ApplicationRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_APPLICATION,
            params![
                row.shard,
                &row.application,
                row.version,
                row.holder.as_ref(),
                row.has_document,
                &row.photo,
                row.landlord.person.as_ref(),
                row.landlord.answer.as_ref(),
                row.landlord.way.as_ref(),
                row.landlord.at,
                row.landlord.staff.as_ref(),
                &row.missing,
                &row.delivery,
                &row.state,
                row.reason.as_ref(),
                row.decided_at,
                row.decided_by.as_ref(),
                row.pass.as_ref()
            ],
        )
    }
}
