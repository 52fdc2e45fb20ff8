/** What a person said about single frames, by which rules they were judged, and what is being done to their files. */
export default /* sql */ `
-- Which version of its rules a collection has. A frame that was left out by an earlier one is looked at anew.
ALTER TABLE collections ADD COLUMN rules_number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE left_out ADD COLUMN rules_number INTEGER NOT NULL DEFAULT 0; -- of those from before nobody knows
DROP INDEX left_out_collection;
CREATE INDEX left_out_collection ON left_out (collection_id, rules_number);

-- Frames that go although the rules leave them out, since a person has said so.
CREATE TABLE taken_anyway (
  frame_id TEXT NOT NULL PRIMARY KEY REFERENCES frames (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Files that are being moved after proof: written before the file is touched, gone when its frame has the new path.
CREATE TABLE moves (
  frame_id      TEXT NOT NULL PRIMARY KEY REFERENCES frames (id) ON DELETE CASCADE,
  collection_id TEXT NOT NULL,
  path          TEXT NOT NULL              -- where it is moved to, absolute
) STRICT, WITHOUT ROWID;
CREATE INDEX moves_collection ON moves (collection_id);

-- Whether it may have been sent under its key. Of those from before nobody knows.
ALTER TABLE uploads ADD COLUMN is_begun INTEGER NOT NULL DEFAULT 1;

-- The bucket that the store's upload is in; '' where an older Silverdrop noted none: that of the account.
ALTER TABLE orphans ADD COLUMN bucket TEXT NOT NULL DEFAULT '';
ALTER TABLE dropped_orphans ADD COLUMN bucket TEXT NOT NULL DEFAULT '';
`
