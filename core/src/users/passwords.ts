import { type Platform, passwordBytesMax } from '@holdfast/contract'
import { Piscina } from 'piscina'
import { createLane } from './lane.ts'

/**
 * Hashes passwords (and app keys, which are passwords too) with bcrypt, off the event loop.
 *
 * Of a text bcrypt reads 72 bytes of UTF-8: a longer one is not hashed (a `RangeError`), and is compared by those, since it was
 * hashed by them elsewhere. Calls may be made at any rate; those that cannot be served soon throw a Problem `overloaded` with `retryAfterSeconds`.
 */
export interface PasswordHasher {
  hash(text: string): Promise<string>
  /** Whether the hash is of this text. `null` (nobody has it) costs the same time and is never right. */
  verify(text: string, hash: string | null): Promise<boolean>
  /** Ends the threads; what still runs fails. */
  close(): Promise<void>
}

/** How much one hasher takes on. A full queue is worked off within `waitMsMax` at about 93 ms a hash. */
export interface HasherLimits {
  readonly threads: number
  readonly waitingMax: number
  readonly waitMsMax: number
}

/** For people who sign in. */
export const loginHashing: HasherLimits = { threads: 2, waitingMax: 64, waitMsMax: 5_000 }

/** For the admin: one is enough, and who guesses waits for who guesses. */
export const adminHashing: HasherLimits = { threads: 1, waitingMax: 16, waitMsMax: 5_000 }

/** For app keys, in threads and a queue of their own, so that no rush of logins delays a key. */
export const keyHashing: HasherLimits = { threads: 1, waitingMax: 32, waitMsMax: 5_000 }

const worker = new URL('./password-worker.ts', import.meta.url).href

/** A hasher with threads and a queue of its own. */
export function createPasswordHasher(
  platform: Pick<Platform, 'deadline'>,
  { threads, waitingMax, waitMsMax }: HasherLimits,
): PasswordHasher {
  // Piscina's own queue forgets its bound and its order as soon as tasks can be aborted, so the lane is ours and
  // a task is handed over only when a thread is free.
  const inLane = createLane(platform, { runningMax: threads, waitingMax, waitMsMax })
  const pool = new Piscina({ filename: worker, minThreads: threads, maxThreads: threads })

  return {
    async hash(text) {
      assertReadable(text)
      return inLane(() => pool.run(text, { name: 'hash' }))
    },
    async verify(text, hash) {
      return inLane(() => pool.run({ text, hash }, { name: 'verify' }))
    },
    close: () => pool.destroy(),
  }
}

/** The contract refuses longer passwords at the door; here it would be a mistake of ours. */
function assertReadable(text: string): void {
  if (new TextEncoder().encode(text).length > passwordBytesMax) {
    throw new RangeError(`bcrypt reads ${passwordBytesMax} bytes only`)
  }
}
