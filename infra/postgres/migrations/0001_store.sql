-- The event store: one gapless history per tenant.
--
-- Roles: `baseplus_owner` owns the functions that write and cannot log in. `baseplus_app` decides and reads for one
-- tenant at a time. `baseplus_relay` and `baseplus_worker` rightly cross tenants, by policies of their own, table by
-- table; nobody bypasses row-level security.

CREATE SCHEMA store;
REVOKE ALL ON SCHEMA store FROM PUBLIC;
GRANT USAGE ON SCHEMA store TO baseplus_owner, baseplus_app, baseplus_relay, baseplus_worker;
-- whom a table is handed to must be allowed to make one there, unless a superuser hands it over
GRANT CREATE ON SCHEMA store TO baseplus_owner;

-- partition: the tenant's partition on Kafka. A column, not a hash: clients disagree on hashes, and adding partitions
-- must not move a tenant. The row is also the tenant's counter, updated by every append: room for HOT updates.
CREATE TABLE store.tenants (
    tenant text PRIMARY KEY,
    partition int NOT NULL,
    last_position bigint NOT NULL DEFAULT 0,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE TABLE store.events (
    tenant text NOT NULL,
    position bigint NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text,
    correlation text,
    causation text,
    traceparent text,
    data bytea NOT NULL,
    PRIMARY KEY (tenant, position),
    UNIQUE (tenant, stream, version)
);

-- last_position < first_position: the request was accepted and nothing happened.
CREATE TABLE store.idempotency (
    tenant text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, key)
);

CREATE TABLE store.snapshots (
    tenant text NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (tenant, stream, version)
);

CREATE TABLE store.tracking (
    tenant text NOT NULL,
    name text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tenant, name)
) WITH (fillfactor = 50);

-- Which tenants have news: one row a transaction. The relay reads the difference of two snapshots. Unlogged: a crash
-- empties it, and the relay looks at every tenant whenever it connects.
CREATE UNLOGGED TABLE store.news (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    tenants text[] NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX news_xid ON store.news (xid);

-- Row-level security. An unset tenant is NULL or '', which equals no tenant: no rows.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenants', 'events', 'idempotency', 'snapshots', 'tracking'] LOOP
        EXECUTE format('ALTER TABLE store.%I OWNER TO baseplus_owner', name);
        EXECUTE format('ALTER TABLE store.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE store.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner ON store.%I TO baseplus_owner USING (true) WITH CHECK (true)', name);
        EXECUTE format($p$CREATE POLICY own_tenant ON store.%I TO baseplus_app
            USING (tenant = (SELECT current_setting('app.tenant', true)))
            WITH CHECK (tenant = (SELECT current_setting('app.tenant', true)))$p$, name);
        EXECUTE format('GRANT SELECT ON store.%I TO baseplus_app', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['tenants', 'events'] LOOP
        EXECUTE format('CREATE POLICY all_tenants ON store.%I FOR SELECT TO baseplus_relay, baseplus_worker USING (true)', name);
        EXECUTE format('GRANT SELECT ON store.%I TO baseplus_relay, baseplus_worker', name);
    END LOOP;
END $$;
ALTER TABLE store.news OWNER TO baseplus_owner;
GRANT SELECT, DELETE ON store.news TO baseplus_relay;
GRANT SELECT ON store.news TO baseplus_worker;
GRANT INSERT, DELETE ON store.snapshots TO baseplus_app;
GRANT INSERT, UPDATE ON store.tracking TO baseplus_app;

-- Registers tenants, spread over p_partitions; answers those that are new.
CREATE FUNCTION store.register(p_tenants text[], p_partitions int) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO store.tenants (tenant, partition)
    SELECT DISTINCT name, (hashtextextended(name, 11) & 2147483647)::int % p_partitions FROM unnest(p_tenants) name
    ON CONFLICT DO NOTHING RETURNING tenant
$$;

-- Append one request: the events of one command, in one round trip and one transaction.
-- status: 0 stored; 1 this key and request are known, the first positions are answered again; 2 the key belongs to
-- another request; 3 somebody else wrote to a stream first; 4 no such tenant. Only 0 leaves a trace.
-- p_checked[i]: event i is its stream's first in this request, so that its version must follow the stream's head. A new
-- stream begins with version 1; with 0 too, since the `eventsourcing` library lets its users begin there.
CREATE FUNCTION store.append_one(
    p_tenant text, p_key text, p_digest bytea,
    p_actor text, p_correlation text, p_causation text, p_traceparent text,
    p_offset int[], p_stream text[], p_version bigint[], p_checked bool[], p_type text[], p_occurred timestamptz[],
    p_data bytea[],
    OUT status int, OUT first bigint, OUT last bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n int := cardinality(p_stream);
    known bytea;
BEGIN
    -- First come, first served: a queue in front of the row lock cuts the tail to a third under contention.
    PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant, 7));
    IF p_key IS NOT NULL THEN
        SELECT i.digest, i.first_position, i.last_position INTO known, first, last
          FROM store.idempotency i WHERE i.tenant = p_tenant AND i.key = p_key;
        IF FOUND THEN
            status := CASE WHEN known = p_digest THEN 1 ELSE 2 END;
            RETURN;
        END IF;
    END IF;
    IF n = 1 THEN
        IF p_version[1] - 1 <> coalesce((SELECT x.version FROM store.events x WHERE x.tenant = p_tenant
                AND x.stream = p_stream[1] ORDER BY x.version DESC LIMIT 1), -(p_version[1] = 0)::int) THEN
            status := CASE WHEN EXISTS (SELECT FROM store.tenants t WHERE t.tenant = p_tenant) THEN 3 ELSE 4 END;
            RETURN;
        END IF;
    ELSIF EXISTS (SELECT FROM unnest(p_stream, p_version, p_checked) e(stream, version, checked)
            WHERE e.checked AND e.version - 1 <> coalesce((SELECT x.version FROM store.events x
                WHERE x.tenant = p_tenant AND x.stream = e.stream ORDER BY x.version DESC LIMIT 1), -(e.version = 0)::int)) THEN
        status := CASE WHEN EXISTS (SELECT FROM store.tenants t WHERE t.tenant = p_tenant) THEN 3 ELSE 4 END;
        RETURN;
    END IF;
    UPDATE store.tenants t SET last_position = t.last_position + n WHERE t.tenant = p_tenant
        RETURNING t.last_position INTO last;
    IF NOT FOUND THEN
        status := 4;
        RETURN;
    END IF;
    first := last - n + 1;
    status := 0;
    IF p_key IS NOT NULL THEN
        INSERT INTO store.idempotency (tenant, key, digest, first_position, last_position)
        VALUES (p_tenant, p_key, p_digest, first, last);
    END IF;
    IF n = 1 THEN
        INSERT INTO store.events (tenant, position, stream, version, type, occurred_at,
                                  actor, correlation, causation, traceparent, data)
        VALUES (p_tenant, first, p_stream[1], p_version[1], p_type[1], p_occurred[1],
                p_actor, p_correlation, p_causation, p_traceparent, p_data[1]);
    ELSIF n > 1 THEN
        INSERT INTO store.events (tenant, position, stream, version, type, occurred_at,
                                  actor, correlation, causation, traceparent, data)
        SELECT p_tenant, first + e.off, e.stream, e.version, e.type, e.occurred,
               p_actor, p_correlation, p_causation, p_traceparent, e.data
          FROM unnest(p_offset, p_stream, p_version, p_type, p_occurred, p_data)
               e(off, stream, version, type, occurred, data);
    END IF;
    IF n > 0 THEN
        INSERT INTO store.news (tenants) VALUES (ARRAY[p_tenant]);
    END IF;
END $$;

-- Append many requests of many callers in one transaction; each is answered alone, and a refused one hurts nobody.
-- Sorted by tenant; no two of them share a stream or a key. r_count events each, flattened into the e_ arrays.
CREATE FUNCTION store.append_group(
    r_tenant text[], r_key text[], r_digest bytea[],
    r_actor text[], r_correlation text[], r_causation text[], r_traceparent text[], r_count int[],
    e_offset int[], e_stream text[], e_version bigint[], e_checked bool[], e_type text[], e_occurred timestamptz[],
    e_data bytea[])
RETURNS TABLE (status int, first bigint, last bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i int;
    a int := 1;
    z int;
    n int;
    current text := NULL;
    position bigint;
    known bytea;
    moved bigint := 0;
    touched text[] := '{}';
BEGIN
    -- Everybody takes the locks in one order.
    PERFORM pg_advisory_xact_lock(k) FROM (
        SELECT DISTINCT hashtextextended(u.name, 7) k FROM unnest(r_tenant) u(name) ORDER BY 1) s;
    FOR i IN 1 .. cardinality(r_tenant) LOOP
        n := r_count[i];
        z := a + n - 1;
        IF current IS DISTINCT FROM r_tenant[i] THEN
            IF moved > 0 THEN
                UPDATE store.tenants t SET last_position = position WHERE t.tenant = current;
                touched := touched || current;
            END IF;
            current := r_tenant[i];
            moved := 0;
            SELECT t.last_position INTO position FROM store.tenants t WHERE t.tenant = current;
        END IF;
        known := NULL;
        first := NULL;
        last := NULL;
        IF r_key[i] IS NOT NULL THEN
            SELECT d.digest, d.first_position, d.last_position INTO known, first, last
              FROM store.idempotency d WHERE d.tenant = current AND d.key = r_key[i];
        END IF;
        IF known IS NOT NULL THEN
            status := CASE WHEN known = r_digest[i] THEN 1 ELSE 2 END;
        ELSIF position IS NULL THEN
            status := 4;
        ELSE
            status := 0;
            IF n = 1 THEN
                IF e_version[a] - 1 <> coalesce((SELECT x.version FROM store.events x WHERE x.tenant = current
                        AND x.stream = e_stream[a] ORDER BY x.version DESC LIMIT 1), -(e_version[a] = 0)::int) THEN
                    status := 3;
                END IF;
            ELSIF EXISTS (SELECT FROM unnest(e_stream[a:z], e_version[a:z], e_checked[a:z]) e(stream, version, checked)
                    WHERE e.checked AND e.version - 1 <> coalesce((SELECT x.version FROM store.events x
                        WHERE x.tenant = current AND x.stream = e.stream ORDER BY x.version DESC LIMIT 1), -(e.version = 0)::int)) THEN
                status := 3;
            END IF;
            IF status = 0 THEN
                first := position + 1;
                last := position + n;
                IF n = 1 THEN
                    INSERT INTO store.events (tenant, position, stream, version, type, occurred_at,
                                              actor, correlation, causation, traceparent, data)
                    VALUES (current, first, e_stream[a], e_version[a], e_type[a], e_occurred[a],
                            r_actor[i], r_correlation[i], r_causation[i], r_traceparent[i], e_data[a]);
                ELSIF n > 1 THEN
                    INSERT INTO store.events (tenant, position, stream, version, type, occurred_at,
                                              actor, correlation, causation, traceparent, data)
                    SELECT current, first + e.off, e.stream, e.version, e.type, e.occurred,
                           r_actor[i], r_correlation[i], r_causation[i], r_traceparent[i], e.data
                      FROM unnest(e_offset[a:z], e_stream[a:z], e_version[a:z], e_type[a:z], e_occurred[a:z],
                                  e_data[a:z]) e(off, stream, version, type, occurred, data);
                END IF;
                IF r_key[i] IS NOT NULL THEN
                    INSERT INTO store.idempotency (tenant, key, digest, first_position, last_position)
                    VALUES (current, r_key[i], r_digest[i], first, last);
                END IF;
                position := last;
                moved := moved + n;
            END IF;
        END IF;
        a := a + n;
        RETURN NEXT;
    END LOOP;
    IF moved > 0 THEN
        UPDATE store.tenants t SET last_position = position WHERE t.tenant = current;
        touched := touched || current;
    END IF;
    IF cardinality(touched) > 0 THEN
        INSERT INTO store.news (tenants) VALUES (touched);
    END IF;
END $$;

-- Load a stream for a decision, in one round trip. The tenant is set here, for this transaction alone, and row-level
-- security holds for the caller.
-- part 0: the key is known; number is the last position of its answer, data the request's digest. part 1: an event of
-- that answer (number is its version); where nothing had happened, one row without a type, number being the stream's
-- version then. Nothing else follows. part 2: the newest snapshot of type p_snapshot. part 3: the events after it.
CREATE FUNCTION store.load(p_tenant text, p_stream text, p_key text, p_snapshot text)
RETURNS TABLE (part int, number bigint, type text, data bytea)
LANGUAGE plpgsql AS $$
DECLARE
    base bigint := 0;
    low bigint;
    high bigint;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    IF p_key IS NOT NULL THEN
        SELECT 0, i.first_position, i.last_position, i.digest INTO part, low, high, data
          FROM store.idempotency i WHERE i.tenant = p_tenant AND i.key = p_key;
        IF FOUND THEN
            number := high;
            RETURN NEXT;
            RETURN QUERY SELECT 1, e.version, e.type, NULL::bytea FROM store.events e
                WHERE e.tenant = p_tenant AND e.position BETWEEN low AND high ORDER BY e.position;
            IF NOT FOUND THEN
                RETURN QUERY SELECT 1, coalesce(max(e.version), 0), NULL, NULL::bytea FROM store.events e
                    WHERE e.tenant = p_tenant AND e.stream = p_stream AND e.position <= high;
            END IF;
            RETURN;
        END IF;
    END IF;
    IF p_snapshot IS NOT NULL THEN
        SELECT 2, s.version, s.type, s.data INTO part, number, type, data
          FROM store.snapshots s WHERE s.tenant = p_tenant AND s.stream = p_stream AND s.type = p_snapshot
          ORDER BY s.version DESC LIMIT 1;
        IF FOUND THEN
            base := number;
            RETURN NEXT;
        END IF;
    END IF;
    RETURN QUERY SELECT 3, e.version, e.type, e.data FROM store.events e
        WHERE e.tenant = p_tenant AND e.stream = p_stream AND e.version > base ORDER BY e.version;
END $$;

-- Keep a snapshot and drop those it replaces.
CREATE FUNCTION store.keep_snapshot(p_tenant text, p_stream text, p_version bigint, p_type text, p_data bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    INSERT INTO store.snapshots (tenant, stream, version, type, data)
    VALUES (p_tenant, p_stream, p_version, p_type, p_data) ON CONFLICT DO NOTHING;
    DELETE FROM store.snapshots s WHERE s.tenant = p_tenant AND s.stream = p_stream AND s.version < p_version;
END $$;

-- The events at positions p_after + 1 … p_upto.
CREATE FUNCTION store.history(p_tenant text, p_after bigint, p_upto bigint)
RETURNS SETOF store.events LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT e.* FROM store.events e
        WHERE e.tenant = p_tenant AND e.position > p_after AND e.position <= p_upto ORDER BY e.position;
END $$;

-- How long a tenant's history is; no row for an unknown tenant.
CREATE FUNCTION store.position(p_tenant text) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT t.last_position FROM store.tenants t WHERE t.tenant = p_tenant;
END $$;

ALTER FUNCTION store.register OWNER TO baseplus_owner;
ALTER FUNCTION store.append_one OWNER TO baseplus_owner;
ALTER FUNCTION store.append_group OWNER TO baseplus_owner;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA store FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.register, store.append_one, store.append_group, store.load, store.keep_snapshot,
    store.history, store.position TO baseplus_app;
