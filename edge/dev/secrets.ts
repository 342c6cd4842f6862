import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { hash } from 'bcryptjs'
import * as z from 'zod'
import { readKept } from './kept.ts'

const Secrets = z.strictObject({
  edgeAssertionKeys: z.string(),
  userTokenSecret: z.string(),
  adminTokenSecret: z.string(),
  holdKeySecret: z.string(),
  receiptKey: z.string(),
  redisToken: z.string(),
  adminEmail: z.string(),
  adminPassword: z.string(),
  adminPasswordHash: z.string(),
})

/** Everything secret of a local stack. Made at random once, kept for its next start. */
export type Secrets = z.infer<typeof Secrets>

const secret = () => randomBytes(32).toString('base64url')

async function makeSecrets(): Promise<Secrets> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const adminPassword = randomBytes(12).toString('base64url')
  return {
    edgeAssertionKeys: `local:${secret()}`,
    userTokenSecret: secret(),
    adminTokenSecret: secret(),
    holdKeySecret: secret(),
    receiptKey: JSON.stringify(privateKey.export({ format: 'jwk' })),
    redisToken: secret(),
    adminEmail: 'admin@holdfast.local',
    adminPassword,
    adminPasswordHash: await hash(adminPassword, 10),
  }
}

/** Reads the secrets of a stack, or makes them. */
export async function keepSecrets(file: string): Promise<Secrets> {
  const kept = readKept(file, Secrets)
  if (kept) return kept
  const made = await makeSecrets()
  writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 })
  return made
}
