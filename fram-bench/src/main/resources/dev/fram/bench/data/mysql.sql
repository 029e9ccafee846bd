-- the same shapes as on PostgreSQL
SET SESSION cte_max_recursion_depth = 10000;
CREATE TABLE digits (d int PRIMARY KEY);
INSERT INTO digits WITH RECURSIVE r AS (SELECT 0 AS d UNION ALL SELECT d + 1 FROM r WHERE d < 9999) SELECT d FROM r;
CREATE TABLE branches (bid int NOT NULL PRIMARY KEY, bbalance int, filler char(88));
CREATE TABLE tellers (tid int NOT NULL PRIMARY KEY, bid int, tbalance int, filler char(84));
CREATE TABLE accounts (aid int NOT NULL PRIMARY KEY, bid int, abalance int, filler char(84));
CREATE TABLE history (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, tid int, bid int, aid int, delta int, mtime datetime, filler char(22));
INSERT INTO branches SELECT d + 1, 0, 'branch' FROM digits WHERE d < ${scale};
INSERT INTO tellers SELECT d + 1, d DIV 10 + 1, 0, 'teller' FROM digits WHERE d < ${scale} * 10;
INSERT INTO accounts SELECT i + 1, i DIV 100000 + 1, 0, repeat('f', 84) FROM (SELECT a.d * 1000 + b.d AS i FROM digits a JOIN digits b WHERE b.d < 1000 AND a.d < ${scale} * 100) n ORDER BY i;
CREATE TABLE events (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, kind varchar(20) NOT NULL, amount decimal(12,2) NOT NULL,
  payload json NOT NULL, trace char(36) NOT NULL, created datetime(6) NOT NULL, updated timestamp NULL, active tinyint(1) NOT NULL,
  score double NOT NULL, day date NOT NULL, note text, raw varbinary(32) NOT NULL,
  KEY events_customer (customer, created), KEY events_created (created), KEY events_kind (kind, amount));
INSERT INTO events (customer, kind, amount, payload, trace, created, updated, active, score, day, note, raw)
SELECT (i * 7919) % 50000, concat('kind-', i % 17), (i % 100000) / 100,
  json_object('order', i, 'city', md5(i % 500), 'items', json_array(i % 7, i % 11, i % 13)), insert(insert(insert(insert(md5(concat('t', i)), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
  timestamp('2024-01-01') + interval i * 17 second, if(i % 3 = 0, timestamp('2024-06-01') + interval i second, NULL), i % 2, i / 7, date('2024-01-01') + interval i % 900 day,
  if(i % 4 = 0, NULL, repeat(md5(i), 1 + i % 4)), unhex(md5(concat('r', i)))
FROM (SELECT a.d * 1000 + b.d AS i FROM digits a JOIN digits b WHERE b.d < 1000 AND a.d < ${scale} * 20) n ORDER BY i;
CREATE TABLE documents (id binary(16) NOT NULL PRIMARY KEY, title varchar(120) NOT NULL, body text NOT NULL, version int NOT NULL, changed datetime NOT NULL, KEY documents_changed (changed));
INSERT INTO documents SELECT unhex(md5(concat('d', i))), concat('Title of document ', i), repeat(md5(concat('b', i)), 5), i % 9, timestamp('2024-01-01') + interval i * 3 second
FROM (SELECT a.d * 1000 + b.d AS i FROM digits a JOIN digits b WHERE b.d < 1000 AND a.d < ${scale} * 30) n ORDER BY unhex(md5(concat('d', i)));
CREATE TABLE marker (id int PRIMARY KEY, round bigint NOT NULL);
INSERT INTO marker VALUES (1, 0);
DROP TABLE digits;
