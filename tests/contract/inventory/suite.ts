import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { addressTests } from './addresses.ts'
import { applyTests } from './apply.ts'
import type { Bench } from './bench.ts'
import { buildTests } from './build.ts'
import { changeTests } from './changes.ts'
import { confirmTests } from './confirm.ts'
import { extendTests } from './extend.ts'
import { historyTests } from './history.ts'
import { hoardingTests } from './hoarding.ts'
import { holderTests } from './holders.ts'
import { holdTests } from './holds.ts'
import { expectMapOfSeats } from './map.ts'
import { mendTests } from './mend.ts'
import { midwayTests } from './midway.ts'
import { raceTests } from './races.ts'
import { receiptTests } from './receipts.ts'
import { redeliveryTests } from './redelivery.ts'
import { revocationTests } from './revocations.ts'
import { openSale, type Sale, type SaleOptions } from './sale.ts'
import { saleTimeTests } from './sale-times.ts'
import { sweepTests } from './sweep.ts'

/**
 * What every inventory guarantees, whichever Redis it lives on and whichever adapter brings it there. Each test
 * sells an event of its own, so the Redis may hold other data; after each, the availability map must say of every
 * seat what the seat says itself.
 */
export function inventorySuite(name: string, open: () => Promise<Bench>): void {
  describe(`inventory on ${name}`, () => {
    let bench: Bench
    const sales: Sale[] = []
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())
    afterEach(async () => {
      for (const sale of sales.splice(0)) {
        await expectMapOfSeats(sale)
        await sale.forget()
      }
    })
    const sell = async (options?: SaleOptions) => {
      const sale = await openSale(bench, options)
      sales.push(sale)
      return sale
    }

    describe('hold', () => holdTests(sell))
    describe('hoarding', () => hoardingTests(sell))
    describe('addresses', () => addressTests(sell))
    describe('sale times', () => saleTimeTests(sell))
    describe('races', () => raceTests(sell))
    describe('pin and release', () => confirmTests(sell))
    describe('extend', () => extendTests(sell))
    describe('holders', () => holderTests(sell))
    describe('apply', () => applyTests(sell))
    describe('histories', () => historyTests(sell))
    describe('sweep', () => sweepTests(sell))
    describe('load, publish and configure', () => buildTests(sell, () => bench))
    describe('changes', () => changeTests(sell))
    describe('check and mend', () => mendTests(sell))
    describe('receipts', () => receiptTests(sell))
    describe('revocations', () => revocationTests(sell))
    describe('faults', () => midwayTests(sell, () => bench))
    describe('redelivery', () => redeliveryTests(sell, () => bench))
  })
}
