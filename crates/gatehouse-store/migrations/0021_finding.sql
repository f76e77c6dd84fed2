-- Ways to find things in long lists; no table.
-- Doors in the order in which people walk along them: 2 before 10, since numbers are kept without
-- leading zeros.
CREATE INDEX household_walk ON household
    (shard, area, length(building), building, length(unit), unit, length(room), room);

-- The rare among crossings. What most crossings are costs no index.
CREATE INDEX crossing_emergency ON crossing (shard, gate, counted_at) WHERE is_emergency = 1;
CREATE INDEX crossing_overruled ON crossing (shard, gate, counted_at)
    WHERE overruling_reason IS NOT NULL;
CREATE INDEX crossing_stopped ON crossing (shard, gate, counted_at) WHERE verdict >= 2;

-- What `outing` does not hold of a household: attempts that came to nothing, and vehicles.
CREATE INDEX crossing_apart ON crossing (shard, household, counted_at)
    WHERE household IS NOT NULL AND (outcome <> 0 OR subject_is_vehicle = 1);
