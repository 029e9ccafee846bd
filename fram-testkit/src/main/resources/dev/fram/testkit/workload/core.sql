-- SPDX-License-Identifier: Apache-2.0
-- The tables whose content the oracle knows row by row. Each row belongs to one writer.
CREATE SCHEMA app;

-- One row for each transaction that committed ('tx'), or that was proven never to commit ('never').
CREATE TABLE app.ledger (
  writer int NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('tx', 'never')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (writer, seq)
);

CREATE TABLE app.item (
  writer int NOT NULL,
  id bigint NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  amount numeric(20, 4) NOT NULL DEFAULT 0,
  body text NOT NULL,
  wide text,
  doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
  PRIMARY KEY (writer, id)
);
ALTER TABLE app.item ALTER COLUMN wide SET STORAGE EXTERNAL;
CREATE INDEX item_body ON app.item (body);
CREATE UNIQUE INDEX item_once ON app.item (id, writer) INCLUDE (version);
COMMENT ON TABLE app.item IS 'What writers insert, change, move and delete; it''s theirs.';

CREATE TABLE app.item_tag (
  writer int NOT NULL,
  id bigint NOT NULL,
  tag int NOT NULL,
  PRIMARY KEY (writer, id, tag),
  FOREIGN KEY (writer, id) REFERENCES app.item ON UPDATE CASCADE ON DELETE CASCADE
);

-- Counts every change of app.item by a trigger: a trigger that fires on the target too shows here.
CREATE TABLE app.item_changes (writer int PRIMARY KEY, changes bigint NOT NULL);
CREATE FUNCTION app.count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.item_changes AS c VALUES (coalesce(NEW.writer, OLD.writer), 1)
    ON CONFLICT (writer) DO UPDATE SET changes = c.changes + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON app.item
  FOR EACH ROW EXECUTE FUNCTION app.count_change();

-- No key at all, and duplicates on purpose.
CREATE TABLE app.log (writer int NOT NULL, value int, note text);
ALTER TABLE app.log REPLICA IDENTITY FULL;

CREATE TABLE app.reading (
  writer int NOT NULL,
  id bigint NOT NULL,
  zone int NOT NULL,
  PRIMARY KEY (writer, id, zone)
) PARTITION BY RANGE (zone);
CREATE TABLE app.reading_low PARTITION OF app.reading FOR VALUES FROM (MINVALUE) TO (10);
CREATE TABLE app.reading_mid PARTITION OF app.reading FOR VALUES FROM (10) TO (20);
CREATE TABLE app.reading_rest PARTITION OF app.reading DEFAULT;

CREATE VIEW app.item_summary AS
  SELECT writer, count(*) AS items, sum(amount) AS amount FROM app.item GROUP BY writer;
CREATE SEQUENCE app.ticket INCREMENT BY 1 CACHE 50;
CREATE SEQUENCE app.countdown INCREMENT BY -7 MAXVALUE 1000000 START 1000000 MINVALUE -1000000;
SELECT nextval('app.ticket'), nextval('app.countdown');
CREATE TABLE app.ticketed (
  id bigint PRIMARY KEY DEFAULT nextval('app.ticket'),
  label text
);
ALTER SEQUENCE app.ticket OWNED BY app.ticketed.id;
INSERT INTO app.ticketed (label) SELECT 'ticket ' || g FROM generate_series(1, 120) g;
