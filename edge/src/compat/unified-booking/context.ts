import type { Services } from '../../services.ts'
import type { Envelope } from './envelope.ts'
import type { UnifiedSettings, unifiedGuards } from './guards.ts'
import type { createSeatNames } from './seat-names.ts'

/** What the routes of this API work with. */
export interface Unified {
  readonly services: Services
  readonly guards: ReturnType<typeof unifiedGuards>
  readonly envelope: Envelope
  readonly settings: UnifiedSettings
  readonly names: ReturnType<typeof createSeatNames>
}
