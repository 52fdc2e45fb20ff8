/**
 * What goes next: by order, by collection. An upload carries what its frame is sorted by. The two indexes hold what
 * waits in the order in force; `turnOrder.ts` writes them anew when a person chooses another, with the text that is here
 * for the first order.
 */
export default /* sql */ `
ALTER TABLE frames ADD COLUMN name_key TEXT NOT NULL DEFAULT ''; -- relative_path in natural order, files/naturalOrder.ts
UPDATE frames SET name_key = lower(relative_path);

ALTER TABLE uploads ADD COLUMN collection_id TEXT NOT NULL DEFAULT '';
-- Of the frame, whatever is made of it
ALTER TABLE uploads ADD COLUMN source_mtime_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN source_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE uploads SET collection_id = frames.collection_id, source_bytes = frames.size_bytes,
  source_mtime_ms = CAST(frames.mtime_ns AS INTEGER) / 1000000, name_key = frames.name_key
FROM frames WHERE frames.id = uploads.frame_id;

-- due_at_ms is 0 for what can go at once: its order follows. What waits to be tried again is ordered by its time.
DROP INDEX uploads_work;
CREATE INDEX uploads_turns ON uploads (work, account_id, collection_id, due_at_ms, frame_seq, ordinal) WHERE work IS NOT NULL;
CREATE INDEX uploads_due ON uploads (due_at_ms, account_id) WHERE work IS NOT NULL AND due_at_ms > 0;
DROP INDEX frames_work;
CREATE INDEX frames_turns ON frames (work, collection_id, seq) WHERE work IS NOT NULL;
`
