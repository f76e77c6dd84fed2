//! Vehicles and their plates (GA 36).
