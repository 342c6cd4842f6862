import { type Platform, probeIsolateMs } from '@holdfast/contract'
import { type Store, systemScope } from '../store/store.ts'

/** Asks the store whether it answers: once a second, however many want to know. Rejects as the store does. */
export function createReadiness(
  store: Pick<Store, 'count'>,
  platform: Pick<Platform, 'now'>,
): () => Promise<void> {
  let asked: { readonly atMs: number; readonly answer: Promise<void> } | undefined
  return () => {
    const nowMs = platform.now()
    // A clock that was set back makes nothing last.
    const isNew = asked !== undefined && nowMs >= asked.atMs && nowMs < asked.atMs + probeIsolateMs
    if (!asked || !isNew)
      asked = { atMs: nowMs, answer: store.count(systemScope, 'leases', {}).then(() => {}) }
    return asked.answer
  }
}
