//! 观察: plans of observation, from the day it begins to its release (OBS-2 to OBS-11).
//!
//! A [`Plan`] is what a policy document says of everyone who is observed for one reason: stages
//! with their days, visits, tests. It holds nobody: only an order does ([`crate::order`]).
//! [`schedule`] lays it out over the days of one person; past its days that person is free, and
//! only a further order with a reason makes them more.

mod schedule;
mod types;
mod visits;

pub use schedule::{
    DatedStage, DatedTest, MayInstead, NotSaid, Ordered, Over, Schedule, TestState, Why, schedule,
};
pub use types::{
    Circumstance, Clock, DayZero, EarlyEnd, Elsewhere, Found, Occasion, Plan, PlanTodo, Recipient,
    Stage, StageKind, Subject, Team, TeamMember, Test, Todo, Visit, VisitKind, Windows,
};
pub use visits::{DatedVisit, VisitDone, VisitState};
