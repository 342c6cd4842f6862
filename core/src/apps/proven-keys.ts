import { provenKeysMax } from '@holdfast/contract'
import type { PasswordHasher } from '../users/passwords.ts'
import { digestOf, hasDigest } from './keys.ts'

/**
 * A hasher that does the work of a hash until it has found the text that it is of: then it knows that one again, and every
 * other is wrong. So the right key of a predecessor's app never waits in one queue with a flood of wrong ones.
 *
 * Nothing in it ends by itself, since what a hash is of never changes; the longest unused goes when there are too many.
 */
export function rememberingProven(
  hasher: Pick<PasswordHasher, 'verify'>,
  countMax = provenKeysMax,
): Pick<PasswordHasher, 'verify'> {
  // A Map keeps the order of insertion, so its first key is the longest unused.
  const proven = new Map<string, string>()

  const remember = (hash: string, digest: string) => {
    proven.delete(hash)
    proven.set(hash, digest)
    const [oldest] = proven.keys()
    if (proven.size > countMax && oldest !== undefined) proven.delete(oldest)
  }

  return {
    async verify(text, hash) {
      const digest = hash === null ? undefined : proven.get(hash)
      const isRight = digest === undefined ? await hasher.verify(text, hash) : hasDigest(text, digest)
      if (isRight && hash !== null) remember(hash, digest ?? digestOf(text))
      return isRight
    },
  }
}
