CREATE TABLE shop.newer (
  id binary(16) DEFAULT (uuid_to_bin(uuid())),
  j json DEFAULT (json_object('a', ')`,')),
  tags json,
  srid_point point NOT NULL SRID 4326,
  seen int,
  low varchar(10) NOT NULL,
  PRIMARY KEY (id),
  KEY by_function ((lower(low)), seen DESC),
  UNIQUE KEY unique_function ((concat(low, '),('))),
  KEY many ((CAST(tags AS unsigned ARRAY))),
  KEY unseen (seen) INVISIBLE,
  SPATIAL KEY srid_point (srid_point),
  CONSTRAINT lax CHECK (seen > 0) NOT ENFORCED
);;
CREATE TABLE shop.grams (id int PRIMARY KEY, t text, FULLTEXT KEY g (t) WITH PARSER ngram) STATS_PERSISTENT=1;;
CREATE TABLE shop.documents (FTS_DOC_ID bigint unsigned NOT NULL AUTO_INCREMENT, id int NOT NULL PRIMARY KEY, t text, UNIQUE KEY FTS_DOC_ID_INDEX (FTS_DOC_ID), FULLTEXT KEY t (t));;
SET sql_generate_invisible_primary_key = 1;;
CREATE TABLE shop.given_key (a int, KEY (a));;
SET sql_generate_invisible_primary_key = 0;;
CREATE ROLE reader, `wri``ter`@`10.%`;;
CREATE USER app@'%' IDENTIFIED BY 'secret' DEFAULT ROLE reader REQUIRE SSL WITH MAX_USER_CONNECTIONS 7 COMMENT 'it''s';;
CREATE USER `o'dd ``user`@`127.0.%` IDENTIFIED BY 'x' PASSWORD EXPIRE NEVER ACCOUNT LOCK;;
CREATE USER plain@`127.0.0.1` IDENTIFIED BY 'y';;
GRANT reader, `wri``ter`@`10.%` TO app@'%' WITH ADMIN OPTION;;
GRANT SELECT ON shop.* TO reader;;
GRANT SELECT (id, email), UPDATE (name) ON shop.customer TO plain@`127.0.0.1`;;
GRANT EXECUTE ON FUNCTION shop.twice TO plain@`127.0.0.1`;;
GRANT EXECUTE ON PROCEDURE shop.of_nobody TO plain@`127.0.0.1`;;
GRANT SELECT ON shop.z_base TO plain@`127.0.0.1` WITH GRANT OPTION;;
GRANT ALL ON `lat``in 'x"; --`.* TO plain@`127.0.0.1`;;
GRANT BACKUP_ADMIN, REPLICATION SLAVE, PROCESS ON *.* TO plain@`127.0.0.1`;;
