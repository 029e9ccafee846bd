-- SPDX-License-Identifier: Apache-2.0
-- Every type that is awkward to carry, with its edge values. ALGORITHMS I.43.
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';

CREATE TABLE app.everything (
  id int PRIMARY KEY,
  version bigint NOT NULL DEFAULT 0,
  i1 tinyint, i1u tinyint unsigned, i2 smallint, i2u smallint unsigned, i3 mediumint,
  i3u mediumint unsigned, i4 int, i4z int unsigned zerofill, i8 bigint, i8u bigint unsigned,
  yes boolean,
  n decimal(65, 30), n5 decimal(5, 2), n0 decimal(20, 0),
  f4 float, f8 double,
  b1 bit(1), b11 bit(11), b64 bit(64),
  y year,
  d date, ti time, ti6 time(6), dt datetime, dt6 datetime(6), ts timestamp NULL, ts3 timestamp(3) NULL,
  c char(10), v varchar(60), t text, tt tinytext, mt mediumtext, lt longtext,
  latin varchar(60) CHARACTER SET latin1, sj varchar(60) CHARACTER SET sjis,
  u3 varchar(60) CHARACTER SET utf8mb3, u16 varchar(60) CHARACTER SET utf16,
  a7 varchar(60) CHARACTER SET ascii, vbin varchar(60) COLLATE utf8mb4_bin,
  bi binary(8), vb varbinary(60), tb tinyblob, bl blob, lb longblob,
  e enum('', 'small', 'groß', 'it''s, "quoted"'), s set('a', 'b', 'c d', 'é'),
  j json,
  g geometry, pt point, poly polygon,
  made int GENERATED ALWAYS AS (id * 2) STORED,
  virt varchar(70) GENERATED ALWAYS AS (CONCAT(v, '!')) VIRTUAL,
  hidden int DEFAULT 42 INVISIBLE,
  stamped timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  plain text,
  KEY everything_v (v), FULLTEXT KEY everything_t (t), KEY everything_virt (virt)
) CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC;

INSERT INTO app.everything
  (id, i1, i1u, i2, i2u, i3, i3u, i4, i4z, i8, i8u, yes, n, n5, n0, f4, f8, b1, b11, b64, y,
   d, ti, ti6, dt, dt6, ts, ts3, c, v, t, tt, mt, lt, latin, sj, u3, u16, a7, vbin, bi, vb, tb, bl, lb,
   e, s, j, g, pt, poly, hidden, stamped, plain)
SELECT g.g,
  ELT(1 + g % 4, -128, 0, 127, NULL), ELT(1 + g % 3, 0, 128, 255),
  ELT(1 + g % 3, -32768, 0, 32767), ELT(1 + g % 2, 0, 65535),
  ELT(1 + g % 3, -8388608, 0, 8388607), ELT(1 + g % 3, 0, 8388608, 16777215),
  ELT(1 + g % 3, -2147483648, 0, 2147483647), ELT(1 + g % 3, 0, 42, 4294967295),
  ELT(1 + g % 3, '-9223372036854775808', '0', '9223372036854775807'),
  ELT(1 + g % 4, '0', '9223372036854775808', '18446744073709551615', NULL),
  g % 2 = 0,
  ELT(1 + g % 5, '99999999999999999999999999999999999.999999999999999999999999999999', '-0.000000000000000000000000000001',
    '0', '-99999999999999999999999999999999999.000000000000000000000000000001', NULL),
  ELT(1 + g % 3, '-999.99', '0.10', '999.99'), ELT(1 + g % 2, '99999999999999999999', '-1'),
  ELT(1 + g % 7, '0', '-0e0', '1.17549435e-38', '3.40282e38', '0.1', '16777217', NULL) + 0e0,
  ELT(1 + g % 7, '0', '-0e0', '2.2250738585072014e-308', '1.7976931348623157e308', '0.1', '123456789.123456789', NULL) + 0e0,
  g % 2, g % 2048, CAST(ELT(1 + g % 3, '0', '18446744073709551615', '9223372036854775808') AS UNSIGNED),
  ELT(1 + g % 4, 0, 1901, 2155, 2024),
  ELT(1 + g % 6, '0000-00-00', '1000-01-01', '9999-12-31', '2024-02-31', '2024-00-00', NULL),
  ELT(1 + g % 4, '-838:59:59', '00:00:00', '838:59:59', '-00:00:01'),
  ELT(1 + g % 4, '-838:59:59.000000', '00:00:00.000001', '838:59:59.000000', '-00:00:00.999999'),
  ELT(1 + g % 4, '0000-00-00 00:00:00', '1000-01-01 00:00:00', '9999-12-31 23:59:59', '2024-02-30 12:00:00'),
  ELT(1 + g % 3, '0000-00-00 00:00:00.000000', '9999-12-31 23:59:59.999999', '2024-03-31 02:30:00.123456'),
  ELT(1 + g % 4, '0000-00-00 00:00:00', '1970-01-01 00:00:01', '2038-01-19 03:14:07', '2024-10-27 01:30:00'),
  ELT(1 + g % 3, '0000-00-00 00:00:00.000', '2038-01-19 03:14:07.499', '1999-12-31 23:59:59.999'),
  ELT(1 + g % 3, 'pad', '  lead', ''),
  CONCAT('vary ', g, ELT(1 + g % 3, '', '  ', '\t')),
  ELT(1 + g % 8, '', 'plain', 'tab\tnew\nline\\N back\\slash \r', '\\N', 'quote '' " `', 'Grüße 🐘 漢字', 'NULL', '\0 zero \Z ctrl-z'),
  'tiny', REPEAT('medium ', 50), REPEAT(CONCAT('long ', g), 500),
  ELT(1 + g % 3, 'Grüße', 'ÿ', 'plain'), ELT(1 + g % 3, 'ソース', '表示', 'plain'),
  ELT(1 + g % 2, '漢字 é', ''), ELT(1 + g % 2, '🐘 é', 'x'), 'ascii', ELT(1 + g % 3, 'A', 'a', 'a '),
  UNHEX(LEFT(SHA2(g, 256), 32)), UNHEX(ELT(1 + g % 3, '', '00', 'DEADBEEF00FF5C270A0D1A')), UNHEX('00FF'),
  UNHEX(REPEAT('00FF5C0A', g)), UNHEX(REPEAT(LEFT(SHA2(g, 256), 32), 20)),
  ELT(1 + g % 5, '', 'small', 'groß', 'it''s, "quoted"', NULL), ELT(1 + g % 4, '', 'a,c d', 'é', 'a,b,c d,é'),
  CONCAT('{"b": 1, "a": [1.10, 12345678901234567890, 1e100, "é🐘", null, true], "t": "quote \\" back \\\\ ', g, '", "k": ', g, '}'),
  ST_GeomFromText(ELT(1 + g % 4, 'POINT(1 -0.1)', 'LINESTRING(0 0,1 1,2 0)',
    'GEOMETRYCOLLECTION(POINT(1 2),POLYGON((0 0,4 0,4 4,0 4,0 0)))', 'MULTIPOINT((0 0),(1e300 -1e-300))')),
  POINT(g, -g / 7), ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1))'),
  g, '2024-01-01 00:00:00.000001', REPEAT(CONCAT('wide ', g, ' '), IF(g % 3 = 0, 3000, 1))
FROM (SELECT 1 + a.n + 10 * b.n + 100 * c.n AS g FROM
  (SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
    UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) a,
  (SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
    UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) b,
  (SELECT 0 n UNION ALL SELECT 1) c) g;

-- Keys of every kind.
CREATE TABLE app.numbers (g int PRIMARY KEY);
INSERT INTO app.numbers SELECT id FROM app.everything UNION SELECT id + 200 FROM app.everything WHERE id <= 100;

CREATE TABLE app.by_text (k varchar(80) PRIMARY KEY, v int) CHARACTER SET utf8mb4;
INSERT INTO app.by_text SELECT CONCAT(LEFT(SHA2(g, 256), 32), ELT(1 + g % 4, '', ' x', 'ä', '%')), g FROM app.numbers;
CREATE TABLE app.by_text_ci (k varchar(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY, v text);
INSERT INTO app.by_text_ci SELECT CONCAT(ELT(1 + g % 3, 'A', 'b', 'Z'), LEFT(SHA2(g, 256), 32)), 'ci' FROM app.numbers;
CREATE TABLE app.by_binary (k varbinary(40) PRIMARY KEY, v text);
INSERT INTO app.by_binary SELECT CONCAT(UNHEX(LEFT(SHA2(g, 256), 32)), UNHEX('005C27')), 'b' FROM app.numbers;
CREATE TABLE app.by_uuid (k binary(16) PRIMARY KEY, v text);
INSERT INTO app.by_uuid SELECT UNHEX(LEFT(SHA2(g, 256), 32)), CONCAT('u', g) FROM app.numbers;
CREATE TABLE app.by_several (a date, b enum('x', 'y', 'z'), c decimal(8, 2), v text, PRIMARY KEY (c, a, b));
INSERT INTO app.by_several SELECT DATE_ADD('2024-01-01', INTERVAL g DAY), ELT(1 + g % 3, 'x', 'y', 'z'), g / 4, 's' FROM app.numbers;
CREATE TABLE app.by_time (k timestamp(6) NOT NULL, v int, PRIMARY KEY (k DESC));
INSERT INTO app.by_time SELECT DATE_ADD('2024-01-01 00:00:00.000001', INTERVAL g MICROSECOND), g FROM app.numbers;
CREATE TABLE app.by_unsigned (k bigint unsigned PRIMARY KEY, v int);
INSERT INTO app.by_unsigned SELECT 18446744073709551615 - g, g FROM app.numbers;
CREATE TABLE app.by_prefix (k text NOT NULL, v int, PRIMARY KEY (k(20)));
INSERT INTO app.by_prefix SELECT CONCAT(LEFT(SHA2(g, 256), 32), REPEAT(' long', 100)), g FROM app.numbers;
CREATE TABLE app.by_index (a int NOT NULL, v text, UNIQUE KEY by_index_a (a));
INSERT INTO app.by_index SELECT g, CONCAT('i', g) FROM app.numbers;
CREATE TABLE app.nullable_unique (a int, v text, UNIQUE KEY nullable_unique_a (a));
INSERT INTO app.nullable_unique SELECT IF(g % 3 = 0, NULL, g), 'n' FROM app.numbers;
CREATE TABLE app.keyless_float (f float, d double, b bit(9));
INSERT INTO app.keyless_float SELECT 0.1, 1e0 / 3, 5 FROM app.numbers;
CREATE TABLE app.zero_id (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, v int) AUTO_INCREMENT = 1000;
INSERT INTO app.zero_id VALUES (0, 1), (7, 2);
CREATE TABLE app.self (
  id int PRIMARY KEY,
  parent int,
  CONSTRAINT self_parent FOREIGN KEY (parent) REFERENCES app.self (id) ON DELETE SET NULL
);
INSERT INTO app.self SELECT g, NULLIF(g DIV 2, 0) FROM app.numbers ORDER BY g;
CREATE TABLE app.swap (id int PRIMARY KEY, email varchar(60) NOT NULL, UNIQUE KEY swap_email (email));
INSERT INTO app.swap SELECT g, CONCAT(g, '@example.org') FROM app.numbers;
CREATE TABLE app.places (id int PRIMARY KEY, pt point NOT NULL, SPATIAL KEY places_pt (pt));
INSERT INTO app.places SELECT g, POINT(g, g / 3) FROM app.numbers;
CREATE TABLE app.empty (id int PRIMARY KEY, v text);
CREATE TABLE app.compressed (id int PRIMARY KEY, v text) ROW_FORMAT=COMPRESSED;
INSERT INTO app.compressed SELECT g, REPEAT(LEFT(SHA2(g, 256), 32), 50) FROM app.numbers;
SET SESSION sql_mode = DEFAULT;
