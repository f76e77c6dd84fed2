//! Policy documents: reading, compiling, explaining, checking.
