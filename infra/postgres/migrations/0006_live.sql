-- Live updates. Their process rightly crosses tenants, and sees of an event only what it may tell: that it happened, of
-- which type, to what and when. Neither its data nor who caused it.
GRANT USAGE ON SCHEMA store, views TO baseplus_stream;
GRANT SELECT (tenant, position, stream, type, occurred_at, recorded_at, traceparent) ON store.events TO baseplus_stream;
CREATE POLICY live ON store.events FOR SELECT TO baseplus_stream USING (true);
GRANT SELECT (tenant, position) ON views.tenant_position TO baseplus_stream;
CREATE POLICY live ON views.tenant_position FOR SELECT TO baseplus_stream USING (true);
