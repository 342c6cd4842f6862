import { generateKeyPairSync } from 'node:crypto'
import { systemPlatform } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { createVerifier } from '../receipts/verify-receipt.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { createReceipts } from './receipts.ts'
import { confirm, pinned, told, worldsOn } from './testing.ts'

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
const world = worldsOn(async () => openSqliteStore({ path: ':memory:' }))

test('a receipt outlives its key, as long as that is published', async () => {
  const [old, current] = [newKey(), newKey()]
  const w = await world({ receipts: await createReceipts(old, systemPlatform) })
  const { id, receipt } = told(await confirm(w, { n: 1, pin: pinned('A-1') }))
  const { d: _, ...publicOld } = old
  const rotated = await createReceipts(current, systemPlatform, [publicOld])
  expect(await createVerifier(rotated.jwks)(receipt)).toMatchObject({
    word: 'valid',
    claims: { booking: id },
  })
  const alone = await createReceipts(current, systemPlatform)
  expect(await createVerifier(alone.jwks)(receipt)).toEqual({
    word: 'refused',
    reason: 'it is signed with a key that is not published',
  })
  expect(JSON.stringify(rotated.jwks)).not.toContain('"d":')
})
