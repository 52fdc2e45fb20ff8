// Writes rows into a catalog that others write to as well: catalogWriter.ts <path> <name> <rows>.
import { inTransaction, openCatalog } from '../openCatalog.ts'

const [path = '', name = '', rows = '0'] = process.argv.slice(2)
const db = openCatalog(path)
const insert = db.prepare('INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES (?, ?, ?, 1)')
for (let row = 0; row < Number(rows); row += 1) inTransaction(db, () => insert.run(name, `key-${row}`, `upload-${row}`))
db.close()
