-- How far each reaction has come. Same leases as of the projection workers, on tables of their own.

CREATE SCHEMA reactions AUTHORIZATION baseplus_worker;

-- next_offset stays 0: a reaction reads the event store, where its place is the tenant's position.
CREATE TABLE reactions.checkpoint (
    partition int PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    next_offset bigint NOT NULL DEFAULT 0,
    owner text,
    lease_until timestamptz
) WITH (fillfactor = 50);

CREATE TABLE reactions.workers (
    worker text PRIMARY KEY,
    seen_at timestamptz NOT NULL
);

-- Up to where each reaction has reacted to each tenant's history. Before it, events are folded in silence.
CREATE TABLE reactions.position (
    reaction text NOT NULL,
    tenant text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (reaction, tenant)
) WITH (fillfactor = 50);

-- A tenant whose event a reaction could not deal with waits here, in that reaction alone. position: of that event, or of
-- the last one before what the clock called for.
CREATE TABLE reactions.parked (
    reaction text NOT NULL,
    tenant text NOT NULL,
    position bigint NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (reaction, tenant)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['checkpoint', 'workers', 'position', 'parked'] LOOP
        EXECUTE format('ALTER TABLE reactions.%I OWNER TO baseplus_worker', name);
        EXECUTE format('ALTER TABLE reactions.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE reactions.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY worker ON reactions.%I TO baseplus_worker USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
