import { compare } from 'bcryptjs'

/** What everybody tries first. */
const samples = ['admin', 'password', 'changeme', 'holdfast']

/** Whether a hash is of such a password; each that is tried takes as long as a login. */
export async function isOfSample(hash: string): Promise<boolean> {
  for (const sample of samples) if (await compare(sample, hash)) return true
  return false
}

/**
 * Lets core start only with passwords that have to be guessed.
 * @throws with the names of the admins.
 */
export async function assertNoSamples(
  admins: readonly { readonly name: string; readonly passwordHash: string }[],
): Promise<void> {
  const wrong: string[] = []
  for (const { name, passwordHash } of admins) if (await isOfSample(passwordHash)) wrong.push(name)
  if (wrong.length === 0) return
  throw new Error(
    `core cannot start with these passwords:\n  ${wrong.join(', ')}: everybody tries it first: choose another, and hash that`,
  )
}
