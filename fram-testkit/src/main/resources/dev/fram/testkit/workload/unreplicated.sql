-- SPDX-License-Identifier: Apache-2.0
-- What logical decoding does not carry (manual, "Logical Replication: Restrictions").
CREATE UNLOGGED TABLE app.session (id int PRIMARY KEY, state text);
INSERT INTO app.session SELECT g, 's' || g FROM generate_series(1, 500) g;
CREATE MATERIALIZED VIEW app.item_count AS SELECT writer, count(*) AS items FROM app.item GROUP BY writer;
CREATE UNIQUE INDEX ON app.item_count (writer);
CREATE TABLE app.photo (id int PRIMARY KEY, content oid);
INSERT INTO app.photo SELECT g, lo_from_bytea(0, decode(repeat(md5(g::text), 200), 'hex')) FROM generate_series(1, 5) g;
