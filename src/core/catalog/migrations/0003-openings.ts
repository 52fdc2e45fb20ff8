/** What the janitor needs to know of multipart uploads that nobody will finish. */
export default /* sql */ `
-- Multipart uploads that were asked for, from before the request until the store's id for them is in the catalog. A row
-- that stays belongs to an answer that was lost: the store may hold an upload of which we know no id.
CREATE TABLE openings (
  id         INTEGER NOT NULL PRIMARY KEY,
  account_id TEXT    NOT NULL,
  bucket     TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  since_ms   INTEGER NOT NULL               -- just before the request, by this computer's clock
) STRICT;

-- Orphans that the store has dropped once. It is told again later: a part that was on its way can outlive the first time.
CREATE TABLE dropped_orphans (
  account_id    TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  upload_id     TEXT    NOT NULL,
  part_bytes    INTEGER NOT NULL,
  dropped_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, upload_id)
) STRICT, WITHOUT ROWID;
`
