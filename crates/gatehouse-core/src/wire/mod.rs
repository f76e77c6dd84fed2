//! What devices and server tell each other; versions are never edited.
