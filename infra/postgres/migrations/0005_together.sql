-- A request may write to several streams. `load` then answers a known key with what happened on the asked stream alone;
-- its number in part 0 is still the last position of the whole request.
CREATE OR REPLACE FUNCTION store.load(p_tenant text, p_stream text, p_key text, p_snapshot text)
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
                WHERE e.tenant = p_tenant AND e.position BETWEEN low AND high AND e.stream = p_stream
                ORDER BY e.position;
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

-- What a key was answered: the request's digest, and the positions of its events (last < first: none).
CREATE FUNCTION store.answer(p_tenant text, p_key text)
RETURNS TABLE (digest bytea, first bigint, last bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT i.digest, i.first_position, i.last_position
        FROM store.idempotency i WHERE i.tenant = p_tenant AND i.key = p_key;
END $$;
REVOKE ALL ON FUNCTION store.answer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.answer TO baseplus_app;
