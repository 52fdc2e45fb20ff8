/** Which frames are one picture, which the rules of their collection leave out, and what waits for the quiet hours. */
export default /* sql */ `
-- One row per frame, made from its name alone (shots/shotOf.ts). Of older frames it is made at the next start.
CREATE TABLE shots (
  frame_seq     INTEGER NOT NULL PRIMARY KEY REFERENCES frames (seq) ON DELETE CASCADE,
  collection_id TEXT    NOT NULL,
  own_key       TEXT    NOT NULL,             -- by its own stem
  key           TEXT    NOT NULL,             -- own_key, or that of the shot it was made from
  name          TEXT    NOT NULL,             -- as the disk spells the stem
  is_source     INTEGER NOT NULL              -- others can be made from it
) STRICT;
CREATE INDEX shots_key ON shots (collection_id, key);

-- What the names of edits and copies say they were made from, the shortest first.
CREATE TABLE shot_origins (
  frame_seq     INTEGER NOT NULL REFERENCES frames (seq) ON DELETE CASCADE,
  place         INTEGER NOT NULL,
  collection_id TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  is_numbered   INTEGER NOT NULL,             -- only a number says so: counts where the collection's rules say so
  PRIMARY KEY (frame_seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX shot_origins_key ON shot_origins (collection_id, key);

-- Frames that the rules leave out: cancelled, and looked at anew when the rules or the marks of their shot change.
CREATE TABLE left_out (
  frame_id      TEXT NOT NULL PRIMARY KEY REFERENCES frames (id) ON DELETE CASCADE,
  collection_id TEXT NOT NULL,
  reason        TEXT NOT NULL                 -- in words
) STRICT, WITHOUT ROWID;
CREATE INDEX left_out_collection ON left_out (collection_id);

-- Uploads that wait for the quiet hours of their collection: uploads.work is null as long, and this is what it was.
CREATE TABLE quiet_uploads (
  upload_id     TEXT NOT NULL PRIMARY KEY REFERENCES uploads (id) ON DELETE CASCADE,
  collection_id TEXT NOT NULL,
  work          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX quiet_uploads_collection ON quiet_uploads (collection_id);
`
