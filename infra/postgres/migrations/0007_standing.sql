-- A read that must see what was just written is refused where a view stands still before that: the application may know
-- which of its tenant's parked events stand in a live generation, and of the other generations nothing.
GRANT SELECT (view, generation, state) ON views.generations TO baseplus_app;
CREATE POLICY own_tenant ON views.generations FOR SELECT TO baseplus_app USING (EXISTS (
    SELECT FROM views.parked p
     WHERE p.view = generations.view AND p.generation = generations.generation
       AND p.tenant = (SELECT current_setting('app.tenant', true))));
