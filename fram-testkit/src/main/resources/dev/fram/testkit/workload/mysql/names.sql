-- SPDX-License-Identifier: Apache-2.0
-- Names that break whoever forgets to quote.
CREATE DATABASE `Odd ``db``; DROP TABLE x; --` CHARACTER SET utf8mb4;
CREATE TABLE `Odd ``db``; DROP TABLE x; --`.`select` (
  `from` int PRIMARY KEY,
  `Mixed Case` text,
  `a``b` text,
  `漢字 ß` text,
  `it's; DROP DATABASE app; --` text,
  `percent % and $1 and ? and :x and {}` text,
  ` leading` text,
  `tab	inside` text,
  `"double"` text,
  `abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd` text
);
INSERT INTO `Odd ``db``; DROP TABLE x; --`.`select`
  SELECT writer_id, 'm', 'q', '漢', 'i', '%', ' ', '\t', '"', 'long'
  FROM (SELECT 1 writer_id UNION ALL SELECT 2 UNION ALL SELECT 3) g;
CREATE TABLE app.`Item` (id int PRIMARY KEY, `ID2` text);
INSERT INTO app.`Item` VALUES (1, 'not app.item');
CREATE TABLE app.`per.iod` (id int PRIMARY KEY, `a.b` text);
INSERT INTO app.`per.iod` VALUES (1, 'dots');
CREATE TABLE app.`back\slash 'and' "quotes"` (id int PRIMARY KEY, v text);
INSERT INTO app.`back\slash 'and' "quotes"` VALUES (1, 'b');
