CREATE PROCEDURE tools.write_tpcb(n int)
BEGIN
  DECLARE i, a, t, most, tellers int;
  SELECT max(aid) INTO most FROM shop.accounts;
  SELECT max(tid) INTO tellers FROM shop.tellers;
  SET i = 0;
  WHILE i < n DO
    SET i = i + 1, a = 1 + floor(rand() * most), t = 1 + floor(rand() * tellers);
    START TRANSACTION;
    UPDATE shop.accounts SET abalance = abalance + (i % 1000 - 500) WHERE aid = a;
    UPDATE shop.tellers SET tbalance = tbalance + (i % 1000 - 500) WHERE tid = t;
    UPDATE shop.branches SET bbalance = bbalance + (i % 1000 - 500) WHERE bid = (t - 1) DIV 10 + 1;
    INSERT INTO shop.history (tid, bid, aid, delta, mtime) VALUES (t, (t - 1) DIV 10 + 1, a, i, now());
    COMMIT;
  END WHILE;
END
;;
CREATE PROCEDURE tools.write_mixed(n int)
BEGIN
  DECLARE i, most, event int;
  DECLARE document binary(16);
  SELECT max(id) INTO most FROM shop.events;
  SET i = 0;
  WHILE i < n DO
    -- in variables: a random number in a condition is drawn anew for every row
    SET i = i + 1, event = 1 + floor(rand() * most), document = unhex(md5(concat('d', floor(rand() * 10000))));
    START TRANSACTION;
    INSERT INTO shop.events (customer, kind, amount, payload, trace, created, active, score, day, note, raw)
    VALUES (i % 50000, 'new', i / 10, json_object('order', i, 'city', md5(i)), uuid(), now(6), 1, i, '2026-01-01', repeat('n', 100), 'x');
    UPDATE shop.documents SET version = version + 1, body = repeat(md5(rand()), 5), changed = now() WHERE id = document;
    DELETE FROM shop.events WHERE id = event;
    COMMIT;
  END WHILE;
END
;;
CREATE PROCEDURE tools.write_tiny(n int)
BEGIN
  DECLARE i int;
  SET i = 0;
  WHILE i < n DO
    SET i = i + 1;
    INSERT INTO shop.history (tid, bid, aid, delta, mtime) VALUES (1, 1, i, i, now());
  END WHILE;
END
;;
CREATE PROCEDURE tools.write_bulk(n int)
BEGIN
  UPDATE shop.accounts SET abalance = abalance + 1 WHERE aid <= n * 10;
END
