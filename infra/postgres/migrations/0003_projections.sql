-- What the projection runner keeps. The read models' own tables are made from their row structs by the runner, each
-- with row-level security for `baseplus_app`.

CREATE SCHEMA views AUTHORIZATION baseplus_worker;
GRANT USAGE ON SCHEMA views TO baseplus_app;

-- One row a partition of Kafka. epoch fences: whoever takes the partition raises it, and a batch of an older owner
-- finds no row to update. lease_until lets a dead owner's partition go to somebody else.
CREATE TABLE views.checkpoint (
    partition int PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    next_offset bigint NOT NULL DEFAULT 0,
    owner text,
    lease_until timestamptz
) WITH (fillfactor = 50);

CREATE TABLE views.workers (
    worker text PRIMARY KEY,
    seen_at timestamptz NOT NULL
);

-- How far the live read models have folded each tenant's history.
CREATE TABLE views.tenant_position (
    tenant text PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 50);

-- The generations of each view: one is live; the one before it, retired, is kept to switch back to; the next one is
-- building beside them. shape: the form of its rows. types: the stored event types that it has folded.
CREATE TABLE views.generations (
    view text NOT NULL,
    generation int NOT NULL,
    shape text NOT NULL,
    types text[] NOT NULL,
    state text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (view, generation)
);
CREATE UNIQUE INDEX one_live_generation ON views.generations (view) WHERE state = 'live';

-- How far a generation that is not live has folded each tenant's history.
CREATE TABLE views.generation_position (
    view text NOT NULL,
    generation int NOT NULL,
    tenant text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (view, generation, tenant)
);

-- A tenant whose event a generation of a view could not fold waits here from that position on; everybody else goes on.
CREATE TABLE views.parked (
    view text NOT NULL,
    generation int NOT NULL,
    tenant text NOT NULL,
    position bigint NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (view, generation, tenant)
);

-- The tenants that a rebuild has still to build, shared out among its processes.
CREATE TABLE views.rebuild_queue (
    run text NOT NULL,
    tenant text NOT NULL,
    upto bigint NOT NULL,
    PRIMARY KEY (run, tenant)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['checkpoint', 'workers', 'tenant_position', 'parked', 'generations',
                                'generation_position', 'rebuild_queue'] LOOP
        EXECUTE format('ALTER TABLE views.%I OWNER TO baseplus_worker', name);
        EXECUTE format('ALTER TABLE views.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE views.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY worker ON views.%I TO baseplus_worker USING (true) WITH CHECK (true)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['tenant_position', 'parked'] LOOP
        EXECUTE format($p$CREATE POLICY own_tenant ON views.%I FOR SELECT TO baseplus_app
            USING (tenant = (SELECT current_setting('app.tenant', true)))$p$, name);
        EXECUTE format('GRANT SELECT ON views.%I TO baseplus_app', name);
    END LOOP;
END $$;
