import type { Inventory } from '@holdfast/inventory'
import type { Observed } from './observe.ts'

/** The inventory as one request uses it. */
export type InventoryFor = (caller: Observed) => Inventory

/** An inventory of which every call, which is one script, is a step of the request that makes it. */
export const observedInventory =
  (inventory: Inventory): InventoryFor =>
  ({ observe }) =>
    new Proxy(inventory, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== 'function') return value
        const step = { of: 'redis', name: String(name) } as const
        return (...args: unknown[]) => observe(step, () => Reflect.apply(value, of, args))
      },
    })
