//! Every situation in which all is known, as clauses: for each reading of a policy one variable a
//! class of which exactly one holds, and what readings of one fact, and facts among themselves,
//! can never be together.

use super::plain::{NO, NOT_APPLICABLE, YES, ordinary, turn};
use crate::gate::compiled::{Policy, Row, Test};
use crate::gate::fact::{ALL, Absent, Fact, FactSpec, Kind, Ways};
use crate::gate::json::read_known;
use crate::gate::reading::{Lens, Per, Reading, Window};
use crate::gate::subject::SubjectKind;
use crate::gate::value::{Known, Value};
use crate::json::Json;
use std::collections::BTreeMap;
use varisat::{ExtendFormula, Lit, Solver};

/// Questions that one proof asks at most: some hundred times what a notice of 150 rows needs
/// (local choice; `cargo xtask bench policy`).
pub const QUESTIONS_MOST: u32 = 100_000;

/// The situations of a policy, ready to be asked about.
pub(super) struct Model<'p> {
    pub policy: &'p Policy,
    solver: Solver<'static>,
    /// For each reading its classes with their variables.
    classes: Vec<Vec<(usize, Lit)>>,
    tests: BTreeMap<(u8, u64), Lit>,
    /// For each row whether it applies.
    applies: Vec<Lit>,
    /// Questions that may still be asked.
    left: u32,
}

/// A situation that was asked for.
pub(super) struct Found {
    /// The class of each reading.
    pub classes: Vec<usize>,
    /// Whether another class of the reading alone would make it another situation than was asked
    /// for.
    pub matters: Vec<bool>,
}

impl Found {
    /// Whether a row applies in it.
    pub fn applies(&self, row: &Row) -> bool {
        let holds = |test: &Test| {
            let class = self.classes.get(usize::from(test.reading));
            class.is_some_and(|class| test.accept >> class & 1 == 1)
        };
        let excepted = |tests: &Vec<Test>| tests.iter().all(holds);
        row.all.iter().all(holds) && !row.unless.iter().any(excepted)
    }
}

impl<'p> Model<'p> {
    pub fn of(policy: &'p Policy) -> Model<'p> {
        let mut model = Model {
            policy,
            solver: Solver::new(),
            classes: Vec::new(),
            tests: BTreeMap::new(),
            applies: Vec::new(),
            left: QUESTIONS_MOST,
        };
        model.take_readings();
        model.relate_readings();
        model.forbid_never();
        let rows = policy.rows();
        model.applies = rows.iter().map(|row| model.row(row)).collect();
        model
    }

    /// A situation in which all of these hold, as plain as possible.
    pub fn find(&mut self, wanted: &[Lit]) -> Option<Found> {
        let goal = self.all_of(wanted);
        let mut fixed = vec![goal];
        let mut classes = vec![NOT_APPLICABLE; self.classes.len()];
        let mut turns: Vec<usize> = (0..self.classes.len()).collect();
        turns.sort_by_key(|at| turn(self.fact(*at)));
        let mut who = None;
        // Each reading in turn takes the plainest class that it can.
        for at in &turns {
            let order = self.plain_first(*at, who);
            let (class, _) = order.into_iter().find(|(_, lit)| {
                fixed.push(*lit);
                let holds = self.holds(&fixed);
                if !holds {
                    fixed.pop();
                }
                holds
            })?;
            classes[*at] = class;
            if self.fact(*at) == Fact::SubjectKind {
                who = class
                    .checked_sub(1)
                    .and_then(|at| SubjectKind::at(at as u8));
            }
        }
        let mut matters = vec![false; classes.len()];
        for (place, at) in turns.into_iter().enumerate() {
            let mut others = fixed.clone();
            others.remove(place + 1);
            others[0] = !goal;
            matters[at] = self.holds(&others);
        }
        Some(Found { classes, matters })
    }

    /// Whether no question is left: answers mean nothing any more.
    pub fn is_tired(&self) -> bool {
        self.left == 0
    }

    /// Whether there is a situation in which all of these hold. Once tired it says no.
    pub fn holds(&mut self, wanted: &[Lit]) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.is_tired() {
            return false;
        }
        self.solver.assume(wanted);
        // Without a limit of time or memory the solver only ends with an answer.
        self.solver.solve().unwrap_or(false)
    }

    /// Whether a row applies.
    pub fn applies(&self, row: usize) -> Lit {
        self.applies[row]
    }

    /// That a reading of a whole fact lies in a class, if the policy reads it.
    pub fn lies_in(&self, fact: Fact, class: usize) -> Option<Lit> {
        self.class_of(self.whole(fact)?, class)
    }

    /// That a reading of a fact lies in its lowest class, or does not arise: nothing is the matter.
    pub fn nothing_is(&mut self, fact: Fact) -> Vec<Lit> {
        let mut lits = Vec::new();
        for at in 0..self.classes.len() {
            if self.fact(at) == fact {
                let plain = self.classes[at].iter().filter(|(class, _)| *class <= NO);
                let plain: Vec<Lit> = plain.map(|(_, lit)| *lit).collect();
                lits.push(self.one_of(&plain));
            }
        }
        lits
    }

    /// That a number may be one below a limit, or does not arise.
    pub fn may_lie_below(&mut self, fact: Fact, limit: i64) -> Option<Lit> {
        let at = self.whole(fact)?;
        let Lens::Whole { cuts } = &self.reading(at).lens else {
            return None;
        };
        let below = cuts.partition_point(|cut| *cut < limit) + NO;
        let classes = self.classes[at].iter();
        let classes = classes.filter(|(class, _)| *class <= below);
        let lits: Vec<Lit> = classes.map(|(_, lit)| *lit).collect();
        Some(self.one_of(&lits))
    }

    /// Of a row that can never apply, the readings of which some conditions alone rule one another
    /// out; none where it is its exceptions that leave nothing.
    pub fn at_odds(&mut self, row: &Row) -> Vec<usize> {
        let mut tests: Vec<(usize, Lit)> = row
            .all
            .iter()
            .map(|test| (usize::from(test.reading), self.test(test)))
            .collect();
        let lits = |tests: &[(usize, Lit)]| tests.iter().map(|one| one.1).collect::<Vec<Lit>>();
        if self.holds(&lits(&tests)) {
            return Vec::new();
        }
        for at in (0..tests.len()).rev() {
            let taken = tests.remove(at);
            if self.holds(&lits(&tests)) {
                tests.insert(at, taken);
            }
        }
        tests.into_iter().map(|(reading, _)| reading).collect()
    }

    /// All needs of a row are met.
    pub fn needs_met(&mut self, row: &Row) -> Lit {
        let needs: Vec<Lit> = row.needs.iter().map(|need| self.test(need)).collect();
        self.all_of(&needs)
    }

    pub fn reading(&self, at: usize) -> &'p Reading {
        &self.policy.compiled().readings[at]
    }

    fn fact(&self, at: usize) -> Fact {
        self.policy.lookups()[at].0
    }

    /// The reading of a whole fact.
    pub fn whole(&self, fact: Fact) -> Option<usize> {
        let readings = &self.policy.compiled().readings;
        (0..readings.len())
            .find(|at| self.fact(*at) == fact && matches!(readings[*at].lens, Lens::Whole { .. }))
    }

    fn class_of(&self, reading: usize, class: usize) -> Option<Lit> {
        let mut classes = self.classes[reading].iter();
        classes.find(|(at, _)| *at == class).map(|(_, lit)| *lit)
    }

    fn take_readings(&mut self) {
        let readings = &self.policy.compiled().readings;
        for (reading, (fact, every)) in readings.iter().zip(self.policy.lookups()) {
            let may_not_arise = may_not_arise(fact.spec());
            let bits = *every | u64::from(may_not_arise);
            let classes: Vec<(usize, Lit)> = (0..64)
                .filter(|at| bits & (1 << at) != 0 && can_be(reading, *at))
                .map(|at| (at, self.solver.new_lit()))
                .collect();
            let lits: Vec<Lit> = classes.iter().map(|(_, lit)| *lit).collect();
            self.solver.add_clause(&lits);
            for (at, one) in lits.iter().enumerate() {
                for other in &lits[at + 1..] {
                    self.solver.add_clause(&[!*one, !*other]);
                }
            }
            self.classes.push(classes);
        }
    }

    /// Readings of one fact go together, and a fact arises for whom and where its file says.
    fn relate_readings(&mut self) {
        for one in 0..self.classes.len() {
            self.arises(one);
            for other in 0..self.classes.len() {
                if one != other && self.fact(one) == self.fact(other) {
                    self.go_together(one, other);
                }
            }
        }
        self.sets();
        // A temperature that is known was taken.
        let taken = self.lies_in(Fact::TemperatureTaken, YES);
        if let (Some(taken), Some(_)) = (taken, self.whole(Fact::Temperature)) {
            self.solver.add_clause(&[taken]);
        }
    }

    fn arises(&mut self, at: usize) {
        let spec = self.fact(at).spec();
        let Some(not) = self.class_of(at, NOT_APPLICABLE) else {
            return;
        };
        let outside: Vec<Lit> = SubjectKind::ALL
            .into_iter()
            .filter(|kind| !spec.subjects.contains(*kind))
            .filter_map(|kind| self.lies_in(Fact::SubjectKind, kind as usize + 1))
            .chain(match spec.ways {
                Ways::Inward => self.lies_in(Fact::Way, YES),
                Ways::Both => None,
            })
            .collect();
        for lit in &outside {
            self.solver.add_clause(&[!*lit, not]);
        }
        if spec.when_absent != Absent::NotApplicable {
            self.solver.add_clause(&[&[!not][..], &outside].concat());
        }
    }

    fn go_together(&mut self, one: usize, other: usize) {
        let not = [one, other].map(|at| self.class_of(at, NOT_APPLICABLE));
        if let [Some(one), Some(other)] = not {
            self.solver.add_clause(&[!one, other]);
        }
        match (&self.reading(one).lens, &self.reading(other).lens) {
            (
                Lens::StayWithin { kinds, days },
                Lens::StayWithin {
                    kinds: more,
                    days: longer,
                },
            ) if kinds & more == *kinds && days <= longer => {
                self.implies((one, YES), (other, YES));
            }
            (Lens::OutingCount { .. }, Lens::OutingCount { .. }) => self.no_more(one, other),
            _ => {}
        }
    }

    /// A count that holds part of another is never larger.
    fn no_more(&mut self, one: usize, other: usize) {
        let (
            Lens::OutingCount {
                per,
                window,
                purposes,
                cuts,
                ..
            },
            Lens::OutingCount {
                per: per_other,
                window: window_other,
                purposes: purposes_other,
                cuts: cuts_other,
                ..
            },
        ) = (&self.reading(one).lens, &self.reading(other).lens)
        else {
            return;
        };
        let is_part = (per == per_other || *per == Per::Person)
            && is_within(*window, *window_other)
            && (*purposes_other == 0 || purposes & purposes_other == *purposes && *purposes != 0);
        if !is_part {
            return;
        }
        for (class, least) in cuts.iter().enumerate() {
            // At least `least` here: there at least as many.
            let here = self.classes_from(one, class + 2);
            let first = cuts_other.partition_point(|cut| cut <= least);
            let there = self.classes_from(other, first + 1);
            for lit in here {
                self.solver.add_clause(&[&[!lit][..], &there].concat());
            }
        }
    }

    /// The classes of a reading from one on.
    fn classes_from(&self, reading: usize, first: usize) -> Vec<Lit> {
        let classes = self.classes[reading].iter();
        classes
            .filter(|(at, _)| *at >= first)
            .map(|(_, lit)| *lit)
            .collect()
    }

    fn implies(&mut self, (one, class): (usize, usize), (other, then): (usize, usize)) {
        if let (Some(one), Some(other)) = (self.class_of(one, class), self.class_of(other, then)) {
            self.solver.add_clause(&[!one, other]);
        }
    }

    /// One variable for each member of a set that is looked at.
    fn sets(&mut self) {
        for fact in ALL {
            let Kind::Set(choices) = fact.spec().kind else {
                continue;
            };
            let members: Vec<Lit> = choices.iter().map(|_| self.solver.new_lit()).collect();
            for at in 0..self.classes.len() {
                if self.fact(at) != fact {
                    continue;
                }
                let (Some(no), Some(yes)) = (self.class_of(at, NO), self.class_of(at, YES)) else {
                    continue;
                };
                let chosen = |bits: u32| {
                    let named = members.iter().enumerate();
                    let named = named.filter(move |(at, _)| bits & (1 << at) != 0);
                    named.map(|(_, lit)| *lit).collect::<Vec<Lit>>()
                };
                match &self.reading(at).lens {
                    Lens::AnyOf { members } => {
                        let some = chosen(*members);
                        self.solver.add_clause(&[&[!yes][..], &some].concat());
                        some.iter()
                            .for_each(|one| self.solver.add_clause(&[!no, !*one]));
                    }
                    Lens::AllOf { members } => {
                        let all = chosen(*members);
                        all.iter()
                            .for_each(|one| self.solver.add_clause(&[!yes, *one]));
                        let none: Vec<Lit> = all.iter().map(|one| !*one).collect();
                        self.solver.add_clause(&[&[!no][..], &none].concat());
                    }
                    _ => {}
                }
            }
        }
    }

    /// What fact files say can never be together, as far as the policy reads it.
    fn forbid_never(&mut self) {
        for never in ALL.iter().flat_map(|fact| fact.spec().never) {
            let lits: Option<Vec<Lit>> = never
                .iter()
                .map(|(name, value)| self.literal(name, value))
                .collect();
            if let Some(lits) = lits {
                let none: Vec<Lit> = lits.into_iter().map(|lit| !lit).collect();
                self.solver.add_clause(&none);
            }
        }
    }

    /// That a flag or choice has a value, written in JSON.
    fn literal(&self, name: &str, value: &str) -> Option<Lit> {
        let fact = Fact::named(name)?;
        let known = read_known(fact, &Json::parse(value.as_bytes())?).ok()?;
        let class = match known {
            Known::NotApplicable => NOT_APPLICABLE,
            Known::Is(Value::Flag(flag)) => NO + usize::from(flag),
            Known::Is(Value::Choice(position)) => usize::from(position) + 1,
            _ => return None,
        };
        self.lies_in(fact, class)
    }

    /// The classes of a reading with the plainest first: what is so where nobody says otherwise.
    fn plain_first(&self, at: usize, who: Option<SubjectKind>) -> Vec<(usize, Lit)> {
        let plain = ordinary(self.reading(at), who);
        let is_never_there = self.fact(at).spec().when_absent == Absent::NotApplicable;
        let rank = |class: usize| match class {
            NOT_APPLICABLE if is_never_there => 0,
            class if class == plain => 1,
            NOT_APPLICABLE => 3,
            _ => 2,
        };
        let mut order = self.classes[at].clone();
        order.sort_by_key(|(class, _)| (rank(*class), *class));
        order
    }

    fn test(&mut self, test: &Test) -> Lit {
        if let Some(lit) = self.tests.get(&(test.reading, test.accept)) {
            return *lit;
        }
        let classes = self.classes[usize::from(test.reading)].clone();
        let holds = self.solver.new_lit();
        for (class, lit) in classes {
            let accepted = test.accept & (1 << class) != 0;
            self.solver
                .add_clause(&[!lit, if accepted { holds } else { !holds }]);
        }
        self.tests.insert((test.reading, test.accept), holds);
        holds
    }

    /// A variable that holds where one of these does.
    pub fn one_of(&mut self, lits: &[Lit]) -> Lit {
        let none: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
        !self.all_of(&none)
    }

    /// A variable that holds where all of these do.
    pub fn all_of(&mut self, lits: &[Lit]) -> Lit {
        let all = self.solver.new_lit();
        lits.iter()
            .for_each(|lit| self.solver.add_clause(&[!all, *lit]));
        let none: Vec<Lit> = lits.iter().map(|lit| !*lit).collect();
        self.solver.add_clause(&[&[all][..], &none].concat());
        all
    }

    fn row(&mut self, row: &Row) -> Lit {
        let mut parts: Vec<Lit> = row.all.iter().map(|test| self.test(test)).collect();
        for exception in &row.unless {
            let tests: Vec<Lit> = exception.iter().map(|test| self.test(test)).collect();
            let excepted = self.all_of(&tests);
            parts.push(!excepted);
        }
        self.all_of(&parts)
    }
}

fn is_within(one: Window, other: Window) -> bool {
    match (one, other) {
        (Window::Rolling { days }, Window::Rolling { days: more })
        | (Window::Calendar { days }, Window::Calendar { days: more }) => days <= more,
        _ => false,
    }
}

/// Whether a fact may not arise at all in a situation where everything is known.
fn may_not_arise(spec: &FactSpec) -> bool {
    let for_everyone = SubjectKind::ALL
        .into_iter()
        .all(|kind| spec.subjects.contains(kind));
    spec.when_absent == Absent::NotApplicable || !for_everyone || spec.ways == Ways::Inward
}

/// Whether a class holds any number that the fact can be: a cut may lie at its very end.
fn can_be(reading: &Reading, class: usize) -> bool {
    let kind = Fact::numbered(reading.fact).map(|fact| fact.spec().kind);
    let (Lens::Whole { cuts }, Some(Kind::Number { least, most, .. })) = (&reading.lens, kind)
    else {
        return true;
    };
    let from = class.checked_sub(2).and_then(|at| cuts.get(at));
    let below = class.checked_sub(1).and_then(|at| cuts.get(at));
    from.is_none_or(|from| *from <= most) && below.is_none_or(|below| *below > least)
}
