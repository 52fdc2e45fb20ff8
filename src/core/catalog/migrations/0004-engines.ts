/** Who holds the lead of `holdCatalog.ts`, so that another engine can name it. The lock decides; this only tells. */
export default /* sql */ `
CREATE TABLE engines (
  role          TEXT    NOT NULL PRIMARY KEY, -- 'leading': the one engine that takes up every collection
  pid           INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL
) STRICT;
`
