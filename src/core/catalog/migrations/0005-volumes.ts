/** What the folders of collections lie on. */
export default /* sql */ `
CREATE TABLE volumes (
  collection_id TEXT NOT NULL PRIMARY KEY REFERENCES collections (id),
  volume        TEXT NOT NULL              -- files/Volume.ts: the file system's UUID, or what else tells it from others
) STRICT, WITHOUT ROWID;
`
