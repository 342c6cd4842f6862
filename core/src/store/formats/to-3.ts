import { inventoryAnew } from './inventory-anew.ts'
import type { Step } from './steps.ts'

/** Inventories count what a client address holds, and keep ended holds apart. */
export const toFormat3: Step = { to: 3, documents: { events: inventoryAnew }, dropped: {} }
