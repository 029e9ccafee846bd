-- SPDX-License-Identifier: Apache-2.0
-- Counts every change of app.item, and writes down every change of app.sbtest1: a trigger that
-- fires on the target too shows here. Made after the load, which is not to be counted.
CREATE TRIGGER app.count_insert AFTER INSERT ON app.item FOR EACH ROW
  INSERT INTO app.item_changes VALUES (NEW.writer, 1) ON DUPLICATE KEY UPDATE changes = changes + 1;
CREATE TRIGGER app.count_update AFTER UPDATE ON app.item FOR EACH ROW
  INSERT INTO app.item_changes VALUES (NEW.writer, 1) ON DUPLICATE KEY UPDATE changes = changes + 1;
CREATE TRIGGER app.count_delete AFTER DELETE ON app.item FOR EACH ROW
  INSERT INTO app.item_changes VALUES (OLD.writer, 1) ON DUPLICATE KEY UPDATE changes = changes + 1;
CREATE TRIGGER app.audit_insert AFTER INSERT ON app.sbtest1 FOR EACH ROW
  INSERT INTO app.audit (writer, what) VALUES (NEW.id % 16, CONCAT('insert ', NEW.id));
CREATE TRIGGER app.audit_update AFTER UPDATE ON app.sbtest1 FOR EACH ROW
  INSERT INTO app.audit (writer, what)
    VALUES (NEW.id % 16, CONCAT('update ', NEW.id, ' ', OLD.k, ' to ', NEW.k));
CREATE TRIGGER app.audit_delete AFTER DELETE ON app.sbtest1 FOR EACH ROW
  INSERT INTO app.audit (writer, what) VALUES (OLD.id % 16, CONCAT('delete ', OLD.id));
