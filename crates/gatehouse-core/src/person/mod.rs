//! People: names, document numbers, phones; draft and valid.
