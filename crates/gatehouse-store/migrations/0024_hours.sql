-- sharded: lies with the gate; derived, rebuilt from crossings and amendments at will.
-- How many crossings of each sort a gate had in an hour. The device is part of the key, so that
-- two devices of a gate never wait for each other.
CREATE TABLE crossing_hour (
    shard BIGINT NOT NULL, -- county
    gate BYTEA NOT NULL, -- where
    hour_at BIGINT NOT NULL, -- first instant of the hour that counted_at lies in
    device BYTEA NOT NULL, -- gate device
    way BIGINT NOT NULL, -- as in crossing
    verdict BIGINT NOT NULL, -- as in crossing
    outcome BIGINT NOT NULL, -- as it stands after amendments; -1 once undone
    is_emergency BIGINT NOT NULL, -- as in crossing
    crossings BIGINT NOT NULL, -- how many
    PRIMARY KEY (shard, gate, hour_at, device, way, verdict, outcome, is_emergency)
)
--sqlite: WITHOUT ROWID
;
INSERT INTO crossing_hour (shard, gate, hour_at, device, way, verdict, outcome, is_emergency,
        crossings)
    SELECT shard, gate, hour_at, device, way, verdict, outcome, is_emergency, count(*)
    FROM (SELECT c.shard, c.gate, c.counted_at - c.counted_at % 3600000 AS hour_at, c.device,
            c.way, c.verdict, c.is_emergency,
            coalesce((SELECT CASE WHEN a.kind = 'undo' THEN -1 ELSE a.outcome END
                FROM amendment a
                WHERE a.shard = c.shard AND a.device = c.device AND a.of_seq = c.seq
                    AND a.kind <> 'emergency'
                ORDER BY a.number DESC LIMIT 1), c.outcome) AS outcome
        FROM crossing c) n
    GROUP BY shard, gate, hour_at, device, way, verdict, outcome, is_emergency;

-- The few that were refused, with their reasons.
CREATE INDEX crossing_refused ON crossing (shard, gate, counted_at) WHERE verdict = 2;
-- Counts of a compound without a look at each row.
CREATE INDEX person_counted ON person (shard, area) WHERE state = 'active';
CREATE INDEX pass_counted ON pass (shard, area, expires_at, from_at) WHERE revoked_at IS NULL;
