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
CREATE USER `o'dd ``user`@`127.0.%` IDENTIFIED BY 'x' PASSWORD EXPIRE NEVER ACCOUNT LOCK;;
CREATE USER plain@`127.0.0.1` IDENTIFIED BY 'y';;
GRANT reader TO app@'%';;
GRANT writer TO app@'%' WITH ADMIN OPTION;;
SET DEFAULT ROLE reader FOR app@'%';;
GRANT SELECT ON shop.* TO reader;;
GRANT SELECT (id, email), UPDATE (name) ON shop.customer TO plain@`127.0.0.1`;;
GRANT EXECUTE ON FUNCTION shop.twice TO plain@`127.0.0.1`;;
GRANT SELECT ON shop.z_base TO plain@`127.0.0.1` WITH GRANT OPTION;;
GRANT ALL ON `lat``in 'x"; --`.* TO plain@`127.0.0.1`;;
GRANT PROCESS ON *.* TO plain@`127.0.0.1`;;
