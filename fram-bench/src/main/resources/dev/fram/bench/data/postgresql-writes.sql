-- what is written while everybody stands still; each row of a loop is a transaction of its own
CREATE PROCEDURE write_tpcb(n int) LANGUAGE plpgsql AS $$
DECLARE a int; t int; most int := (SELECT max(aid) FROM accounts); tellers int := (SELECT max(tid) FROM tellers);
BEGIN
  FOR i IN 1 .. n LOOP
    a := 1 + floor(random() * most)::int;
    t := 1 + floor(random() * tellers)::int;
    UPDATE accounts SET abalance = abalance + (i % 1000 - 500) WHERE aid = a;
    UPDATE tellers SET tbalance = tbalance + (i % 1000 - 500) WHERE tid = t;
    UPDATE branches SET bbalance = bbalance + (i % 1000 - 500) WHERE bid = (t - 1) / 10 + 1;
    INSERT INTO history (tid, bid, aid, delta, mtime) VALUES (t, (t - 1) / 10 + 1, a, i, now());
    COMMIT;
  END LOOP;
END $$;
CREATE PROCEDURE write_mixed(n int) LANGUAGE plpgsql AS $$
DECLARE most bigint := (SELECT max(id) FROM events); document uuid; event bigint;
BEGIN
  FOR i IN 1 .. n LOOP
    -- in variables: a random number in a condition is drawn anew for every row
    document := md5('d' || 1 + floor(random() * 10000)::int)::uuid;
    event := 1 + floor(random() * most)::bigint;
    INSERT INTO events (customer, kind, amount, payload, tags, trace, created, active, score, day, note, raw)
    VALUES (i % 50000, 'new', i / 10.0, jsonb_build_object('order', i, 'city', md5(i::text)), ARRAY['x'], gen_random_uuid(), now(), true, i, '2026-01-01', repeat('n', 100), '\x00');
    UPDATE documents SET version = version + 1, body = repeat(md5(random()::text), 5), changed = now() WHERE id = document;
    DELETE FROM events WHERE id = event;
    COMMIT;
  END LOOP;
END $$;
CREATE PROCEDURE write_tiny(n int) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. n LOOP
    INSERT INTO history (tid, bid, aid, delta, mtime) VALUES (1, 1, i, i, now());
    COMMIT;
  END LOOP;
END $$;
CREATE PROCEDURE write_bulk(n int) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts SET abalance = abalance + 1 WHERE aid <= n * 10;
  COMMIT;
END $$;
