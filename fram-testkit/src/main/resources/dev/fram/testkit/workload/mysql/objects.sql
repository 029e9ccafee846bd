-- SPDX-License-Identifier: Apache-2.0
-- What is no table: views on views, routines and a trigger, each with a sql_mode of its own.
CREATE SQL SECURITY INVOKER VIEW app.busy_writer AS
  SELECT writer, changes FROM app.item_changes WHERE changes > 0 WITH CASCADED CHECK OPTION;
CREATE ALGORITHM=MERGE VIEW app.changes_of AS
  SELECT s.writer, s.items, c.changes FROM app.item_summary s LEFT JOIN app.item_changes c USING (writer);
CREATE FUNCTION app.twice(n int) RETURNS int DETERMINISTIC NO SQL
  COMMENT 'it''s two times' RETURN n * 2;
CREATE PROCEDURE app.count_items(IN of_writer int, OUT number bigint)
  READS SQL DATA SQL SECURITY INVOKER
BEGIN
  -- A comment; with a semicolon.
  DECLARE found bigint DEFAULT 0;
  SELECT COUNT(*) INTO found FROM app.item WHERE writer = of_writer;
  SET number = found;
END;
SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE PROCEDURE app.ansi() SELECT 'a' || 'b' AS "ansi quoted";
CREATE TABLE app.watched (id int PRIMARY KEY, v varchar(60));
CREATE TRIGGER app.watch_first BEFORE INSERT ON app.watched FOR EACH ROW SET NEW.v = NEW.v || ' first';
CREATE TRIGGER app.watch_second BEFORE INSERT ON app.watched FOR EACH ROW
  FOLLOWS watch_first SET NEW.v = NEW.v || ' second';
SET SESSION sql_mode = DEFAULT;
INSERT INTO app.watched VALUES (1, 'seen');
