import { AdminAuditLogQuery, AppId, principal } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cursorOf } from '../cursor.ts'
import type { AuditEntryDoc } from '../store/schema.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope, type Store } from '../store/store.ts'
import { adminDigest, userDigest } from './digests.ts'
import { listAuditEntries, type Reader } from './read-audit-log.ts'

const [one, two] = [AppId.parse('app_one'), AppId.parse('app_two')]
const ada = principal.external(one, 'ada@example.org'.replace('@', '~'))
const startMs = Date.UTC(2026, 10, 23, 12)

let store: Store
let count = 0
async function add(more: Partial<AuditEntryDoc>): Promise<string> {
  const entryId = `aud_${count++}`
  const createdAt = new Date(startMs + count * 1_000)
  const doc: AuditEntryDoc = {
    ...{ appId: one, entryId, actorKind: 'key', actor: 'key_1', user: null, operation: 'putSeats' },
    ...{ outcome: 'changed', fields: ['seats'], object: 'theatre', ids: { eventId: 'theatre' } },
    ...{ address: '192.0.2.1', requestId: 'req_1', cursor: cursorOf(createdAt, entryId), createdAt },
    expiresAt: new Date(startMs + 1e10),
    ...more,
  }
  await store.insert(doc.appId, 'auditLog', doc)
  return entryId
}

let ids: string[]
beforeAll(async () => {
  store = await openSqliteStore({ path: ':memory:' })
  const byAdmin = { actorKind: 'admin', actor: adminDigest('root'), address: '198.51.100.1' } as const
  ids = [
    await add({}),
    await add({ ...byAdmin, operation: 'rotateKey', object: one }),
    await add({ ...byAdmin, actor: adminDigest('gone'), appId: two, operation: 'updateApp', object: two }),
    await add({ ...byAdmin, appId: poolScope, operation: 'updateUser', object: 'usr_1' }),
    await add({ operation: 'cancelBooking', object: 'BK-1', user: userDigest(ada) }),
    await add({ appId: two, actor: 'key_2', operation: 'putSeats' }),
    await add({ actorKind: 'cli', actor: 'cli', address: null, requestId: null, operation: 'apps use' }),
  ]
})
afterAll(() => store.close())

const operator: Reader = { admins: ['root'] }
const list = (query: object, reader: Reader = operator) =>
  listAuditEntries({ store }, reader, AdminAuditLogQuery.parse(query))
const found = async (query: object) => (await list(query)).entries.map(({ id }) => ids.indexOf(id))

describe('the audit log', () => {
  const filters: [object, number[]][] = [
    [{}, [6, 5, 4, 3, 2, 1, 0]],
    [{ app: one }, [6, 4, 1, 0]],
    [{ actor: 'root' }, [3, 1]],
    [{ actor: adminDigest('root') }, [3, 1]],
    [{ actor: 'gone' }, [2]],
    [{ actor: 'key_1' }, [4, 0]],
    [{ actor: 'cli' }, [6]],
    [{ actor: 'nobody' }, []],
    [{ user: ada }, [4]],
    [{ user: userDigest(ada) }, [4]],
    [{ operation: 'putSeats' }, [5, 0]],
    [{ operation: 'putSeats', app: two }, [5]],
    [{ object: 'theatre' }, [6, 5, 0]],
    [{ object: 'theatre', actor: 'key_2' }, [5]],
    [{ from: '2026-11-23T12:00:03Z', to: '2026-11-23T12:00:05Z' }, [3, 2]],
  ]
  test.each(filters)('is filtered by %j, newest first', async (query, wanted) => {
    expect(await found(query)).toEqual(wanted)
  })

  test('comes in pages, whose cursors are of this list only', async () => {
    const seen: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 10; pages++) {
      const page = await list({ limit: 3, to: '2026-11-23T12:00:07Z', ...(cursor && { cursor }) })
      seen.push(...page.entries.map(({ id }) => id))
      cursor = page.nextCursor
      if (cursor === undefined) break
    }
    expect(seen).toEqual(ids.slice(0, 6).reverse())
    await expect(list({ cursor: '000000000000001-x~bookings' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  test('tells the operator who the admins are that are configured, and the others by what is kept', async () => {
    const { entries } = await list({ actor: 'root' })
    expect(entries).toMatchObject([
      { app: null, actor: { kind: 'admin', id: 'root' }, address: '198.51.100.1', object: 'usr_1' },
      { app: one, actor: { kind: 'admin', id: 'root' } },
    ])
    expect((await list({ actor: 'gone' })).entries).toMatchObject([{ actor: { id: adminDigest('gone') } }])
    expect((await list({ user: ada })).entries).toMatchObject([{ user: userDigest(ada) }])
  })

  test('tells an app neither who an admin is nor where', async () => {
    const { entries } = await list({ app: one }, 'app')
    expect(entries.map(({ actor, address }) => [actor.kind, actor.id, address])).toEqual([
      ['cli', 'cli', null],
      ['key', 'key_1', '192.0.2.1'],
      ['admin', adminDigest('root'), null],
      ['key', 'key_1', '192.0.2.1'],
    ])
  })
})
