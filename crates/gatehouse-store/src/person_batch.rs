//! Many people at once, for imports: sealed before the transaction begins, written several to a
//! statement. *Sharded*; the tables are those of `person.rs`.

use crate::error::StoreError;
use crate::person::{PersonPlain, PersonRow};
use crate::person_plain::place;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Value;
use crate::vault::{Chance, PersonKey, Vault};
use crate::{params, sql};
use gatehouse_core::id::PersonId;
use gatehouse_core::person::search::SearchTerm;

/// People in one statement.
const PEOPLE: usize = 8;
/// Tokens in one statement.
const TOKENS: usize = 64;
/// Tokens in one question.
const ASKED: usize = 50;

sql! {
    INSERT_PEOPLE = "INSERT INTO person (shard, person, kind, household, area, sex, birth_year,
            worker_class, state, wrapped_key, masked_sealed, name_sealed, birth_on_sealed,
            document_sealed, phone_sealed, employer_sealed, photo_sealed, note_sealed, created_at,
            version)
        VALUES
            (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, 1), (?1, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33,
            ?34, ?35, ?36, ?37, 1), (?1, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48,
            ?49, ?50, ?51, ?52, ?53, ?54, ?55, 1), (?1, ?56, ?57, ?58, ?59, ?60, ?61, ?62, ?63,
            ?64, ?65, ?66, ?67, ?68, ?69, ?70, ?71, ?72, ?73, 1), (?1, ?74, ?75, ?76, ?77, ?78,
            ?79, ?80, ?81, ?82, ?83, ?84, ?85, ?86, ?87, ?88, ?89, ?90, ?91, 1), (?1, ?92, ?93,
            ?94, ?95, ?96, ?97, ?98, ?99, ?100, ?101, ?102, ?103, ?104, ?105, ?106, ?107, ?108,
            ?109, 1), (?1, ?110, ?111, ?112, ?113, ?114, ?115, ?116, ?117, ?118, ?119, ?120,
            ?121, ?122, ?123, ?124, ?125, ?126, ?127, 1), (?1, ?128, ?129, ?130, ?131, ?132,
            ?133, ?134, ?135, ?136, ?137, ?138, ?139, ?140, ?141, ?142, ?143, ?144, ?145, 1)";
    INSERT_ONE = "INSERT INTO person (shard, person, kind, household, area, sex, birth_year,
            worker_class, state, wrapped_key, masked_sealed, name_sealed, birth_on_sealed,
            document_sealed, phone_sealed, employer_sealed, photo_sealed, note_sealed, created_at,
            version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, 1)";
    INSERT_TOKENS = "INSERT INTO person_token (shard, token, person) VALUES
            (?1, ?2, ?3), (?1, ?4, ?5), (?1, ?6, ?7), (?1, ?8, ?9), (?1, ?10, ?11), (?1, ?12,
            ?13), (?1, ?14, ?15), (?1, ?16, ?17), (?1, ?18, ?19), (?1, ?20, ?21), (?1, ?22, ?23),
            (?1, ?24, ?25), (?1, ?26, ?27), (?1, ?28, ?29), (?1, ?30, ?31), (?1, ?32, ?33), (?1,
            ?34, ?35), (?1, ?36, ?37), (?1, ?38, ?39), (?1, ?40, ?41), (?1, ?42, ?43), (?1, ?44,
            ?45), (?1, ?46, ?47), (?1, ?48, ?49), (?1, ?50, ?51), (?1, ?52, ?53), (?1, ?54, ?55),
            (?1, ?56, ?57), (?1, ?58, ?59), (?1, ?60, ?61), (?1, ?62, ?63), (?1, ?64, ?65), (?1,
            ?66, ?67), (?1, ?68, ?69), (?1, ?70, ?71), (?1, ?72, ?73), (?1, ?74, ?75), (?1, ?76,
            ?77), (?1, ?78, ?79), (?1, ?80, ?81), (?1, ?82, ?83), (?1, ?84, ?85), (?1, ?86, ?87),
            (?1, ?88, ?89), (?1, ?90, ?91), (?1, ?92, ?93), (?1, ?94, ?95), (?1, ?96, ?97), (?1,
            ?98, ?99), (?1, ?100, ?101), (?1, ?102, ?103), (?1, ?104, ?105), (?1, ?106, ?107),
            (?1, ?108, ?109), (?1, ?110, ?111), (?1, ?112, ?113), (?1, ?114, ?115), (?1, ?116,
            ?117), (?1, ?118, ?119), (?1, ?120, ?121), (?1, ?122, ?123), (?1, ?124, ?125), (?1,
            ?126, ?127), (?1, ?128, ?129)
        ON CONFLICT (shard, token, person) DO NOTHING";
    PERSONS_BY_TOKENS = "SELECT DISTINCT t.token, t.person FROM person_token t
        JOIN person p ON p.shard = t.shard AND p.person = t.person
        WHERE t.shard = ?1 AND p.state = 'active' AND t.token IN (
            ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
            ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36,
            ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48, ?49, ?50, ?51)
        ORDER BY t.token, t.person LIMIT 5000";
    TOKENS_OF = "SELECT token FROM person_token WHERE shard = ?1 AND person = ?2";
    DELETE_TOKENS = "DELETE FROM person_token WHERE shard = ?1 AND person = ?2";
    DELETE_PERSON = "DELETE FROM person WHERE shard = ?1 AND person = ?2 AND version = ?3";
}

/// A person ready to be written: sealing took place outside of the transaction.
pub struct SealedPerson {
    row: PersonRow,
    wrapped: Vec<u8>,
    /// Without the e-mail address, which no sheet has.
    sealed: [Option<Vec<u8>>; 8],
    tokens: Vec<i64>,
}

impl SealedPerson {
    /// Seals a new person under a key of their own.
    pub fn new(
        vault: &Vault,
        row: PersonRow,
        plain: &PersonPlain,
        terms: &[SearchTerm],
        chance: &Chance,
    ) -> SealedPerson {
        let key = PersonKey::new(chance);
        let [masked, name, birth_on, document, phone, employer, photo, note, _] =
            plain.seal(&key, &row.person, chance);
        let sealed = [masked, name, birth_on, document, phone, employer, photo, note];
        SealedPerson {
            wrapped: vault.wrap(&key, &place("wrapped_key", &row.person), chance),
            sealed,
            tokens: terms.iter().map(|term| vault.token(&term.reveal_bytes())).collect(),
            row,
        }
    }

    fn push<'a>(&'a self, values: &mut Vec<Value<'a>>) {
        let row = &self.row;
        values.extend_from_slice(params![
            &row.person,
            &row.kind,
            row.household.as_ref(),
            &row.area,
            &row.sex,
            row.birth_year,
            row.worker_class.as_ref(),
            &row.state,
            &self.wrapped
        ]);
        values.extend(self.sealed.iter().map(|sealed| Value::from(sealed.as_ref())));
        values.push(Value::from(row.created_at));
    }
}

impl ReadTx<'_> {
    /// Active people by token, each with the token that found them.
    pub fn persons_by_tokens(
        &self,
        shard: Shard,
        tokens: &[i64],
    ) -> Result<Vec<(i64, PersonId)>, StoreError> {
        let mut found = Vec::new();
        for chunk in tokens.chunks(ASKED) {
            // A question has a fixed number of places; the first token fills those left over.
            let mut values = vec![Value::from(shard)];
            let padded = chunk.iter().chain(std::iter::repeat(&chunk[0]));
            values.extend(padded.take(ASKED).map(|token| Value::from(*token)));
            found.extend(self.query(&PERSONS_BY_TOKENS, &values, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?);
        }
        Ok(found)
    }

    /// What a person is found by.
    pub fn tokens_of_person(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Vec<i64>, StoreError> {
        self.query(&TOKENS_OF, params![shard, &person], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Adds people of one county.
    pub fn insert_sealed_persons(
        &self,
        shard: Shard,
        people: &[SealedPerson],
    ) -> Result<(), StoreError> {
        for chunk in people.chunks(PEOPLE) {
            let full = chunk.len() == PEOPLE;
            let groups = if full { vec![chunk] } else { chunk.chunks(1).collect() };
            for group in groups {
                let mut values = vec![Value::from(shard)];
                group.iter().for_each(|person| person.push(&mut values));
                self.execute(if full { &INSERT_PEOPLE } else { &INSERT_ONE }, &values)?;
            }
        }
        for person in people {
            self.mark_list(shard, Some(person.row.area));
        }
        let mut tokens: Vec<(i64, &PersonId)> = people
            .iter()
            .flat_map(|p| p.tokens.iter().map(|token| (*token, &p.row.person)))
            .collect();
        // Neighbours in the index are written together.
        tokens.sort_unstable();
        for chunk in tokens.chunks(TOKENS) {
            let mut values = vec![Value::from(shard)];
            let padded = chunk.iter().chain(std::iter::repeat(&chunk[0]));
            for (token, person) in padded.take(TOKENS) {
                values.extend([Value::from(*token), Value::from(*person)]);
            }
            self.execute(&INSERT_TOKENS, &values)?;
        }
        Ok(())
    }

    /// Takes somebody out of the register who is still at a version and whom nothing names:
    /// taking back an import. Says whether they were.
    pub fn delete_person(
        &self,
        shard: Shard,
        person: PersonId,
        version: i64,
    ) -> Result<bool, StoreError> {
        self.mark_lists_of(shard, person)?;
        if self.execute(&DELETE_PERSON, params![shard, &person, version])? == 0 {
            return Ok(false);
        }
        self.execute(&DELETE_TOKENS, params![shard, &person])?;
        Ok(true)
    }
}
