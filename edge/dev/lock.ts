import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Keeps a folder to one stack at a time. It is a lock of the file system, by way of SQLite: it ends with its holder,
 * however that ends, so none is ever stale.
 * @throws with what to do when another has it.
 */
export function lockFolder(dir: string): { stop(): Promise<void> } {
  const pidFile = join(dir, 'lock.pid')
  const lock = new DatabaseSync(join(dir, 'lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '?'
    throw new Error(
      `Holdfast runs in ${dir} already (process ${pid}).\n` +
        'Stop that one, or give this one a folder of its own: npm run dev -- --dir <folder>',
    )
  }
  writeFileSync(pidFile, String(process.pid))
  return { stop: async () => lock.close() }
}

/** Names in a folder that belong to its lock. */
export const isOfLock = (name: string): boolean => name.startsWith('lock')
