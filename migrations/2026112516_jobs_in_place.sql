-- A job is taken and ended soon after it was written: with room beside it, taking it touches no index. Giving pages back
-- to the disk would lock the queue, and with it everybody who writes a letter.
alter table job set (fillfactor = 50, vacuum_truncate = off);
