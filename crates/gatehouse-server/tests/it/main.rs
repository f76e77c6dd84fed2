//! The server from outside: its router without a socket, and its binary.

mod bad_input;
mod crossings;
mod first_start;
mod gate;
mod import_pages;
mod import_round_trip;
mod imports;
mod jobs;
mod matrix;
mod open_items;
mod pages;
mod paper;
mod passes;
mod passes_desk;
mod passes_laws;
mod people;
mod places;
mod print;
mod rendered;
mod resident;
mod sign_in;
mod staff;
mod start;
mod support;
