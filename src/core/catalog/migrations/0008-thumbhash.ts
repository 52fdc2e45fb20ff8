/** Small pictures in 25 bytes or so, to be drawn while the real ones are on their way. */
export default /* sql */ `
CREATE TABLE thumbs (
  frame_id TEXT NOT NULL PRIMARY KEY REFERENCES frames (id) ON DELETE CASCADE,
  hash     TEXT NOT NULL                   -- ThumbHash, base64
) STRICT, WITHOUT ROWID;

-- Another version of the file is another picture.
CREATE TRIGGER thumbs_renewed AFTER UPDATE OF size_bytes, mtime_ns ON frames
WHEN old.size_bytes <> new.size_bytes OR old.mtime_ns <> new.mtime_ns
BEGIN
  DELETE FROM thumbs WHERE frame_id = old.id;
END;
`
