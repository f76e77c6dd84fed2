//! The resident's own side (SELF-1, SELF-2, SCOPE-5): a page without an account, opened by a code
//! on paper; what is held, who looked, what to correct, and visitors.

pub mod answer_request;
pub mod answer_visit;
pub mod apply_for_tenant;
pub mod call_household;
pub mod door;
pub mod expect_visitor;
pub mod find_resident;
pub mod list_visits;
pub mod lose_pass;
pub mod make_code;
pub mod read_home;
pub mod read_own_data;
pub mod read_own_records;
pub mod register_visit;
pub mod send_request;
pub mod tenants;
pub mod visit_code;
pub mod visit_page;
