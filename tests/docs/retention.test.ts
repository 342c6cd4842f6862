import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  clientWritesPerSecondDefault,
  dayMs,
  endedHoldKeptDaysDefault,
  unpaidKeptDaysDefault,
  unpaidOrdersPerHourDefault,
} from '@holdfast/contract'
import { expect, test } from 'vitest'
import { owner } from '../../core/src/testing.ts'
import { rootDir } from '../../edge/dev/processes.ts'
import { payWorlds } from '../contract/payments/world.ts'

const minute = 60_000
const world = payWorlds()

/** Two digits are as much as a page may promise. */
const roundedUp = (value: number): string => {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1)
  return String(Number((Math.ceil(value / step) * step).toPrecision(2)))
}

test('README says how many bytes one address leaves in a day at full budget, as of what core writes', async () => {
  const w = await world()
  const grant = await w.hold(2, ['A-2'])
  await w.pay.order(2, grant)
  await w.core.inventory.release(w.ref, grant, owner(2))
  await w.pay.settle(31 * minute, minute)
  const bytesOf = async (name: 'reservations' | 'orders' | 'payments') => {
    const [doc, ...more] = await w.core.store.find(w.ref.appId, name, {}, { limit: 2 })
    expect(more).toEqual([])
    expect(doc).toMatchObject({ expiresAt: expect.any(Date) })
    return Buffer.byteLength(JSON.stringify(doc))
  }
  const [hold, unpaid] = [
    await bytesOf('reservations'),
    (await bytesOf('orders')) + (await bytesOf('payments')),
  ]
  // What is held has to be given back before it is held again: half of the writes each.
  const holds = (clientWritesPerSecondDefault / 2) * (dayMs / 1_000)
  const orders = unpaidOrdersPerHourDefault * 24
  const readme = readFileSync(join(rootDir, 'README.md'), 'utf8').replace(/\s+/g, ' ')
  expect(readme).toContain(
    `${roundedUp(hold)} bytes each, ${roundedUp((holds * hold) / 1e9)} GB a day, ` +
      `${roundedUp((holds * hold * endedHoldKeptDaysDefault) / 1e9)} GB after ${endedHoldKeptDaysDefault} days`,
  )
  expect(readme).toContain(
    `${orders} unpaid orders with their payments, ${roundedUp(unpaid)} bytes each, ` +
      `${roundedUp((orders * unpaid) / 1e6)} MB a day, ` +
      `${roundedUp((orders * unpaid * unpaidKeptDaysDefault) / 1e6)} MB after ${unpaidKeptDaysDefault}`,
  )
})
