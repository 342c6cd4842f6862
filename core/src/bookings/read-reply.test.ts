import { AppId, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { owner } from '../testing.ts'
import { claimKey, completeKey } from './claim-key.ts'
import { readReply } from './read-reply.ts'

let store: Store
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

const appId = AppId.parse('app_one')
const asked = { appId, owner: owner(1), key: 'key-1' }

test('a key has a reply once it is final, byte for byte, and none while it runs', async () => {
  expect(await readReply({ store }, asked)).toEqual({ reply: null })
  const outcome = await claimKey({ store, platform: systemPlatform }, { ...asked, fingerprint: 'f' })
  if (outcome.word !== 'claimed') throw new Error(outcome.word)
  expect(await readReply({ store }, asked)).toEqual({ reply: null })
  const reply = { status: 201, body: '{"id": "BK-1"}' }
  await completeKey(store, outcome.claim, reply)
  expect(await readReply({ store }, asked)).toEqual({ reply })

  for (const other of [{ owner: owner(2) }, { key: 'key-2' }, { appId: AppId.parse('app_two') }]) {
    expect(await readReply({ store }, { ...asked, ...other })).toEqual({ reply: null })
  }
})
