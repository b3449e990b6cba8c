-- Of many commands in one request, those that are not refused may be recorded. What was refused, and why, is kept with
-- the request's key, so that a repetition is answered as the first time.

-- JSON; NULL: nothing was refused.
ALTER TABLE store.idempotency ADD COLUMN refused bytea;

CREATE FUNCTION store.keep_refused(p_tenant text, p_key text, p_refused bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE store.idempotency SET refused = p_refused WHERE tenant = p_tenant AND key = p_key AND refused IS NULL
$$;
ALTER FUNCTION store.keep_refused OWNER TO baseplus_owner;
REVOKE ALL ON FUNCTION store.keep_refused FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.keep_refused TO baseplus_app;

-- What a key was answered: the request's digest, the positions of its events (last < first: none), what was refused.
DROP FUNCTION store.answer;
CREATE FUNCTION store.answer(p_tenant text, p_key text)
RETURNS TABLE (digest bytea, first bigint, last bigint, refused bytea) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT i.digest, i.first_position, i.last_position, i.refused
        FROM store.idempotency i WHERE i.tenant = p_tenant AND i.key = p_key;
END $$;
REVOKE ALL ON FUNCTION store.answer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.answer TO baseplus_app;
