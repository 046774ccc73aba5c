-- How often a thread was claimed: fences off what an owner asked for before it lost the thread and got
-- it again. A thread that nobody claimed since counts from 0.
ALTER TABLE threads ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;
