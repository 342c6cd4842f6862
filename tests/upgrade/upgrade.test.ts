import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { previousCommit } from '../support/requirements.ts'
import { startLoad } from './load.ts'
import { layOut } from './previous.ts'
import { foundTown } from './town.ts'

const eventId = 'premiere'

describe.runIf(previousCommit !== undefined)('the version before', () => {
  test('is replaced under load, core and then the edge, and comes back: no confirm fails, nobody sees a 5xx', {
    timeout: 240_000,
  }, async () => {
    const before = mkdtempSync(join(tmpdir(), 'holdfast-before-'))
    onTestFinished(() => rmSync(before, { recursive: true, force: true }))
    layOut(previousCommit ?? '', before)
    const town = await foundTown()
    await town.migrate(before)
    await town.replaceCore({ root: before })
    await town.replaceEdge({ root: before })
    const shop = await town.openShop(eventId, 5_000)
    const load = startLoad(eventId, 4, async (n) => shop.server.with({ externalUser: { id: `buyer-${n}` } }))
    onTestFinished(() => load.stop())

    const steps = [
      () => town.migrate(),
      () => town.replaceCore(),
      () => town.replaceEdge(),
      () => town.replaceEdge({ root: before }),
      () => town.replaceCore({ root: before }),
    ]
    await load.more(20)
    for (const step of steps) {
      await step()
      await load.more(20)
    }
    await load.stop()
    expect(load.faults).toEqual([])
    const audit = await town.audit(shop, eventId, load.booked)
    expect(audit).toEqual(Object.fromEntries(Object.keys(audit).map((name) => [name, 0])))
  })
})
