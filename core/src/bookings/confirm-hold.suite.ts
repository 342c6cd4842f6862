import { describe } from 'vitest'
import { faultsSuite } from './confirm-faults.suite.ts'
import { moneySuite } from './confirm-money.suite.ts'
import { releaseSuite } from './confirm-release.suite.ts'
import { salesSuite } from './confirm-sales.suite.ts'
import type { OpenStore } from './testing.ts'

/** What a confirm guarantees, on any store: each test opens an empty one. */
export function confirmSuite(name: string, open: OpenStore): void {
  describe(name, () => {
    salesSuite(open)
    moneySuite(open)
    faultsSuite(open)
    releaseSuite(open)
  })
}
