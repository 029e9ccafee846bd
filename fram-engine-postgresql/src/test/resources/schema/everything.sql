-- One object of every kind that pg_dump knows, with names that must be quoted.
-- Run as the superuser in an empty database; roles are made if they are missing.
DO $$ BEGIN
  CREATE ROLE "Shop Owner" NOLOGIN;
  CREATE ROLE app_rw NOLOGIN;
  CREATE ROLE "app ""login""" LOGIN PASSWORD 'only-for-a-test' IN ROLE app_rw CONNECTION LIMIT 7;
  CREATE ROLE reader NOLOGIN CREATEDB;
  ALTER ROLE reader SET work_mem = '5MB';
  ALTER ROLE reader SET search_path = "$user", "odd, name", public;
  COMMENT ON ROLE reader IS 'reads, it''s all';
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE SCHEMA shop AUTHORIZATION "Shop Owner";
CREATE SCHEMA "Odd "" Schema; -- 😀";
COMMENT ON SCHEMA shop IS 'the shop';
GRANT USAGE ON SCHEMA shop TO app_rw, reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "Shop Owner" IN SCHEMA shop GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "Shop Owner" GRANT EXECUTE ON FUNCTIONS TO app_rw;

CREATE EXTENSION hstore WITH SCHEMA public;
CREATE EXTENSION citext WITH SCHEMA shop;
CREATE EXTENSION btree_gist WITH SCHEMA public;
CREATE EXTENSION postgres_fdw WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'my own words';

-- types
CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'it''s "fine"');
CREATE TYPE shop.address AS (street text, "Zip Code" integer);
CREATE TYPE shop.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN shop.positive AS integer DEFAULT 1 CHECK (VALUE > 0);
CREATE DOMAIN shop.late AS text;
ALTER DOMAIN shop.late ADD CONSTRAINT not_empty CHECK (VALUE <> '') NOT VALID;
COMMENT ON TYPE shop.mood IS 'how one feels';
COMMENT ON CONSTRAINT not_empty ON DOMAIN shop.late IS 'added later';
CREATE COLLATION shop.german FROM "C";
CREATE COLLATION shop.numeric (provider = icu, locale = 'en-u-kn-true', deterministic = false);
CREATE CONVERSION shop.my_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- a base type with its functions
CREATE TYPE shop.raw;
CREATE FUNCTION shop.raw_in(cstring) RETURNS shop.raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shop.raw_out(shop.raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shop.raw (INPUT = shop.raw_in, OUTPUT = shop.raw_out, LIKE = text);

-- text search
CREATE TEXT SEARCH DICTIONARY shop.simple_dict (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION shop.search (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION shop.search ALTER MAPPING FOR word WITH shop.simple_dict;
CREATE TEXT SEARCH TEMPLATE shop.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER shop.parser (START = prsd_start, GETTOKEN = prsd_nexttoken,
  END = prsd_end, LEXTYPES = prsd_lextype);

-- functions of every kind
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
  -- a body with what must not end a statement: ; '; $$ -- /* \restrict x
  NEW.note := coalesce(NEW.note, '') || $q$;'$q$;
  RETURN NEW;
END $f$;
CREATE FUNCTION shop.audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = shop, pg_temp AS $f$ BEGIN RETURN NULL; END $f$;
CREATE FUNCTION shop.twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  BEGIN ATOMIC SELECT a * 2; END;
CREATE PROCEDURE shop.nothing(INOUT x integer DEFAULT 3) LANGUAGE plpgsql AS $$ BEGIN x := x + 1; END $$;
CREATE FUNCTION shop.rows_of(n integer) RETURNS TABLE (a integer, b text) LANGUAGE sql ROWS 7 COST 3
  AS 'SELECT g, g::text FROM generate_series(1, n) g';
CREATE FUNCTION shop.add_state(s bigint, v integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(s, 0) + coalesce(v, 0)';
CREATE AGGREGATE shop.my_sum(integer) (SFUNC = shop.add_state, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE shop.my_percentile(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition,
  STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON FUNCTION shop.twice(integer) IS 'a * 2';
REVOKE ALL ON FUNCTION shop.twice(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shop.twice(integer) TO app_rw WITH GRANT OPTION;

-- operators, classes, casts, transforms, access methods
CREATE FUNCTION shop.mod_eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 10 = $2 % 10';
CREATE OPERATOR shop.=%= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = shop.mod_eq, COMMUTATOR = OPERATOR(shop.=%=));
CREATE OPERATOR FAMILY shop.my_family USING btree;
CREATE FUNCTION shop.cmp(integer, integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE OPERATOR CLASS shop.my_class FOR TYPE integer USING btree FAMILY shop.my_family AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 shop.cmp(integer, integer);
CREATE FUNCTION shop.mood_to_int(shop.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length($1::text) $$;
CREATE CAST (shop.mood AS integer) WITH FUNCTION shop.mood_to_int(shop.mood) AS ASSIGNMENT;
COMMENT ON CAST (shop.mood AS integer) IS 'its length';
CREATE FUNCTION shop.to_internal(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'boolrecv';
CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD heap_again IS 'the same heap';

-- sequences
CREATE SEQUENCE shop.order_number START 1000 INCREMENT 5 CACHE 50;
CREATE SEQUENCE shop.down INCREMENT -3 MINVALUE -1000000 MAXVALUE 10 START 10;
CREATE SEQUENCE shop.around AS smallint MAXVALUE 30000 CYCLE;
CREATE SEQUENCE shop.never_used;
CREATE SEQUENCE "Odd "" Schema; -- 😀"."seq '; DROP TABLE x; --";
GRANT USAGE ON SEQUENCE shop.order_number TO app_rw;
COMMENT ON SEQUENCE shop.order_number IS 'numbers of orders';

-- tables
CREATE TABLE shop.customer (
  id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 2) PRIMARY KEY,
  "E-Mail" shop.citext NOT NULL UNIQUE,
  name varchar(80) COLLATE shop.german DEFAULT 'x''y',
  mood shop.mood DEFAULT 'ok',
  address shop.address,
  amount shop.positive,
  doubled integer GENERATED ALWAYS AS (length(name) * 2) STORED,
  note text,
  tags public.hstore,
  dropped_column integer,
  CONSTRAINT "name; check" CHECK (name <> 'forbidden;')
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE shop.customer DROP COLUMN dropped_column;
ALTER TABLE shop.customer ALTER COLUMN name SET STATISTICS 333;
ALTER TABLE shop.customer ALTER COLUMN name SET (n_distinct = 12);
ALTER TABLE shop.customer ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER TABLE shop.customer ALTER COLUMN note SET COMPRESSION pglz;
ALTER TABLE shop.customer ADD CONSTRAINT late_check CHECK (amount < 1000) NOT VALID;
ALTER TABLE shop.customer OWNER TO "Shop Owner";
GRANT SELECT, INSERT ON shop.customer TO app_rw;
GRANT SELECT (id, "E-Mail"), UPDATE (note) ON shop.customer TO reader;
COMMENT ON TABLE shop.customer IS E'who buys\nhere';
COMMENT ON COLUMN shop.customer."E-Mail" IS 'with a ; in it';
COMMENT ON CONSTRAINT "name; check" ON shop.customer IS 'a check';

CREATE TABLE shop.orders (
  id serial,
  customer_id bigint NOT NULL,
  parent integer,
  placed timestamptz DEFAULT now(),
  during tstzrange,
  room integer,
  state text,
  note text,
  CONSTRAINT orders_key PRIMARY KEY (id) INCLUDE (state),
  CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT deferrable_unique UNIQUE (room, placed) DEFERRABLE
) USING heap_again;
ALTER TABLE shop.orders ADD CONSTRAINT to_customer FOREIGN KEY (customer_id)
  REFERENCES shop.customer ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE shop.orders ADD CONSTRAINT to_self FOREIGN KEY (parent) REFERENCES shop.orders MATCH FULL;
COMMENT ON CONSTRAINT to_customer ON shop.orders IS 'whose';
CREATE INDEX "orders; by state" ON shop.orders (lower(state), placed DESC NULLS LAST) WHERE state <> 'done;';
CREATE INDEX orders_brin ON shop.orders USING brin (placed) WITH (pages_per_range = 16);
CREATE INDEX orders_class ON shop.orders (room shop.my_class);
CREATE UNIQUE INDEX orders_identity ON shop.orders (customer_id, id);
ALTER TABLE shop.orders REPLICA IDENTITY USING INDEX orders_identity;
ALTER TABLE shop.orders CLUSTER ON orders_class;
CREATE INDEX orders_expr ON shop.orders ((id + room), (room * 2));
ALTER INDEX shop.orders_expr ALTER COLUMN 1 SET STATISTICS 500;
CREATE STATISTICS shop.orders_stats (dependencies, ndistinct) ON customer_id, room FROM shop.orders;
ALTER STATISTICS shop.orders_stats SET STATISTICS 77;
COMMENT ON STATISTICS shop.orders_stats IS 'both';
COMMENT ON INDEX shop."orders; by state" IS 'found fast';

-- a cycle of foreign keys, one of them not validated
CREATE TABLE shop.a (id integer PRIMARY KEY, b_id integer);
CREATE TABLE shop.b (id integer PRIMARY KEY, a_id integer REFERENCES shop.a);
ALTER TABLE shop.a ADD CONSTRAINT a_to_b FOREIGN KEY (b_id) REFERENCES shop.b NOT VALID;
ALTER TABLE shop.b REPLICA IDENTITY FULL;
CREATE UNLOGGED TABLE shop.scratch (id integer PRIMARY KEY, v text);
CREATE TABLE "Odd "" Schema; -- 😀"."Table '; DROP TABLE x; --" ("Col "" ; 😀" integer PRIMARY KEY, v text);
COMMENT ON TABLE "Odd "" Schema; -- 😀"."Table '; DROP TABLE x; --" IS 'nasty';
CREATE TABLE shop.typed OF shop.address;
CREATE TABLE shop."TOC entry 1 (class 0 OID 0)" (v text);
CREATE INDEX "two
-- TOC entry 1 (class 0 OID 0)
lines" ON shop."TOC entry 1 (class 0 OID 0)" ((v || E'\n-- TOC entry 3 (class 1259 OID 4)\n'));

-- inheritance and partitions
CREATE TABLE shop.base (id integer PRIMARY KEY, common text NOT NULL, CONSTRAINT base_check CHECK (id > 0));
CREATE TABLE shop.derived (extra integer DEFAULT 5) INHERITS (shop.base);
CREATE TABLE shop.measure (at date NOT NULL, sensor integer, value numeric(10, 2), customer_id bigint,
  CONSTRAINT measure_key PRIMARY KEY (at, sensor)) PARTITION BY RANGE (at);
CREATE TABLE shop.measure_2025 PARTITION OF shop.measure FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.measure_2026 PARTITION OF shop.measure FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
  PARTITION BY LIST (sensor);
CREATE TABLE shop.measure_2026_a PARTITION OF shop.measure_2026 FOR VALUES IN (1, 2, NULL);
CREATE TABLE shop.measure_2026_rest PARTITION OF shop.measure_2026 DEFAULT;
CREATE INDEX measure_value ON shop.measure (value);
CREATE INDEX measure_2025_own ON shop.measure_2025 (value, at);
ALTER TABLE shop.measure ADD CONSTRAINT measure_customer FOREIGN KEY (customer_id) REFERENCES shop.customer;
CREATE TABLE shop.reading (id integer PRIMARY KEY, at date, sensor integer,
  CONSTRAINT reading_measure FOREIGN KEY (at, sensor) REFERENCES shop.measure (at, sensor));
CREATE TABLE shop.hashed (id integer, v text) PARTITION BY HASH (id);
CREATE TABLE shop.hashed_0 PARTITION OF shop.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE shop.hashed_1 PARTITION OF shop.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);

-- foreign data
CREATE FOREIGN DATA WRAPPER nothing OPTIONS (a 'b;c');
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'elsewhere.invalid', dbname 'x');
CREATE USER MAPPING FOR "Shop Owner" SERVER elsewhere OPTIONS (user 'u');
CREATE FOREIGN TABLE shop.remote (id integer OPTIONS (column_name 'the id') NOT NULL, v text)
  SERVER elsewhere OPTIONS (table_name 'remote');
GRANT USAGE ON FOREIGN SERVER elsewhere TO app_rw;
COMMENT ON SERVER elsewhere IS 'not here';

-- views
CREATE VIEW shop.good_customers WITH (security_barrier) AS SELECT id, "E-Mail", name FROM shop.customer WHERE mood = 'ok' WITH LOCAL CHECK OPTION;
CREATE VIEW shop.needs_key AS SELECT c.id, c.name, c.note, count(*) AS n FROM shop.customer c JOIN shop.orders o ON o.customer_id = c.id GROUP BY c.id;
CREATE RECURSIVE VIEW shop.numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer_id, count(*) AS n FROM shop.orders GROUP BY 1;
CREATE UNIQUE INDEX totals_key ON shop.totals (customer_id);
CREATE MATERIALIZED VIEW shop.totals_of_totals AS SELECT sum(n) AS n FROM shop.totals;
CREATE MATERIALIZED VIEW shop.unfilled AS SELECT 1 AS x WITH NO DATA;
CREATE MATERIALIZED VIEW shop.mv_needs_key AS SELECT c.id, c.name FROM shop.customer c GROUP BY c.id;
CREATE INDEX mv_needs_key_name ON shop.mv_needs_key (name);
COMMENT ON MATERIALIZED VIEW shop.totals IS 'counted';
COMMENT ON VIEW shop.good_customers IS 'the good ones';
GRANT SELECT ON shop.good_customers TO reader;
CREATE VIEW shop.v_a AS SELECT 1 AS x;
CREATE VIEW shop.v_b AS SELECT x FROM shop.v_a;
CREATE OR REPLACE VIEW shop.v_a AS SELECT 2 AS x;
CREATE FUNCTION shop.atomic_needs_key() RETURNS bigint LANGUAGE sql
  BEGIN ATOMIC SELECT count(*) FROM (SELECT id, name FROM shop.customer GROUP BY id) s; END;

-- rules, triggers, row security
CREATE RULE keep_log AS ON INSERT TO shop.a DO ALSO INSERT INTO shop.b (id) SELECT NEW.id WHERE false;
CREATE RULE "view; insert" AS ON INSERT TO shop.v_b DO INSTEAD NOTHING;
COMMENT ON RULE keep_log ON shop.a IS 'a rule';
CREATE TRIGGER "touch; it" BEFORE INSERT OR UPDATE OF note ON shop.customer FOR EACH ROW
  WHEN (NEW.note IS DISTINCT FROM ';') EXECUTE FUNCTION shop.touch();
CREATE TRIGGER always AFTER INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.audit();
ALTER TABLE shop.orders ENABLE ALWAYS TRIGGER always;
CREATE TRIGGER replica AFTER INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.audit('x;', 'y');
ALTER TABLE shop.orders ENABLE REPLICA TRIGGER replica;
CREATE TRIGGER disabled AFTER UPDATE ON shop.orders REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION shop.audit();
ALTER TABLE shop.orders DISABLE TRIGGER disabled;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON shop.orders FROM shop.customer DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION shop.audit();
CREATE TRIGGER on_partitions AFTER INSERT ON shop.measure FOR EACH ROW EXECUTE FUNCTION shop.audit();
ALTER TABLE shop.measure_2025 DISABLE TRIGGER on_partitions;
CREATE TRIGGER on_view INSTEAD OF INSERT ON shop.needs_key FOR EACH ROW EXECUTE FUNCTION shop.audit();
COMMENT ON TRIGGER always ON shop.orders IS 'a trigger';
ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.customer FORCE ROW LEVEL SECURITY;
CREATE POLICY "own; rows" ON shop.customer AS RESTRICTIVE FOR UPDATE TO app_rw USING (id > 0) WITH CHECK (id < 1000000);
CREATE POLICY readers ON shop.customer FOR SELECT TO reader USING (true);
COMMENT ON POLICY readers ON shop.customer IS 'a policy';
CREATE FUNCTION shop.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE DEBUG 'ddl'; END $$;
CREATE EVENT TRIGGER "watch ddl" ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION shop.on_ddl();
CREATE EVENT TRIGGER watch_drop ON sql_drop EXECUTE FUNCTION shop.on_ddl();
ALTER EVENT TRIGGER watch_drop DISABLE;
COMMENT ON EVENT TRIGGER "watch ddl" IS 'an event trigger';

-- publications
CREATE PUBLICATION "some; tables" FOR TABLE shop.orders (id, customer_id, state), shop.measure WHERE (sensor > 3)
  WITH (publish = 'insert', publish_via_partition_root = true);
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA shop;
COMMENT ON PUBLICATION whole_schema IS 'a publication';

-- large objects
SELECT lo_from_bytea(70001, 'first');
SELECT lo_from_bytea(70002, decode(repeat('00ff', 5000), 'hex'));
SELECT lo_create(70003);
ALTER LARGE OBJECT 70001 OWNER TO "Shop Owner";
GRANT SELECT ON LARGE OBJECT 70002 TO app_rw, PUBLIC;
COMMENT ON LARGE OBJECT 70002 IS 'a large object';

-- rows enough for sequences and constraints
INSERT INTO shop.customer ("E-Mail", name, amount) SELECT 'c' || g || '@example.org', 'n' || g, g FROM generate_series(1, 20) g;
INSERT INTO shop.orders (customer_id, room, placed, state)
  SELECT 10 + 2 * (g % 20), g, '2026-01-01'::timestamptz + g * interval '1 h', 's' FROM generate_series(1, 50) g;
SELECT nextval('shop.order_number'), nextval('shop.down'), nextval('shop.around'), setval('shop.around', 29990);
REFRESH MATERIALIZED VIEW shop.totals;
REFRESH MATERIALIZED VIEW shop.totals_of_totals;
ANALYZE;
