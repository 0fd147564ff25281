-- The views that an account works with, made of the tables as they are now: anew whenever a table has changed. The account
-- comes last in each, so that rows may be put in by the order of their columns.
CREATE SCHEMA IF NOT EXISTS own;
DO $$
DECLARE
    part RECORD;
BEGIN
    FOR part IN
        SELECT c.relname AS name,
               string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname = 'account_id', a.attnum) AS columns
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND 0 < a.attnum AND NOT a.attisdropped
        WHERE n.nspname = 'clientpoint' AND c.relkind = 'r'
        GROUP BY c.relname HAVING bool_or(a.attname = 'account_id')
    LOOP
        EXECUTE format('DROP VIEW IF EXISTS own.%I', part.name);
        EXECUTE format('CREATE VIEW own.%I AS SELECT %s FROM clientpoint.%I WHERE account_id = current_setting(''clientpoint.account'')',
            part.name, part.columns, part.name);
    END LOOP;
END $$;
