CREATE DATABASE shop CHARACTER SET utf8mb4;;
CREATE DATABASE `lat``in 'x"; --` CHARACTER SET latin1 COLLATE latin1_german1_ci;;
USE shop;;
SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';;

CREATE TABLE customer (
  id bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'a, b) ''x'' \\ KEY `k` (`id`)',
  email varchar(200) NOT NULL,
  name varchar(100) CHARACTER SET latin1 DEFAULT 'x,''y\\z',
  nick varchar(40) COLLATE utf8mb4_bin,
  born date NOT NULL DEFAULT '2000-01-01',
  made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  hidden int INVISIBLE,
  mood enum('a,b','it''s)','`x`') DEFAULT 'a,b',
  flags set('x','y'),
  upper_mail varchar(200) AS (upper(email)) STORED,
  virtual_name varchar(120) AS (concat(name, '`),(')) VIRTUAL,
  place geometry,
  blobby longblob,
  PRIMARY KEY (id),
  UNIQUE KEY email (email),
  UNIQUE KEY nick (nick),
  KEY `key``, (` (born DESC, name(10)) COMMENT 'it''s',
  KEY upper_mail (upper_mail),
  FULLTEXT KEY words (name),
  FULLTEXT KEY more (name),
  CONSTRAINT `check, (me)` CHECK (email <> 'a,(b' AND born > '1900-01-01')
) COMMENT='shop''s; customers 😀' ROW_FORMAT=DYNAMIC AUTO_INCREMENT=1000;;

CREATE TABLE places (id int PRIMARY KEY, p point NOT NULL, SPATIAL KEY (p), z tinyint(1) DEFAULT 1);;

CREATE TABLE orders (
  tenant int NOT NULL,
  id int NOT NULL AUTO_INCREMENT,
  customer_id bigint unsigned,
  amount decimal(65,30) NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, id),
  KEY earlier (amount),
  KEY counting (id),
  KEY customer_id (customer_id),
  CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id)
) AUTO_INCREMENT=77;;

CREATE TABLE counted (
  tenant int NOT NULL,
  id smallint unsigned NOT NULL AUTO_INCREMENT,
  code int,
  PRIMARY KEY (tenant),
  UNIQUE KEY code (code),
  UNIQUE KEY id (id)
);;

CREATE TABLE parent (id int PRIMARY KEY, u int NOT NULL, UNIQUE KEY u (u));;
CREATE TABLE child (
  id int PRIMARY KEY AUTO_INCREMENT,
  parent_id int,
  parent_u int,
  self int,
  UNIQUE KEY once (parent_u),
  CONSTRAINT cascading FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE,
  CONSTRAINT by_unique FOREIGN KEY (parent_u) REFERENCES parent (u) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT itself FOREIGN KEY (self) REFERENCES child (id) ON DELETE NO ACTION
);;

CREATE TABLE keyless (a int, b float, c varchar(10), KEY (a), UNIQUE KEY maybe (c));;
CREATE TABLE by_unique_key (a int NOT NULL, b int NOT NULL, c int, UNIQUE KEY short (b), UNIQUE KEY longer (a, b), UNIQUE KEY c (c));;
CREATE TABLE `table``s 'x"; -- 名` (`a``,)` int PRIMARY KEY, `b'"` int, KEY `i``` (`b'"`), CONSTRAINT `f'k` FOREIGN KEY (`b'"`) REFERENCES `table``s 'x"; -- 名` (`a``,)`));;
CREATE TABLE `Case` (x int PRIMARY KEY);;
CREATE TABLE zero (d datetime NOT NULL DEFAULT '0000-00-00 00:00:00', t timestamp NOT NULL DEFAULT '0000-00-00 00:00:00', n timestamp NULL);;
CREATE TABLE sliced (id int NOT NULL, d date NOT NULL, v int, PRIMARY KEY (id, d), UNIQUE KEY vd (v, d, id), KEY (v))
  PARTITION BY RANGE (year(d)) (PARTITION `p 0` VALUES LESS THAN (2000) COMMENT = 'it''s)', PARTITION p1 VALUES LESS THAN MAXVALUE);;
CREATE TABLE archive_like (a int, b int, KEY (b)) ENGINE=MyISAM;;
CREATE TABLE myisam_counting (g int NOT NULL, n int NOT NULL AUTO_INCREMENT, v int, PRIMARY KEY (g, n), KEY (v)) ENGINE=MyISAM;;

USE `lat``in 'x"; --`;;
CREATE TABLE t (id int PRIMARY KEY, shop_customer bigint unsigned, v varchar(20), KEY (shop_customer), CONSTRAINT across FOREIGN KEY (shop_customer) REFERENCES shop.customer (id));;
CREATE TABLE sj (a varchar(10) CHARACTER SET sjis, b char(5) CHARACTER SET binary, c varchar(5) CHARACTER SET utf8mb3, d text CHARACTER SET ucs2);;

USE shop;;
CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC SQL SECURITY INVOKER COMMENT 'it''s' RETURN a * 2;;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES';;
CREATE PROCEDURE "odd `name"(IN "p q" varchar(10), OUT x int) BEGIN SELECT "p q" || '\' INTO @a; SET x = 1; END;;
SET sql_mode = '';;
CREATE DEFINER = 'nobody'@'nowhere' PROCEDURE of_nobody() SELECT 'é', `id` FROM customer;;
SET NAMES latin1;;
CREATE FUNCTION old_client() RETURNS varchar(10) DETERMINISTIC RETURN 'x';;
SET NAMES utf8mb4;;
ALTER DATABASE shop COLLATE utf8mb4_bin;;
CREATE FUNCTION other_collation(a varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN concat(a, 'x');;
ALTER DATABASE shop COLLATE utf8mb4_unicode_ci;;

CREATE VIEW z_base AS SELECT id, twice(id) AS double_id, `email` FROM customer WHERE name <> 'é`';;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW a_on_top (x, `y``z`) AS SELECT id, double_id FROM z_base WHERE id > 5 WITH CASCADED CHECK OPTION;;
CREATE VIEW across AS SELECT t.id, c.email FROM `lat``in 'x"; --`.t JOIN customer c ON c.id = t.shop_customer;;
CREATE VIEW `lat``in 'x"; --`.here AS SELECT v FROM `lat``in 'x"; --`.t;;

SET sql_mode = 'STRICT_TRANS_TABLES';;
CREATE TRIGGER third BEFORE INSERT ON customer FOR EACH ROW SET NEW.nick = concat(NEW.nick, '3');;
CREATE TRIGGER first BEFORE INSERT ON customer FOR EACH ROW PRECEDES third SET NEW.nick = concat(NEW.nick, '1');;
SET sql_mode = 'ANSI_QUOTES';;
CREATE TRIGGER second BEFORE INSERT ON customer FOR EACH ROW FOLLOWS first BEGIN SET NEW."nick" = concat(NEW.nick, '2'); END;;
SET sql_mode = '';;
CREATE TRIGGER after_all AFTER UPDATE ON customer FOR EACH ROW INSERT INTO keyless (a) VALUES (NEW.id);;

SET time_zone = '+05:00';;
CREATE EVENT hourly ON SCHEDULE EVERY 1 HOUR STARTS '2026-01-01 00:00:00' ON COMPLETION PRESERVE ENABLE COMMENT 'ON COMPLETION PRESERVE ENABLE' DO SELECT 'DISABLE';;
CREATE EVENT off ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2026-01-01 00:00:00' ENDS '2037-01-01 00:00:00' DISABLE DO BEGIN DELETE FROM keyless; END;;
CREATE EVENT elsewhere ON SCHEDULE AT '2037-01-01 00:00:00' DISABLE ON SLAVE DO SELECT 1;;
SET time_zone = '+00:00';;
CREATE EVENT commented ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 00:00:00' DISABLE DO BEGIN /* isn't closed " ` */ DELETE FROM keyless; END;;
CREATE PROCEDURE commented() BEGIN -- isn't closed
 SELECT 1; END;;
