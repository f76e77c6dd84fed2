-- Ways to find things; no table. What a resident's pass did is found through the passages of the
-- household, which are there anyway. An index over all passes is written at a place of its own for
-- every crossing, and cost a gate a page of each commit for each person: what most crossings are
-- costs no index. It holds only what no passage of a household tells.
DROP INDEX crossing_pass;
CREATE INDEX crossing_pass_apart ON crossing (shard, pass_list, pass_index, counted_at)
    WHERE pass_list IS NOT NULL
        AND (household IS NULL OR subject IS NULL OR subject_is_vehicle = 1);
