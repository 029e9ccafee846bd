CREATE TABLE shop.newer (
  id uuid DEFAULT uuid() PRIMARY KEY,
  ip inet6,
  small int CHECK (small > 0 AND small <> ')'),
  j json,
  seen int,
  KEY unseen (seen) IGNORED,
  UNIQUE KEY long_unique (j)
);;
CREATE SEQUENCE shop.numbers START WITH 100 INCREMENT BY 7 CACHE 50;;
SELECT NEXTVAL(shop.numbers);;
CREATE ROLE reader;;
CREATE ROLE writer;;
CREATE USER app@'%' IDENTIFIED BY 'secret' REQUIRE SSL WITH MAX_USER_CONNECTIONS 7;;
CREATE USER `o'dd ``user`@`192.168.%` IDENTIFIED BY 'x' PASSWORD EXPIRE NEVER ACCOUNT LOCK;;
CREATE USER plain@localhost IDENTIFIED BY 'y';;
GRANT reader, writer TO app@'%';;
SET DEFAULT ROLE reader FOR app@'%';;
GRANT SELECT ON shop.* TO reader;;
GRANT SELECT (id, email), UPDATE (name) ON shop.customer TO plain@localhost;;
GRANT EXECUTE ON FUNCTION shop.twice TO plain@localhost;;
GRANT SELECT ON shop.z_base TO plain@localhost WITH GRANT OPTION;;
GRANT ALL ON `lat``in 'x"; --`.* TO plain@localhost;;
GRANT PROCESS ON *.* TO plain@localhost;;
