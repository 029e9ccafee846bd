-- SPDX-License-Identifier: Apache-2.0
-- Names that break whoever forgets to quote.
CREATE SCHEMA "Odd ""schema""; DROP TABLE x; --";
CREATE TABLE "Odd ""schema""; DROP TABLE x; --"."select" (
  "from" int PRIMARY KEY,
  "Mixed Case" text,
  "a""b" text,
  "🐘 emoji" text,
  "it's; DROP SCHEMA app CASCADE; --" text,
  "percent % and $1 and ? and :x and {}" text,
  " leading and trailing " text,
  "tab	inside" text,
  abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc text
);
INSERT INTO "Odd ""schema""; DROP TABLE x; --"."select"
  SELECT g, 'm' || g, 'q', '🐘', 'i', '%', ' ', E'\t', 'long' FROM generate_series(1, 100) g;
CREATE TABLE app."Item" (id int PRIMARY KEY, "ID" text);
INSERT INTO app."Item" SELECT g, 'not app.item' FROM generate_series(1, 100) g;
CREATE TABLE app."per.iod" (id int PRIMARY KEY, "a.b" text);
INSERT INTO app."per.iod" SELECT g, 'dots' FROM generate_series(1, 100) g;
CREATE TABLE app."back\slash 'and' ""quotes""" (id int PRIMARY KEY, v text);
INSERT INTO app."back\slash 'and' ""quotes""" SELECT g, 'b' FROM generate_series(1, 100) g;
