import { inventoryAnew } from './inventory-anew.ts'
import type { Step } from './steps.ts'

/** Stores say which format they have. */
export const toFormat2: Step = { to: 2, documents: { events: inventoryAnew }, dropped: {} }
