-- Lists of one household, plate or landlord are found in the order in which they are read: SQLite,
-- which counts nothing beforehand, would otherwise walk through all of a county for the order.
DROP INDEX vehicle_plate;
CREATE INDEX vehicle_plate ON vehicle (shard, plate, vehicle);
DROP INDEX vehicle_household;
CREATE INDEX vehicle_household ON vehicle (shard, household, plate, vehicle);
DROP INDEX residence_landlord;
CREATE INDEX residence_landlord ON residence (shard, landlord, household)
    WHERE landlord IS NOT NULL;
DROP INDEX helper_household;
CREATE INDEX helper_household ON helper (shard, household, helper);
DROP INDEX person_household;
CREATE INDEX person_household ON person (shard, household, person);
