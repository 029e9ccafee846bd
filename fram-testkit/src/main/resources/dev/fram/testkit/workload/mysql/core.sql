-- SPDX-License-Identifier: Apache-2.0
-- The tables whose content the oracle knows row by row. Each row belongs to one writer.
CREATE DATABASE app CHARACTER SET utf8mb4;

-- One row for each transaction that committed ('tx'), or that was proven never to commit ('never').
CREATE TABLE app.ledger (
  writer int NOT NULL,
  seq bigint NOT NULL,
  kind varchar(8) NOT NULL CHECK (kind IN ('tx', 'never')),
  `at` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (writer, seq)
);

CREATE TABLE app.item (
  writer int NOT NULL,
  id bigint NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  amount decimal(20, 4) NOT NULL DEFAULT 0,
  body text NOT NULL,
  wide longtext,
  doubled decimal(21, 4) GENERATED ALWAYS AS (amount * 2) STORED,
  hidden int DEFAULT 7 INVISIBLE,
  PRIMARY KEY (writer, id),
  KEY item_body (body(40)),
  UNIQUE KEY item_once (id, writer)
) COMMENT 'What writers insert, change, move and delete; it''s theirs.';

-- Cascades three levels deep: a deleted item takes its tags and their notes along, and leaves the
-- notes' lines alone. A moved item takes its tags along; the deeper levels refer to a key that never
-- moves, for MySQL 9.7 refuses to carry a moved key further (error 1452).
CREATE TABLE app.item_tag (
  writer int NOT NULL,
  id bigint NOT NULL,
  tag int NOT NULL,
  nr bigint NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (writer, id, tag),
  UNIQUE KEY tag_nr (nr),
  CONSTRAINT tag_of_item FOREIGN KEY (writer, id) REFERENCES app.item (writer, id)
    ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE app.item_note (
  of_tag bigint NOT NULL,
  note int NOT NULL,
  said varchar(40) NOT NULL,
  nr bigint NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (of_tag, note),
  UNIQUE KEY note_nr (nr),
  CONSTRAINT note_of_tag FOREIGN KEY (of_tag) REFERENCES app.item_tag (nr) ON DELETE CASCADE
);
CREATE TABLE app.note_line (
  nr bigint NOT NULL AUTO_INCREMENT,
  of_note bigint,
  line varchar(40) NOT NULL,
  PRIMARY KEY (nr),
  CONSTRAINT line_of_note FOREIGN KEY (of_note) REFERENCES app.item_note (nr) ON DELETE SET NULL
);
CREATE TRIGGER app.note_new_tag AFTER INSERT ON app.item_tag FOR EACH ROW
  INSERT INTO app.item_note (of_tag, note, said) VALUES (NEW.nr, 1, 'first'), (NEW.nr, 2, 'second');
CREATE TRIGGER app.line_new_note AFTER INSERT ON app.item_note FOR EACH ROW
  INSERT INTO app.note_line (of_note, line) VALUES (NEW.nr, CONCAT('line of ', NEW.said));

CREATE TABLE app.item_changes (writer int PRIMARY KEY, changes bigint NOT NULL);

-- No usable key, and duplicates on purpose.
CREATE TABLE app.log (writer int NOT NULL, value int, note text, KEY log_value (writer, value));

CREATE TABLE app.reading (
  writer int NOT NULL,
  id bigint NOT NULL,
  zone int NOT NULL,
  PRIMARY KEY (writer, id, zone)
) PARTITION BY RANGE (zone) (
  PARTITION low VALUES LESS THAN (10),
  PARTITION mid VALUES LESS THAN (20),
  PARTITION rest VALUES LESS THAN MAXVALUE
);

-- As sysbench makes them; a row belongs to the writer of its id modulo 16.
CREATE TABLE app.sbtest1 (
  id bigint NOT NULL AUTO_INCREMENT,
  k int NOT NULL DEFAULT 0,
  c char(120) NOT NULL DEFAULT '',
  pad char(60) NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  KEY k_1 (k)
);
CREATE TABLE app.audit (
  nr bigint NOT NULL AUTO_INCREMENT,
  writer int NOT NULL,
  what varchar(60) NOT NULL,
  PRIMARY KEY (nr),
  KEY audit_writer (writer)
);

CREATE VIEW app.item_summary AS
  SELECT writer, COUNT(*) AS items, SUM(amount) AS amount FROM app.item GROUP BY writer;
