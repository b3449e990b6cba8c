-- How far each tenant's history is on Kafka, and how far each Kafka partition has been seen to reach.

-- position: everything up to it has been acknowledged by Kafka.
CREATE TABLE store.relayed (
    tenant text PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 50);

-- topic_id: Kafka's own, never used twice. end_offset: the highest acknowledged. Where Kafka has another topic or less of
-- it, its log was lost: everything is published again under a new log_epoch.
CREATE TABLE store.relay_partitions (
    partition int PRIMARY KEY,
    topic_id text NOT NULL,
    end_offset bigint NOT NULL,
    log_epoch bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 50);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['relayed', 'relay_partitions'] LOOP
        EXECUTE format('ALTER TABLE store.%I OWNER TO baseplus_owner', name);
        EXECUTE format('ALTER TABLE store.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE store.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner ON store.%I TO baseplus_owner USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY relay ON store.%I TO baseplus_relay USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY worker ON store.%I FOR SELECT TO baseplus_worker USING (true)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON store.%I TO baseplus_relay', name);
        EXECUTE format('GRANT SELECT ON store.%I TO baseplus_worker', name);
    END LOOP;
END $$;

-- Without Kafka there is no relay, and the workers keep the news short.
GRANT DELETE ON store.news TO baseplus_worker;
