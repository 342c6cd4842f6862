import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What is kept to oneself until it is let go. */
export interface Kept {
  stop(): Promise<void>
}

/**
 * A lock of the file system, by way of SQLite: it ends with its holder, however that ends, so none is ever stale. Null: another
 * has it.
 */
export function lockFile(path: string): Kept | null {
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    return { stop: async () => lock.close() }
  } catch {
    lock.close()
    return null
  }
}

/**
 * Keeps a folder to one stack at a time.
 * @throws with what to do when another has it.
 */
export function lockFolder(dir: string): Kept {
  const pidFile = join(dir, 'lock.pid')
  const lock = lockFile(join(dir, 'lock'))
  if (lock === null) {
    const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '?'
    throw new Error(
      `Holdfast runs in ${dir} already (process ${pid}).\n` +
        'Stop that one, or give this one a folder of its own: npm run dev -- --dir <folder>',
    )
  }
  writeFileSync(pidFile, String(process.pid))
  return lock
}

/** Names in a folder that belong to its lock. */
export const isOfLock = (name: string): boolean => name.startsWith('lock')
