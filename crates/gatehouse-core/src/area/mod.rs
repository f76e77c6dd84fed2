//! The one administrative tree (AREA-1, AREA-2): levels, codes, what runs a compound.
