import { DatabaseSync } from 'node:sqlite'

/**
 * Loaded into a core before anything else: at SIGUSR2 the disk under its SQLite is full, and at the next there is room
 * again. No page can be added to the file; what is free within it is still used.
 */
const connections = new Set<DatabaseSync>()
const { exec } = DatabaseSync.prototype
DatabaseSync.prototype.exec = function (sql) {
  connections.add(this)
  return exec.call(this, sql)
}

/** SQLite takes the size that the file has for one that is less. */
const pages = { full: 1, empty: 1_073_741_823 } as const
let isFull = false
process.on('SIGUSR2', () => {
  isFull = !isFull
  for (const db of connections) exec.call(db, `PRAGMA max_page_count = ${isFull ? pages.full : pages.empty}`)
})
