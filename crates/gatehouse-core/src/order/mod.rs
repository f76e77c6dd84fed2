//! Orders: the only thing that stops a person or closes a place (SCOPE-1).
