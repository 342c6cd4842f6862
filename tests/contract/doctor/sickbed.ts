import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Finding } from '@holdfast/core/src/cli/doctor/finding.ts'
import type { Source } from '@holdfast/core/src/cli/doctor/settings.ts'
import { diagnose } from '@holdfast/core/src/cli/doctor.ts'

const secret = () => randomBytes(32).toString('base64url')

/** Settings that nothing is wrong with, on a store that ends with them and a Redis that is not there. */
export const healthy = {
  STORE_URL: 'sqlite::memory:',
  REDIS_URL: 'redis://127.0.0.1:1',
  EDGE_ASSERTION_KEYS: `k1:${secret()}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  RECEIPT_KEY: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD_HASH: `$2b$10$${'a'.repeat(53)}`,
} satisfies Source

/** What the doctor finds. */
export async function findingsIn(
  source: Source,
  options: Parameters<typeof diagnose>[1] = {},
): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of diagnose(source, options)) findings.push(finding)
  return findings
}

/** What it finds of one thing. */
export async function findingOf(check: string, source: Source, options?: Parameters<typeof diagnose>[1]) {
  return (await findingsIn(source, options)).find((finding) => finding.check === check)
}
