//! Use cases, one file each; the only place that opens transactions.

pub mod area_of_gate;
pub mod change_password;
pub mod check_health;
pub mod decide_at_gate;
pub mod decide_line;
pub mod demo;
pub mod enrol_device;
pub mod examine;
pub mod find_caller;
pub mod hold_gate;
pub mod import_people;
pub mod issue_pass;
pub mod keep_jobs;
pub mod keep_open_items;
pub mod key_home;
pub mod lay_town;
pub mod list_areas;
pub mod list_crossings;
pub mod list_guards;
pub mod list_places;
pub mod make_board;
pub mod make_keys;
pub mod note;
pub mod order_request;
pub mod places;
pub mod policy_folder;
pub mod print_card;
pub mod print_passes;
pub mod read_area;
pub mod read_gate;
pub mod read_orders;
pub mod read_outings;
pub mod read_policies;
pub mod read_rules_here;
pub mod receive_events;
pub mod record_view;
pub mod seal_audit;
pub mod sign_in;
pub mod sign_order;
pub mod sign_out;
pub mod staff;
pub mod verify_audit;

#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod zone_tests;
