import { hostname } from 'node:os'
import { AdminSession, RepairStatus } from '@holdfast/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { type Client, createClient, told } from '../e2e/client.ts'
import { useWorld } from '../e2e/world.ts'
import { redisEngines } from '../support/requirements.ts'

describe('the operator', () => {
  const world = useWorld(redisEngines[0] ?? 'embedded')
  let admin: Client
  beforeAll(async () => {
    const { edgeUrl, secrets } = world().stack
    const body = { email: secrets.adminEmail, password: secrets.adminPassword }
    const login = await createClient(edgeUrl, {}).call('POST', '/v1/admin/login', { body })
    admin = createClient(edgeUrl, { authorization: `Bearer ${told(200, AdminSession, login).token}` })
  })
  /** Null: asked more often than an admin may, or of a core that has only just started. */
  const tryAsk = async (query = '') => {
    const answer = await admin.call('GET', `/v1/admin/repair${query}`)
    return [429, 503].includes(answer.status) ? null : told(200, RepairStatus, answer)
  }
  const ask = async () => {
    let status: RepairStatus | null = null
    await until(async () => {
      status = await tryAsk()
      return status !== null
    })
    return RepairStatus.parse(status)
  }

  test('is told by the edge how background work goes, and what it has looked at', async () => {
    const shop = await world().openShop()
    await shop.sell('play', 5)
    const isLookedAt = (status: RepairStatus) => status.events.every(({ check }) => check !== null)
    await until(async () => {
      const status = await tryAsk(`?app=${shop.appId}`)
      return status?.lease != null && status.outbox.open === 0 && isLookedAt(status)
    })
    const { lease, events, outbox } = await ask()
    expect(lease?.host).toBe(hostname())
    expect(lease?.rounds.map(({ name }) => name)).toContain('repair')
    expect(outbox).toEqual({ open: 0, oldestAt: null, dead: 0 })
    expect(events).toMatchObject([
      {
        app: shop.appId,
        event: 'play',
        builds: 1,
        losses: 0,
        inventory: { isBuilt: true, due: 0 },
        check: { differing: 0, lacked: [], mended: 0 },
      },
    ])
  })

  test('is told of a core that took over after the other was killed, by its new rounds', async () => {
    const before = (await ask()).lease?.since
    await world().stack.core.stop('SIGKILL')
    await world().stack.restartCore()
    await until(async () => {
      const lease = (await tryAsk())?.lease
      return lease != null && lease.since !== before
    })
  })
})
