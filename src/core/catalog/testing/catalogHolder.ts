// Leads on a catalog until it is killed: catalogHolder.ts <path>.
import { holdCatalog } from '../holdCatalog.ts'

const [path = ''] = process.argv.slice(2)
const hold = holdCatalog(path, 'leading', 0)
process.on('message', () => hold?.release()) // keeps the channel, and with it the process
process.send?.(hold === null ? 'not held' : 'held')
