import { systemPlatform } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { makeTotpSecret, takeCode } from './second-factor.ts'
import { TotpSecret } from './settings.ts'
import { testAdmins } from './testing.ts'

test('a secret that is made is one that core takes, another each time, and as an authenticator reads it', () => {
  const { secret, uri } = makeTotpSecret('ann', systemPlatform)
  expect(TotpSecret.parse(secret)).toBe(secret)
  expect(makeTotpSecret('ann', systemPlatform).secret).not.toBe(secret)
  const { protocol, host, pathname, searchParams } = new URL(uri)
  expect([protocol, host, decodeURIComponent(pathname)]).toEqual(['otpauth:', 'totp', '/Holdfast:ann'])
  const told = { secret, issuer: 'Holdfast', algorithm: 'SHA1', digits: '6', period: '30' }
  expect(Object.fromEntries(searchParams)).toEqual(told)
})

/** Appendix B of RFC 6238, whose codes are longer: the last six digits of each. */
const vectors: readonly (readonly [seconds: number, code: string])[] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
]

test.each(vectors)('at %i s the code is that of RFC 6238', async (seconds, code) => {
  const store = openSqliteStore({ path: ':memory:' })
  const platform = { now: () => seconds * 1_000 }
  const admin = { ...testAdmins[0], totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
  expect(await takeCode({ store, platform }, admin, code)).toBe(true)
  expect(await takeCode({ store, platform }, admin, code)).toBe(false)
  await store.close()
})
