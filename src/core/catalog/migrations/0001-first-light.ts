/** The first catalog. JSON columns are read through the schemas of `shared/model` and `transfer/UploadState.ts`. */
export default /* sql */ `
CREATE TABLE collections (
  id            TEXT    NOT NULL PRIMARY KEY, -- UUID
  kind          TEXT    NOT NULL,             -- 'drop' | 'watch' | 'push'
  name          TEXT    NOT NULL,
  root_path     TEXT,                         -- absolute; null for a drop from many places
  account_id    TEXT    NOT NULL,
  prefix        TEXT    NOT NULL,             -- '' or ends in '/'
  rules         TEXT    NOT NULL,             -- JSON, collectionRulesSchema
  is_paused     INTEGER NOT NULL DEFAULT 0,
  removed_at_ms INTEGER,                      -- out of sight, can be restored
  created_at_ms INTEGER NOT NULL
) STRICT;

-- Which running engine works on a collection, so that the app and the terminal never send one frame twice.
CREATE TABLE claims (
  collection_id TEXT    NOT NULL PRIMARY KEY REFERENCES collections (id),
  session       TEXT    NOT NULL,             -- UUID of the engine's run
  pid           INTEGER NOT NULL,
  seen_at_ms    INTEGER NOT NULL
) STRICT;

-- One row per file on disk that was taken. seq is the order of arrival, which is the order of the queue.
CREATE TABLE frames (
  seq           INTEGER NOT NULL PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE,      -- UUID
  collection_id TEXT    NOT NULL REFERENCES collections (id),
  number        INTEGER NOT NULL,             -- from 1 in its collection; stable, for {seq} in keys
  path          TEXT    NOT NULL,             -- absolute, as the disk spells it
  relative_path TEXT    NOT NULL,             -- below the collection's root, with '/'
  size_bytes    INTEGER NOT NULL,
  mtime_ns      TEXT    NOT NULL,             -- beyond 2^53, so text
  inode         TEXT    NOT NULL,
  status        TEXT    NOT NULL,             -- frameStatuses
  work          TEXT,                         -- 'prepare', or null: nothing to do for the frame itself
  problem       TEXT,                         -- JSON, problemSchema
  facts         TEXT,                         -- JSON, what the darkroom read
  sha256        TEXT,                         -- of the source, once it has been read whole
  has_preview   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (collection_id, path),
  UNIQUE (collection_id, number)
) STRICT;
CREATE INDEX frames_queue ON frames (collection_id, seq);
CREATE INDEX frames_status ON frames (collection_id, status, seq, size_bytes); -- filters and totals, without the rows
CREATE INDEX frames_work ON frames (work, seq) WHERE work IS NOT NULL;

-- One row per object on its way. Written before anything is sent; outlives a crash.
CREATE TABLE uploads (
  id           TEXT    NOT NULL PRIMARY KEY, -- UUID
  frame_id     TEXT    NOT NULL REFERENCES frames (id) ON DELETE CASCADE,
  frame_seq    INTEGER NOT NULL,
  ordinal      INTEGER NOT NULL,             -- place among the outputs of the frame
  output       TEXT    NOT NULL,             -- JSON, outputSchema as it was when the frame was taken
  output_id    TEXT    NOT NULL,
  account_id   TEXT    NOT NULL,
  bucket       TEXT    NOT NULL,
  base_key     TEXT    NOT NULL,             -- as the template gave it
  key          TEXT    NOT NULL,             -- where it goes: base_key, or with a number
  key_number   INTEGER NOT NULL,             -- 1: base_key itself
  state        TEXT    NOT NULL,             -- JSON, uploadStateSchema
  status       TEXT    NOT NULL,             -- its kind, for queries
  work         TEXT,                         -- 'render' | 'send', or null: nothing to do now
  due_at_ms    INTEGER NOT NULL DEFAULT 0,   -- not before; Unix ms
  spool_path   TEXT,                         -- the rendition on this computer, until it is proved
  size_bytes   INTEGER,
  sha256       TEXT,                         -- of the object's bytes
  width_px     INTEGER,
  height_px    INTEGER,
  content_type TEXT    NOT NULL,
  replaces     TEXT,                         -- ETag of the one object it may overwrite
  UNIQUE (frame_id, output_id)
) STRICT;
CREATE INDEX uploads_work ON uploads (work, due_at_ms, frame_seq, ordinal) WHERE work IS NOT NULL;

-- Who has which key. Twins that differ only in case or normalisation share the folded form, so the second is suffixed.
CREATE TABLE object_keys (
  account_id TEXT NOT NULL,
  bucket     TEXT NOT NULL,
  folded     TEXT NOT NULL,
  key        TEXT NOT NULL,
  upload_id  TEXT NOT NULL,
  PRIMARY KEY (account_id, bucket, folded)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_keys_upload ON object_keys (upload_id);

CREATE INDEX uploads_status ON uploads (status) WHERE status IN ('rendering', 'sending', 'proving');

CREATE INDEX uploads_spooled ON uploads (status) WHERE spool_path IS NOT NULL;

-- Acknowledged parts of multipart uploads under way.
CREATE TABLE parts (
  upload_id  TEXT    NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  etag       TEXT    NOT NULL,
  md5        TEXT,
  PRIMARY KEY (upload_id, number)
) STRICT, WITHOUT ROWID;

-- Multipart uploads that nobody needs any more and that the store still has to be told to drop.
CREATE TABLE orphans (
  account_id TEXT NOT NULL,
  key        TEXT NOT NULL,
  upload_id  TEXT NOT NULL,                  -- the store's, not ours
  part_bytes INTEGER NOT NULL,
  PRIMARY KEY (account_id, upload_id)
) STRICT, WITHOUT ROWID;

-- What shows that an object in a bucket is the bytes that were meant. Outlives frames and collections.
CREATE TABLE proofs (
  account_id    TEXT    NOT NULL,
  bucket        TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  size_bytes    INTEGER NOT NULL,
  sha256        TEXT    NOT NULL,
  etag          TEXT    NOT NULL,
  how           TEXT    NOT NULL,             -- 'sent' by us, or 'found' there
  source_sha256 TEXT    NOT NULL,
  output_id     TEXT    NOT NULL,
  frame_id      TEXT    NOT NULL,
  proved_at_ms  INTEGER NOT NULL,
  PRIMARY KEY (account_id, bucket, key)
) STRICT, WITHOUT ROWID;
`
