-- A partition's log on Kafka began anew: offsets of the old one mean nothing any more. Its worker is fenced and starts at
-- the new log's beginning; what it has folded already, it skips by position.
GRANT USAGE ON SCHEMA views TO baseplus_relay;
CREATE FUNCTION views.restart_partition(p_partition int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE views.checkpoint c SET next_offset = 0, epoch = c.epoch + 1, owner = NULL, lease_until = NULL
     WHERE c.partition = p_partition
$$;
ALTER FUNCTION views.restart_partition OWNER TO baseplus_worker;
REVOKE ALL ON FUNCTION views.restart_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION views.restart_partition TO baseplus_relay;
