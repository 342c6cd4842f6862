import { DatabaseSync } from 'node:sqlite'

/** Keeps a database locked for writing, as another program would, until a line comes in. */
const db = new DatabaseSync(process.argv[2] ?? '')
db.exec('BEGIN IMMEDIATE')
process.stdout.write('locked\n')
process.stdin.once('data', () => {
  db.exec('COMMIT')
  process.exit()
})
process.stdin.on('end', () => process.exit())
