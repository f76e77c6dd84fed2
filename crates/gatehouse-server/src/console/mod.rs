//! Pages for staff: one file per noun; HTML from the server, each a plain form. A file adds its
//! own routes, each with its rule.

pub mod access;
pub mod alarms;
pub mod area;
pub mod area_today;
mod change_chart;
mod chart_axis;
pub mod complaints;
pub mod contacts;
pub mod crossing;
pub mod crossing_line;
pub mod crossings;
mod crossings_sheet;
pub mod devices;
mod door_card;
pub mod emergencies;
pub mod erasure;
pub mod fever;
mod fever_fields;
pub mod fever_report;
mod fever_view;
pub mod fevers;
pub mod files;
pub mod gate_app;
pub mod handover;
pub mod health;
pub mod helpers;
pub mod home;
mod hour_chart;
pub mod household;
pub mod household_calls;
pub mod household_crossings;
pub mod import;
mod import_check;
mod import_map;
mod import_progress;
pub mod import_run;
pub mod known_fact;
pub mod login;
pub mod logout;
pub mod look;
mod look_line;
pub mod messages;
pub mod metrics;
pub mod pass_apply;
pub mod pass_apply_view;
pub mod pass_building;
pub mod pass_decide;
pub mod pass_detail;
pub mod pass_life;
pub mod pass_life_view;
pub mod pass_page;
pub mod pass_picture;
pub mod pass_words;
pub mod passes;
pub mod password;
pub mod people;
pub mod person;
pub mod person_both;
pub mod person_edit;
pub mod person_plain;
pub mod person_steps;
pub mod places;
pub mod policy;
pub mod policy_brake;
pub mod policy_draft;
pub mod policy_draft_form;
pub mod policy_draft_parts;
pub mod policy_draft_view;
pub mod policy_paper;
pub mod policy_parts;
pub mod policy_proved;
pub mod policy_replay;
pub mod policy_row;
pub mod policy_row_duty;
pub mod policy_row_form;
pub mod policy_row_view;
pub mod policy_steps;
pub mod policy_version;
pub mod policy_versions;
pub mod policy_words;
pub mod print;
mod replay_examples;
mod replay_figures;
mod replay_view;
pub mod resident_code;
pub mod staff;
pub mod stages;
pub mod step_view;
pub mod stream_out;
pub mod style;
pub mod today;
pub mod today_live;
mod today_todo;
pub mod tray;
mod tray_event;
pub mod vehicles;
pub mod views;
pub mod visits;
mod when;

use crate::auth::access::Routes;

/// The routes of all pages.
pub fn routes(table: Routes) -> Routes {
    [
        home::routes,
        login::routes,
        logout::routes,
        look::routes,
        password::routes,
        area::routes,
        staff::routes,
        stages::routes,
        places::routes,
        devices::routes,
        complaints::routes,
        visits::routes,
        resident_code::routes,
        access::routes,
        contacts::routes,
        today::routes,
        people::routes,
        household::routes,
        household_crossings::routes,
        household_calls::routes,
        tray::routes,
        vehicles::routes,
        person::routes,
        person_plain::routes,
        person_edit::routes,
        person_steps::routes,
        erasure::routes,
        crossings::routes,
        crossing::routes,
        views::routes,
        area_today::routes,
        today_live::routes,
        fevers::routes,
        fever_report::routes,
        fever::routes,
        handover::routes,
        emergencies::routes,
        alarms::routes,
        pass_page::routes,
        policy::routes,
        policy_paper::routes,
        policy_draft::routes,
        policy_row::routes,
        policy_version::routes,
        policy_versions::routes,
        policy_replay::routes,
        print::routes,
        passes::routes,
        pass_decide::routes,
        pass_picture::routes,
        pass_life::routes,
        pass_apply::routes,
        pass_building::routes,
        helpers::routes,
        style::routes,
        files::routes,
        gate_app::routes,
        health::routes,
        messages::routes,
        metrics::routes,
        import::routes,
        import_run::routes,
    ]
    .into_iter()
    .fold(table, |table, add| add(table))
}
