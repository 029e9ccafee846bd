-- SPDX-License-Identifier: Apache-2.0
-- An event that counts its firings, each with the server that it fired on.
CREATE TABLE app.tick (
  nr bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  server bigint NOT NULL,
  fired datetime(6) NOT NULL
);
CREATE EVENT app.tick_tock ON SCHEDULE EVERY 1 SECOND COMMENT 'counts'
  DO INSERT INTO app.tick (server, fired) VALUES (@@global.server_id, SYSDATE(6));
CREATE EVENT app.never ON SCHEDULE EVERY 1 HOUR DISABLE DO DELETE FROM app.tick;
