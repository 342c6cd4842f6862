import { AppId, auditEntriesPerRead, systemPlatform } from '@holdfast/contract'
import { adminDigest } from '@holdfast/core/src/audit-log/digests.ts'
import { cursorOf } from '@holdfast/core/src/cursor.ts'
import { openStore } from '@holdfast/core/src/store/open.ts'
import type { AuditEntryDoc } from '@holdfast/core/src/store/schema.ts'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { runHoldfast } from '../../support/holdfast.ts'
import { temporaryPaths } from './folder.ts'

const paths = temporaryPaths()
const [one, two] = [AppId.parse('app_one'), AppId.parse('app_two')]
const Line = z.object({ id: z.string(), app: z.string(), actor: z.object({ id: z.string() }) })
const linesIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Line.parse(JSON.parse(line)))

/** The n-th entry, a second after the one before. */
function entry(n: number, appId: AppId): AuditEntryDoc {
  const entryId = `aud_${n}`
  const createdAt = new Date(Date.UTC(2026, 0, 1) + n * 1_000)
  return {
    ...{ appId, entryId, actorKind: 'admin', actor: adminDigest('root'), user: null, operation: 'updateApp' },
    ...{ outcome: 'changed', fields: ['name'], object: appId, ids: { appId }, address: '192.0.2.1' },
    ...{ requestId: 'req_1', cursor: cursorOf(createdAt, entryId), createdAt },
    expiresAt: new Date(systemPlatform.now() + 1e9),
  }
}

test('holdfast audit-log prints each entry once, the oldest first, within a time and of an app', async () => {
  const url = `sqlite:${paths()}`
  const store = await openStore(url)
  const count = auditEntriesPerRead * 2 + 1
  const entries = Array.from({ length: count }, (_, n) => entry(n, one))
  await store.insert(one, 'auditLog', entries)
  await store.insert(two, 'auditLog', entry(count, two))
  await store.close()

  const print = (args: string[], env = {}) => runHoldfast(['audit-log', ...args], { STORE_URL: url, ...env })
  const all = await print([])
  expect(all).toMatchObject({ code: 0, complained: `reading ${count + 1} documents\n` })
  expect(linesIn(all.told).map(({ id }) => id)).toEqual(
    Array.from({ length: count + 1 }, (_, n) => `aud_${n}`),
  )
  expect(all.told).not.toContain('root')

  const ofApp = await print(['--app', two, '--quiet'], { ADMIN_USERNAME: 'root' })
  expect([linesIn(ofApp.told), ofApp.complained]).toEqual([
    [{ id: `aud_${count}`, app: two, actor: { id: 'root' } }],
    '',
  ])
  const range = await print(['--from', '2026-01-01T00:00:02Z', '--to', '2026-01-01T00:00:04Z'])
  expect(linesIn(range.told).map(({ id }) => id)).toEqual(['aud_2', 'aud_3'])
  expect((await print(['--from', 'yesterday'])).code).toBe(2)
})
