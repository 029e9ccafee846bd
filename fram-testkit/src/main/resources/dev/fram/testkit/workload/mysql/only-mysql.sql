-- SPDX-License-Identifier: Apache-2.0
-- What MySQL has and MariaDB has not.
CREATE TABLE app.indexed (
  id int PRIMARY KEY,
  j json DEFAULT (JSON_OBJECT('made', 1)),
  name varchar(40) COLLATE utf8mb4_0900_as_cs NOT NULL,
  born date DEFAULT (CURRENT_DATE),
  age int CHECK (age > 0),
  KEY by_lower ((LOWER(name))),
  KEY by_members ((CAST(j->'$.tags' AS UNSIGNED ARRAY))),
  KEY unseen (age) INVISIBLE
) COLLATE utf8mb4_0900_ai_ci;
INSERT INTO app.indexed (id, j, name, born, age)
  SELECT g, JSON_OBJECT('tags', JSON_ARRAY(g, g + 1), 'dec', CAST('1.10' AS DECIMAL(5, 2)),
      'date', CAST('2024-02-29' AS DATE), 'dt', CAST('2024-02-29 12:34:56.789' AS DATETIME(3)),
      'time', CAST('-12:34:56.7' AS TIME(1)), 'raw', CAST(UNHEX('00FF') AS BINARY), 'bits', b'101',
      'big', 18446744073709551615, 'far', 1e300, 'geo', POINT(1, 2)),
    CONCAT('Name ', g), DATE_ADD('2000-01-01', INTERVAL g DAY), g
  FROM app.numbers;
CREATE TABLE app.on_earth (id int PRIMARY KEY, pt point NOT NULL SRID 4326, SPATIAL KEY (pt));
INSERT INTO app.on_earth SELECT g, ST_SRID(POINT(g % 180, g % 90), 4326) FROM app.numbers;
