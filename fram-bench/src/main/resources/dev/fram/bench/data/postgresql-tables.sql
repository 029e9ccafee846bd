-- five thousand small tables with a key and an index each
DO $$
BEGIN
  FOR i IN 1..5000 LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, name text NOT NULL, made timestamptz)', i);
    EXECUTE format('INSERT INTO t%s SELECT g, md5(g::text), now() FROM generate_series(1, 20 * ${scale}) g', i);
    EXECUTE format('CREATE INDEX ON t%s (name)', i);
  END LOOP;
END $$;
